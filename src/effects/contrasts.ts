import { DrmError } from "../errors";
import { limitsAt } from "../inference/limits";
import { type CombinedCoefficients, combine, leastDf } from "../inference/linear-combination";
import { checkOptions, isList, type OptionKinds, shown } from "../options";
import { type Printable, printable } from "../report/printable";
import { tableText } from "../report/text-table";
import { backTransforms, type Transform } from "../stats/back-transforms";
import { studentTTwoSidedP } from "../stats/student-t";
import { type Adjustment, adjustPValues } from "./adjust";
import { contrastsTable } from "./effects-table";
import { type MarginalMeans, ownDf } from "./marginal-means";
import { type Level, requireModerator } from "./reference-grid";

/** Which contrasts are wanted, and how they are tested. */
export interface ContrastsOptions {
  /** "pairwise" (default): each with each later one; "reference": each against one; "consecutive": each with the next */
  readonly method?: "pairwise" | "reference" | "consecutive";
  /** for "reference": which mean the others are compared with, counted from 0; default the first */
  readonly ref?: number;
  /** moderators within whose levels to compare, each level a family of its own; default none */
  readonly by?: string | readonly string[];
  /** of p-values; intervals are then Bonferroni's. Default "holm" */
  readonly adjust?: Adjustment;
  /** confidence level of the intervals of a family together; default that of the means */
  readonly level?: number;
}

const CONTRASTS_OPTIONS: OptionKinds<ContrastsOptions> = {
  method: "text",
  ref: "number",
  by: "texts",
  adjust: "text",
  level: "number",
};

/** One comparison. NaN where a number does not exist. */
export interface Contrast {
  /** the levels of `by` within which this is */
  readonly at: Readonly<Record<string, Level>>;
  /** "grassland - forest", or "grassland / forest" for a ratio */
  readonly contrast: string;
  /** difference, or ratio */
  readonly estimate: number;
  /** of `estimate`; of a ratio by the delta method */
  readonly stdError: number;
  /** z or t of the difference on the link scale against 0 */
  readonly statistic: number;
  /** of the t distribution; Infinity is the normal distribution */
  readonly df: number;
  /** two-sided, of no difference (a ratio of 1), not adjusted */
  readonly pValue: number;
  /** adjusted within the family */
  readonly pAdjusted: number;
  /** lower confidence limit, not adjusted */
  readonly lower: number;
  /** upper confidence limit, not adjusted */
  readonly upper: number;
}

/** Comparisons of marginal means: differences of means, ratios of SDs. */
export interface Contrasts {
  /** what the means are of: "mu", "sigma", ... */
  readonly dpar: string;
  /** what the dpar is, as in marginalMeans() */
  readonly kind: MarginalMeans["kind"];
  /** the response as written */
  readonly response: string;
  /** of the dpar; "log" makes ratios of the contrasts */
  readonly link: MarginalMeans["link"];
  /** "ratio": of SDs, of multipliers, or of effects taken back by exp. "difference": on the link scale */
  readonly scale: "ratio" | "difference";
  /** what the differences were taken back by, that of the means where it makes something of a difference; null without */
  readonly transform: MarginalMeans["transform"];
  /** which pairs were compared */
  readonly method: "pairwise" | "reference" | "consecutive";
  /** how `pAdjusted` was adjusted */
  readonly adjust: Adjustment;
  /** variables within whose levels the comparisons are made; none without */
  readonly by: readonly string[];
  /** confidence level of the limits */
  readonly level: number;
  /** one a comparison */
  readonly contrasts: readonly Contrast[];
  /** what to know when reading them, a sentence each */
  readonly notes: readonly string[];
}

/**
 * Comparisons of marginal means: differences on the link scale, d = (l_a - l_b)' gamma with se = sqrt((l_a - l_b)' V
 * (l_a - l_b)) and a z test, or the t test that the means were made with; after CR2 robust errors each contrast has its own
 * Satterthwaite degrees of freedom. Contrasts of SDs and correlations are z tests with the model's errors. For SDs on the response scale they are ratios, exp(d) with se = exp(d) se(d), as are
 * those of means taken back by exp; what other transformations make nothing of stays a difference on the scale of analysis. A difference
 * of correlations stays on the link scale, where rho12 is estimated. Directions are those of emmeans in R: "pairwise"
 * earlier - later, "reference" other - reference, "consecutive" later - earlier. Plain data; `String(...)` gives the table.
 *
 * @param means from marginalMeans() with at least two means (in each level of `by`)
 * @throws DrmError "bad_option" for an unknown option, or nothing to compare; "not_supported" for a copy (by JSON or
 *   structuredClone) of means with the t tests of CR2 robust errors, which cannot ask the fit for its degrees of freedom
 */
