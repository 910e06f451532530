import type { Dpar } from "../../formula/dpar";
import type { CorrelationForm } from "../../formula/structures";
import type { CorrelationMap } from "../correlations/correlation-map";
import { autoregressive, compoundSymmetry, continuousAutoregressive } from "../correlations/one-parameter";
import { unstructured } from "../correlations/unstructured";
import { NO_BLOCK, type ParameterBlock } from "../model";
import type { TermSource } from "./source";

/** Random effects whose correlations are estimated, as plain data: what a fit keeps of them. */
export interface CorrelatedEffects {
  /** the dpar of the correlations: "cor(study)" */
  readonly dpar: string;
  /** how they correlate */
  readonly form: CorrelationForm;
  /** what the correlated effects are of, in their order: "(Intercept)", "bmi"; levels of a factor */
  readonly roles: readonly string[];
  /** of "car": by role, a number */
  readonly times?: Float64Array;
  /** how many levels or studies have such effects */
  readonly owners: number;
  /** by SD, its effects */
  readonly members: readonly CorrelatedMember[];
}

/** The effects that one SD, or one formula of SDs, is of. */
export interface CorrelatedMember {
  /** "sd(study)", "sd(bmi | study)", "sd(outcome | study)" */
  readonly dpar: string;
  /** by level of the dpar: the level or study whose effect it is ... */
  readonly owner: Int32Array;
  /** ... and which of its effects */
  readonly role: Int32Array;
}

export function correlationMap({ form, roles, times }: CorrelatedEffects): CorrelationMap {
  if (form === "us") return unstructured(roles.length);
  if (form === "cs") return compoundSymmetry(roles.length);
  return form === "ar" ? autoregressive(roles.length) : continuousAutoregressive(times!);
}

/** Names of the parameters: the two effects of each correlation, or "(Intercept)" where one parameter says all. */
export function correlationNames({ form, roles }: CorrelatedEffects): string[] {
  if (form !== "us") return ["(Intercept)"];
  return roles.flatMap((one, a) => roles.slice(a + 1).map((other) => `${one},${other}`));
}

const NO_CORRELATIONS: ParameterBlock = { kind: "cor", dpars: [], block: NO_BLOCK, held: null };

/** The parameters of all groups, one after the other: each is an entity of its own. */
export function correlationsBlock(source: Pick<TermSource, "dpars" | "correlated">): ParameterBlock {
  const groups = source.correlated();
  if (groups.length === 0) return NO_CORRELATIONS;
  const names = groups.map(correlationNames);
  const rows = names.reduce((sum, own) => sum + own.length, 0);
  const designs = groups.map(({ dpar: key }, g) => {
    const own = names[g]!;
    return {
      key,
      names: own,
      nrow: own.length,
      values: identity(own.length),
      assign: own.map(() => 0),
      termLabels: [],
      present: null,
      recipe: { key, intercept: true, variables: [], terms: [], learned: {}, factors: {} },
    };
  });
  const values = identity(rows);
  const basis = { values, toOriginal: values, rows, columns: rows, leastShare: 1 };
  const dpars: readonly Dpar[] = source.dpars("cor");
  return { kind: "cor", dpars, block: { rows, columns: rows, values, designs, basis }, held: null };
}

function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
}
