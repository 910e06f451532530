import { readFileSync } from "node:fs";
import { type DrmOptions, drm, drmFormula, type Fit } from "../../src/index";

/** Marginal means and contrasts of R's emmeans; see fixtures/emmeans.R. */
interface Fixture {
  readonly data: DrmOptions["data"];
  readonly factors: Readonly<Record<string, readonly string[]>>;
  readonly tau2: number;
  readonly cases: readonly EmmeansCase[];
}

export interface EmmeansCase {
  readonly formulas: string | readonly string[];
  readonly dpar: string;
  /** sigma held at sqrt(tau2) */
  readonly fixed: boolean;
  readonly by: string | readonly string[];
  readonly at: Readonly<Record<string, number | readonly (number | string)[]>> | null;
  readonly weights: "equal" | "proportional";
  /** by moderator, one per mean */
  readonly levels: Readonly<Record<string, readonly (number | string)[]>>;
  readonly estimate: readonly number[];
  readonly stdError: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly link: { readonly estimate: readonly number[]; readonly stdError: readonly number[] };
  readonly contrasts: {
    readonly method: "pairwise" | "reference" | "consecutive";
    readonly within: string | null;
    readonly adjust: "holm" | "bonferroni" | "none";
    readonly estimate: readonly number[];
    readonly stdError: readonly number[];
    readonly statistic: readonly number[];
    readonly pValue: readonly number[];
    readonly pAdjusted: readonly number[];
    readonly lower: readonly number[];
    readonly upper: readonly number[];
  };
}

const path = new URL("./fixtures/emmeans.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as Fixture;

export const cases = fixture.cases;

/** The data of the fixture; `data.vi` are sampling variances. */
export const { data, factors } = fixture;

export function fitOf({ formulas, fixed }: Pick<EmmeansCase, "formulas" | "fixed">): Fit {
  return drm(drmFormula(...[formulas].flat()), {
    data,
    factors,
    ...(fixed && { fixed: { sigma: Math.sqrt(fixture.tau2) } }),
  });
}