export function contrasts(means: MarginalMeans, options: ContrastsOptions = {}): Printable<Contrasts> {
  if (!isList(means?.means) || !isList(means.linfct)) {
    throw new DrmError(
      "bad_option",
      `contrasts() takes what marginalMeans() returns; it was given ${shown(means)}`,
    );
  }
  checkOptions("contrasts", options, CONTRASTS_OPTIONS);
  const { method = "pairwise", ref = 0, adjust = "holm", level = means.level } = options;
  limitsAt(level); // checks the level
  if (adjust !== "holm" && adjust !== "bonferroni" && adjust !== "none") {
    throw new DrmError("bad_option", `adjust '${String(adjust)}': wanted "holm", "bonferroni" or "none"`);
  }
  const by = [options.by ?? []].flat();
  for (const name of by) requireModerator(name, means.by, means.dpar, "by");
  const { take, slope, isRatio, transform, left } = responseOf(means);
  const families = familiesOf(means, by);
  const coefficients = coefficientsOf(means);
  const rows = families.flatMap((members) => {
    const pairs = pairsOf(members, method, ref);
    const compared = pairs.map(([a, b]) => compare(means, coefficients, a, b));
    const pValues = compared.map(({ pValue }) => pValue);
    const adjusted = adjustPValues(pValues, adjust);
    const m = adjust === "none" ? 1 : Math.max(1, pValues.filter((p) => !Number.isNaN(p)).length);
    const limitsOf = limitsAt(1 - (1 - level) / m);
    return compared.map(({ a, b, estimate, stdError, df, statistic, pValue }, i): Contrast => {
      const { lower, upper } = limitsOf({ estimate, stdError, df });
      return {
        at: Object.fromEntries(by.map((name) => [name, means.means[a]!.at[name]!])),
        contrast: `${nameOf(means, a, by)} ${isRatio ? "/" : "-"} ${nameOf(means, b, by)}`,
        estimate: take(estimate),
        stdError: slope(estimate) * stdError,
        statistic,
        df,
        pValue,
        pAdjusted: adjusted[i]!,
        lower: take(lower),
        upper: take(upper),
      };
    });
  });
  const { dpar, kind, response, link } = means;
  const notes = [...left, ...means.notes];
  const scale = isRatio ? "ratio" : "difference";
  const data: Contrasts = {
    dpar,
    kind,
    response,
    link,
    scale,
    transform,
    method,
    adjust,
    by,
    level,
    contrasts: rows,
    notes,
  };
  return printable(
    data,
    (own) => `${contrastsTable(own).caption}\n${tableText(contrastsTable(own))}`,
    (own) => [contrastsTable(own)],
  );
}

/** What a difference of two means is told as. */
function responseOf({ link, scale, transform, label }: MarginalMeans) {
  const same = { take: (x: number) => x, slope: () => 1, isRatio: false, transform: null, left: [] };
  if (transform !== null) {
    const { of, slope, difference } = backTransforms[transform] as Transform;
    return difference === undefined || slope === undefined
      ? { ...same, left: [`differences are on the scale of analysis: ${label} makes nothing of them`] }
      : { take: of, slope, isRatio: difference === "ratio", transform, left: [] };
  }
  return link === "log" && scale === "response"
    ? { ...same, take: Math.exp, slope: Math.exp, isRatio: true }
    : same;
}

/** Positions of the means with the same levels of `by`. */
function familiesOf({ means }: MarginalMeans, by: readonly string[]): number[][] {
  const families = new Map<string, number[]>();
  means.forEach(({ at }, i) => {
    const key = JSON.stringify(by.map((name) => at[name]));
    families.set(key, [...(families.get(key) ?? []), i]);
  });
  return [...families.values()];
}

function pairsOf(members: readonly number[], method: string, ref: number): [number, number][] {
  if (members.length < 2) {
    throw new DrmError(
      "bad_option",
      "nothing to compare: contrasts need at least two means; give marginalMeans() a by",
    );
  }
  switch (method) {
    case "pairwise":
      return members.flatMap((a, i) => members.slice(i + 1).map((b): [number, number] => [a, b]));
    case "consecutive":
      return members.slice(1).map((a, i) => [a, members[i]!]);
    case "reference": {
      const reference = members[ref];
      if (reference === undefined) {
        throw new DrmError("bad_option", `ref ${ref}: the means are counted from 0 to ${members.length - 1}`);
      }
      return members.filter((a) => a !== reference).map((a) => [a, reference]);
    }
    default:
      throw new DrmError("bad_option", `method '${method}': wanted "pairwise", "reference" or "consecutive"`);
  }
}

/** What the means carry of their coefficients; degrees of freedom that only the fit knows, it is asked for. */
function coefficientsOf(means: MarginalMeans): CombinedCoefficients {
  const { coefficients, vcov, df, satterthwaite } = means;
  const own = satterthwaite ? ownDf(means) : (weights: ArrayLike<number>) => leastDf(df, weights);
  if (own === null) {
    const what = "these means are a copy, and contrasts after CR2 robust errors ask the fit for their df";
    throw new DrmError("not_supported", `${what}: call contrasts() on what marginalMeans() returns`);
  }
  return { estimates: coefficients, covariance: vcov, dfOf: own };
}

function compare({ means, linfct }: MarginalMeans, coefficients: CombinedCoefficients, a: number, b: number) {
  const weights = Float64Array.from(linfct[a]!, (value, j) => value - linfct[b]![j]!);
  // a coefficient at its boundary that both means have in common does not matter
  const found = combine(coefficients, weights);
  const offsets = means[a]!.linkEstimate - means[b]!.linkEstimate;
  const estimate = Number.isNaN(offsets) ? found.estimate : offsets;
  const { stdError, df } = found;
  // two means that are the same combination of coefficients differ by nothing, without a test
  const statistic = stdError === 0 || !Number.isFinite(estimate) ? Number.NaN : estimate / stdError;
  return { a, b, estimate, stdError, df, statistic, pValue: studentTTwoSidedP(statistic, df) };
}

/** "forest"; "(forest, north)" for several; "duration 2" for a number. */
function nameOf({ means, by }: MarginalMeans, mean: number, within: readonly string[]): string {
  const parts = by
    .filter((name) => !within.includes(name))
    .map((name) => {
      const value = means[mean]!.at[name]!;
      return typeof value === "string" ? value : `${name} ${value}`;
    });
  return parts.length === 1 ? parts[0]! : `(${parts.join(", ")})`;
}
