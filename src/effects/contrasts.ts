import { DrmError } from "../errors";
import { criticalValue } from "../inference/level";
import { linearPredictor } from "../inference/linear-predictor";
import { checkOptions, isList, type OptionKinds, shown } from "../options";
import { type Printable, printable } from "../report/printable";
import { tableText } from "../report/text-table";
import { studentTTwoSidedP } from "../stats/student-t";
import { type Adjustment, adjustPValues } from "./adjust";
import { contrastsTable } from "./effects-table";
import type { MarginalMeans } from "./marginal-means";
import { criticalFor } from "./mean-errors";
import { type Level, requireModerator } from "./reference-grid";

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
  readonly stdError: number;
  /** z or t of the difference on the link scale against 0 */
  readonly statistic: number;
  /** of the t distribution; Infinity is the normal distribution */
  readonly df: number;
  readonly pValue: number;
  /** adjusted within the family */
  readonly pAdjusted: number;
  readonly lower: number;
  readonly upper: number;
}

export interface Contrasts {
  readonly dpar: string;
  readonly response: string;
  readonly link: MarginalMeans["link"];
  /** "ratio": of SDs. "difference": on the link scale */
  readonly scale: "ratio" | "difference";
  readonly method: "pairwise" | "reference" | "consecutive";
  readonly adjust: Adjustment;
  readonly by: readonly string[];
  readonly level: number;
  readonly contrasts: readonly Contrast[];
  readonly notes: readonly string[];
}

/**
 * Comparisons of marginal means: differences on the link scale, d = (l_a - l_b)' gamma with se = sqrt((l_a - l_b)' V
 * (l_a - l_b)) and a z test, or the t test that the means were made with. For SDs on the response scale they are ratios, exp(d) with se = exp(d) se(d); a difference
 * of correlations stays on the link scale, where rho12 is estimated. Directions are those of emmeans in R: "pairwise"
 * earlier - later, "reference" other - reference, "consecutive" later - earlier. Plain data; `String(...)` gives the table.
 *
 * @param means from marginalMeans() with at least two means (in each level of `by`)
 * @throws DrmError "bad_option" for an unknown option, or nothing to compare; "not_supported" for means with the t tests of
 *   CR2 robust errors
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
  criticalValue(level); // checks the level
  if (adjust !== "holm" && adjust !== "bonferroni" && adjust !== "none") {
    throw new DrmError("bad_option", `adjust '${String(adjust)}': wanted "holm", "bonferroni" or "none"`);
  }
  if (means.satterthwaite) {
    const what = "contrasts after CR2 robust errors have degrees of freedom of their own";
    throw new DrmError(
      "not_supported",
      `${what}: use waldTest(fit, { matrix }), CR1, or means with test: "z"`,
    );
  }
  const by = [options.by ?? []].flat();
  for (const name of by) requireModerator(name, means.by, means.dpar, "by");
  const isRatio = means.link === "log" && means.scale === "response";
  const families = familiesOf(means, by);
  const rows = families.flatMap((members) => {
    const pairs = pairsOf(members, method, ref);
    const compared = pairs.map(([a, b]) => compare(means, a, b));
    const pValues = compared.map(({ pValue }) => pValue);
    const adjusted = adjustPValues(pValues, adjust);
    const m = adjust === "none" ? 1 : Math.max(1, pValues.filter((p) => !Number.isNaN(p)).length);
    return compared.map(({ a, b, d, se, df, statistic, pValue }, i): Contrast => {
      const critical = criticalFor(1 - (1 - level) / m, df);
      const take = isRatio ? Math.exp : (x: number) => x;
      return {
        at: Object.fromEntries(by.map((name) => [name, means.means[a]!.at[name]!])),
        contrast: `${nameOf(means, a, by)} ${isRatio ? "/" : "-"} ${nameOf(means, b, by)}`,
        estimate: take(d),
        stdError: isRatio ? Math.exp(d) * se : se,
        statistic,
        df,
        pValue,
        pAdjusted: adjusted[i]!,
        lower: take(d - critical * se),
        upper: take(d + critical * se),
      };
    });
  });
  const { dpar, response, link, notes } = means;
  const scale = isRatio ? "ratio" : "difference";
  const data: Contrasts = { dpar, response, link, scale, method, adjust, by, level, contrasts: rows, notes };
  return printable(
    data,
    (own) => `${contrastsTable(own).caption}\n${tableText(contrastsTable(own))}`,
    (own) => [contrastsTable(own)],
  );
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

function compare({ means, linfct, coefficients, vcov, df: dfs }: MarginalMeans, a: number, b: number) {
  const weights = Float64Array.from(linfct[a]!, (value, j) => value - linfct[b]![j]!);
  // a coefficient at its boundary that both means have in common does not matter
  const { eta, stdError } = linearPredictor(weights, 1, coefficients, vcov, null);
  const offsets = means[a]!.linkEstimate - means[b]!.linkEstimate;
  const d = Number.isNaN(offsets) ? eta[0]! : offsets;
  const se = stdError[0]!;
  // two means that are the same combination of coefficients differ by nothing, without a test
  const statistic = se === 0 || !Number.isFinite(d) ? Number.NaN : d / se;
  const df = dfs.reduce(
    (least, own, j) => (weights[j] === 0 ? least : Math.min(least, own)),
    Number.POSITIVE_INFINITY,
  );
  return { a, b, d, se, df, statistic, pValue: studentTTwoSidedP(statistic, df) };
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
