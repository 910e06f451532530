import { DrmError } from "../errors";
import { isMultiplicative, phisOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { hasGroupings } from "../fit/groupings";
import { requireFit } from "../fit/require-fit";
import type { IntervalMethod } from "../inference/coefficient-table";
import { requireSameData } from "../inference/nested";
import { outcomesOf } from "../inference/outcomes";
import { type QTest, qTest } from "../inference/q-test";
import type { LimitsMethod } from "../inference/scale-limits";
import { scaleMethod } from "../inference/scale-limits";
import { checkOptions, type OptionKinds } from "../options";
import { formatColumn, formatFixed, pText } from "./format";
import { type HeterogeneityLimits, heterogeneityLimits, NO_LIMITS, oneSd } from "./heterogeneity-limits";
import { heterogeneityLimitsTable } from "./heterogeneity-limits-table";
import { outcomeColumn } from "./outcome-column";
import { percentExplained } from "./percent-explained";
import { type Printable, printable } from "./printable";
import { groupRows } from "./row-groups";
import { numberColumn, type ReportTable, tableText } from "./text-table";
import {
  NO_TYPICAL_VARIANCE,
  type VarianceShareGroup,
  type VarianceShares,
  varianceShares,
} from "./variance-shares";

/**
 * Heterogeneity of one outcome in one group of rows. The limits are NaN where tau2 is a sum of several variances or an average
 * over moderators, and where it is held: scaleIntervals() has the limits of each SD.
 */
export interface HeterogeneityGroup extends HeterogeneityLimits {
  /** "mu", or "mu1" / "mu2" */
  readonly outcome: string;
  /** level of the `by` column; "all" without one */
  readonly group: string;
  /** rows used */
  readonly rows: number;
  /** variance of true effects: sigma^2 plus the random intercepts' variances, averaged over the rows */
  readonly tau2: number;
  /** sqrt(tau2), an SD */
  readonly tau: number;
  /** typical sampling variance, or the mean one: see `sampling`; NaN where the mean has as many coefficients as effect sizes */
  readonly typicalVariance: number;
  /** 100 tau2 / (tau2 + typical variance); NaN without a typical variance, as h2 */
  readonly i2: number;
  /** (tau2 + typical variance) / typical variance */
  readonly h2: number;
  /** percent of the reduced model's tau2 that the moderators explain, at least 0, NaN when that is 0; null without it */
  readonly r2: number | null;
}

/** tau^2, I^2, H^2 and Q of a fit. */
export interface Heterogeneity {
  /** the column of the groups, null for all rows together */
  readonly by: string | null;
  /** as in varianceShares(): how the sampling variance of I2 and H2 was found */
  readonly sampling: VarianceShares["sampling"];
  /** "Q": sigma is held at 0 and there is no tau2, so that I2 and H2 say what Q leaves unexplained */
  readonly basis: "tau2" | "Q";
  /** of the limits */
  readonly level: number;
  /** how the limits of tau2, and so of I2 and H2, were found */
  readonly confint: LimitsMethod;
  /** one an outcome and a group */
  readonly groups: readonly HeterogeneityGroup[];
  /** null without meta_V(), or where qTest() does not apply */
  readonly q: QTest | null;
}

/** By what groups, and against which smaller model. */
export interface HeterogeneityOptions {
  /** a column that one of the formulas uses; groups are its levels. Give it where sigma has moderators */
  readonly by?: string;
  /** a fit of the same data with fewer moderators, for R2 */
  readonly reduced?: Fit;
  /** of the limits, default 0.95 */
  readonly level?: number;
  /** default "profile", and "wald" where profiles would take over a second and of a fit that did not converge */
  readonly confint?: IntervalMethod;
}

const HETEROGENEITY_OPTIONS: OptionKinds<HeterogeneityOptions> = {
  by: "text",
  reduced: "any",
  level: "number",
  confint: "text",
};

/**
 * tau2, I2, H2 and R2 (Higgins and Thompson 2002, Statistics in Medicine 21, 1539-1558; R2 Raudenbush 2009):
 *
 *   I2 = 100 tau2 / (tau2 + s2),   H2 = (tau2 + s2) / s2,   s2 = (k - p) / tr(P),   R2 = 100 (1 - tau2 / tau2_reduced)
 *
 * with moderators as in metafor. The limits of I2 and H2 are those of tau2, by profile likelihood, put into these formulas, as
 * metafor's confint() does. tau2 is sigma^2 plus the variance of the random intercepts: varianceShares() splits it.
 * Where phi multiplies the sampling variances and sigma is held at 0, true effects have no variance, and all of these are NaN;
 * beside a phi, sigma and the random intercepts are held against the multiplied sampling variances.
 * With sigma held at 0 (the common-effect model) I2 = 100 (Q - df) / Q, at least 0, and H2 = Q / df. Plain data;
 * `String(...)` gives the table.
 *
 * @throws DrmError "unknown_column" when `by` is not a column of the fit; "bad_option" when `reduced` is of other data,
 *   for a level outside (0, 1), and for profiles of a fit that did not converge
 */
export function heterogeneity(fit: Fit, options: HeterogeneityOptions = {}): Printable<Heterogeneity> {
  requireFit("heterogeneity", fit);
  checkOptions("heterogeneity", options, HETEROGENEITY_OPTIONS);
  const { by, reduced, level = 0.95, confint } = options;
  if (reduced !== undefined) requireFit("heterogeneity", reduced);
  if (reduced !== undefined) requireSameData(fit, reduced);
  const shares = varianceShares(fit, by === undefined ? {} : { by });
  const before = reduced === undefined ? null : tau2OfReduced(reduced, shares.groups, by);
  const q = qTestOrNull(fit);
  const held =
    outcomesOf(fit).some(({ scale }) => fit.fixed[scale] === 0) &&
    !hasGroupings(fit) &&
    phisOf(fit).length === 0;
  const basis = held && q !== null && fit.family === "gaussian" && by === undefined ? "Q" : "tau2";
  const rows = groupRows(fit, by);
  const parts = shares.groups.map((group) => {
    const outcome = outcomesOf(fit).find(({ location }) => location === group.outcome)!;
    const { values } = fit.response[outcome.location]!;
    const members = rows
      .find(({ label }) => label === group.group)!
      .members.filter((i) => !Number.isNaN(values[i]!) && fit.weights?.[i] !== 0);
    return { sd: oneSd(fit, outcome, members), typicalVariance: group.parts[0]!.variance };
  });
  const method = scaleMethod(fit, parts.length, confint);
  const limits = heterogeneityLimits(fit, parts, level, method);
  const data: Heterogeneity = {
    by: by ?? null,
    sampling: shares.sampling,
    basis,
    level,
    confint: method,
    groups: shares.groups.map((group, g) => {
      const found = { ...ofGroup(group, before === null ? null : before[g]!), ...limits[g]! };
      const { number } = outcomesOf(fit).find(({ location }) => location === group.outcome)!;
      if (isMultiplicative(fit, number)) return { ...found, ...NO_TRUE_VARIANCE };
      if (basis === "tau2" || q === null) return found;
      const { statistic, df } = q;
      if (df <= 0) return { ...found, i2: Number.NaN, h2: Number.NaN };
      return { ...found, i2: Math.max(0, (100 * (statistic - df)) / statistic), h2: statistic / df };
    }),
    q,
  };
  return printable(data, (own) => heterogeneityTables(own).map(tableText).join("\n\n"), heterogeneityTables);
}

/** What "-" stands for there. */
export const NO_TRUE_EFFECTS =
  "-: phi multiplies the sampling variances and sigma is held at 0, so that true effects have no variance";

/** Heterogeneity that multiplies sampling variances is no variance of true effects. */
const NO_TRUE_VARIANCE = {
  tau2: Number.NaN,
  tau: Number.NaN,
  i2: Number.NaN,
  h2: Number.NaN,
  ...NO_LIMITS,
};

function ofGroup(
  { outcome, group, rows, parts }: VarianceShareGroup,
  before: number | null,
): Omit<HeterogeneityGroup, keyof HeterogeneityLimits> {
  const typicalVariance = parts[0]!.variance;
  const tau2 = tau2Of(parts);
  return {
    outcome,
    group,
    rows,
    tau2,
    tau: Math.sqrt(tau2),
    typicalVariance,
    i2: (100 * tau2) / (tau2 + typicalVariance),
    h2: (tau2 + typicalVariance) / typicalVariance,
    r2: before === null ? null : percentExplained(before, tau2),
  };
}

function tau2Of(parts: VarianceShareGroup["parts"]): number {
  return parts.reduce((sum, { part, variance }) => (part === "sampling" ? sum : sum + variance), 0);
}

/** By group of the full model: the reduced one need not use the `by` column. */
function tau2OfReduced(
  reduced: Fit,
  groups: readonly VarianceShareGroup[],
  by: string | undefined,
): number[] {
  const own = by !== undefined && Object.hasOwn(reduced.data, by);
  const shares = varianceShares(reduced, own ? { by } : {}).groups;
  return groups.map(({ outcome, group }) => {
    const same = shares.find((one) => one.outcome === outcome && (one.group === group || !own));
    return same === undefined ? Number.NaN : tau2Of(same.parts);
  });
}

/** null where qTest() does not apply. */
export function qTestOrNull(fit: Fit): QTest | null {
  try {
    return qTest(fit);
  } catch (error) {
    if (error instanceof DrmError && error.code === "bad_option") return null;
    throw error;
  }
}

const SAMPLING_TEXT = {
  typical: "I2, H2: beside the typical sampling variance (Higgins & Thompson 2002)",
  mean: "I2, H2: beside the mean of the known sampling variances",
  none: "no meta_V(): effect sizes count as measured without error",
} as const;

/** The estimates, and the limits where there are some. */
function heterogeneityTables(data: Heterogeneity): ReportTable[] {
  const table = heterogeneityTable(data);
  const known = data.groups.filter(
    ({ tau2Lower, tau2Upper }) => !Number.isNaN(tau2Lower) || !Number.isNaN(tau2Upper),
  );
  return known.length === 0 ? [table] : [table, heterogeneityLimitsTable(data, known)];
}

function heterogeneityTable({ by, sampling, basis, groups, q }: Heterogeneity): ReportTable {
  const withR2 = groups.some(({ r2 }) => r2 !== null);
  const fixed = (header: string, pick: (group: HeterogeneityGroup) => number) =>
    numberColumn(header, groups.map(pick), (values) => values.map((value) => formatFixed(value, 2)));
  const significant = (header: string, pick: (group: HeterogeneityGroup) => number) =>
    numberColumn(header, groups.map(pick), (values) => formatColumn(values));
  const columns = [
    ...outcomeColumn(groups),
    { header: by ?? "", name: "group", cells: groups.map(({ group }) => group), align: "left" as const },
    { header: "rows", cells: groups.map(({ rows }) => String(rows)) },
    significant("tau2", ({ tau2 }) => tau2),
    significant("tau", ({ tau }) => tau),
    fixed("I2", ({ i2 }) => i2),
    fixed("H2", ({ h2 }) => h2),
    ...(withR2 ? [fixed("R2", ({ r2 }) => r2 ?? Number.NaN)] : []),
  ];
  const notes: string[] = [
    basis === "Q" ? "I2, H2: from Q, since sigma is held at 0" : SAMPLING_TEXT[sampling],
  ];
  if (groups.some(({ tau2 }) => Number.isNaN(tau2))) notes.push(NO_TRUE_EFFECTS);
  else if (groups.some(({ h2 }) => Number.isNaN(h2))) notes.push(NO_TYPICAL_VARIANCE);
  if (q !== null && q.df > 0) notes.push(`Q(${q.df}) = ${formatFixed(q.statistic, 4)}, ${pText(q.pValue)}`);
  return { caption: `Heterogeneity${by === null ? "" : ` by ${by}`}`, columns, notes };
}
