import type { DataOverview } from "./columns";

/** What the reader has chosen: plain data, from which the formulas, the URL and the scripts are made. */
export interface Choices {
  readonly first: Outcome;
  /** null with one outcome */
  readonly second: Outcome | null;
  /** sampling correlation within a study, a number or a column, as typed; "" for none */
  readonly correlation: string;
  /** of the mean, or of both means */
  readonly moderators: readonly string[];
  /** of sigma, or of both sigmas */
  readonly scaleModerators: readonly string[];
  /** column of the random intercepts; "" for none */
  readonly study: string;
  readonly method: "ML" | "REML";
  /** of the coefficients */
  readonly test: Test;
  /** the reference level by column; makes categories of a numeric column. "" is the first level */
  readonly reference: Readonly<Record<string, string>>;
  /** formulas typed by hand, which then count alone; null when they are built */
  readonly typed: readonly string[] | null;
}

export interface Outcome {
  /** column of the effect sizes */
  readonly effect: string;
  /** column of their sampling variances or standard errors */
  readonly uncertainty: string;
  readonly kind: UncertaintyKind;
}

/** normal, t with residual degrees of freedom, Knapp-Hartung */
export type Test = "z" | "t" | "knha";

export type UncertaintyKind = "variance" | "se";

/** The part of the form that a message belongs to. */
export type Field =
  | "data"
  | "effect"
  | "uncertainty"
  | "secondEffect"
  | "secondUncertainty"
  | "correlation"
  | "moderators"
  | "scaleModerators"
  | "study"
  | "method"
  | "test"
  | "formula";

export const NO_OUTCOME: Outcome = { effect: "", uncertainty: "", kind: "variance" };

export const NO_CHOICES: Choices = {
  first: NO_OUTCOME,
  second: null,
  correlation: "",
  moderators: [],
  scaleModerators: [],
  study: "",
  method: "ML",
  test: "z",
  reference: {},
  typed: null,
};

/** Whether data with these columns can take the choices as they are. */
export function fitsTo(choices: Choices, { columns }: DataOverview): boolean {
  const { first, second, correlation } = choices;
  if (choices.typed !== null || first.effect === "") return false;
  const used = [first.effect, first.uncertainty, second?.effect, second?.uncertainty, choices.study];
  const names = new Set(columns.map(({ name }) => name));
  return [...used, ...choices.moderators, ...choices.scaleModerators, columnIn(correlation)].every(
    (name) => name === undefined || name === "" || names.has(name),
  );
}

/** A correlation is a number or a column. */
function columnIn(correlation: string): string {
  return Number.isNaN(Number(correlation)) ? correlation : "";
}
