import type { BlockCovariance } from "../covariance/block-covariance";
import { isMultiplicative, phisOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { covarianceOf } from "../fit/known-covariance";
import { requireFit } from "../fit/require-fit";
import { type Outcome, outcomesOf } from "../inference/outcomes";
import { residualDf } from "../inference/residual-df";
import { type TypicalVarianceParts, typicalVarianceParts } from "../inference/typical-variance";
import type { Model } from "../model/model";
import { observationNumbers } from "../model/observations";
import { fittedSpreads } from "../opened/fitted-spreads";
import { openFit } from "../opened/open-fit";
import { errorVariances, termVariances } from "../opened/term-variances";
import { checkOptions, type OptionKinds } from "../options";
import { formatColumn, formatFixed } from "./format";
import { outcomeColumn } from "./outcome-column";
import { type Printable, printableTable } from "./printable";
import { groupRows, type RowGroup } from "./row-groups";
import { numberColumn, type ReportTable } from "./text-table";

/** One source of the variance of an effect size. */
export interface VarianceShare {
  /** sampling error, heterogeneity within studies (sigma), or between the levels of a grouping */
  readonly part: "sampling" | "within" | "between";
  /** the argument of meta_V ("phi vi" where it is known up to phi), "sigma" (within studies), or "sd(study)" (between the levels of a grouping) */
  readonly source: string;
  /** variance, not SD */
  readonly variance: number;
  /** of the total, 0 to 100; NaN when the total is 0, or there is no typical sampling variance */
  readonly percent: number;
}

/** The split of the total variance for one outcome and one group of rows. */
export interface VarianceShareGroup {
  /** "mu", or "mu1" / "mu2" */
  readonly outcome: string;
  /** level of the `by` column; "all" without one */
  readonly group: string;
  /** rows used */
  readonly rows: number;
  /** variance of an effect size: the sum over `parts` */
  readonly total: number;
  /** 100 - the sampling percentage; NaN where the mean has as many coefficients as effect sizes, and where phi is all heterogeneity */
  readonly i2: number;
  /** sampling, within, then one a grouping */
  readonly parts: readonly VarianceShare[];
}

/** How the variance of an effect size is shared out. */
export interface VarianceShares {
  /** the column of the groups, null for all rows together */
  readonly by: string | null;
  /**
   * "typical": (n - p) / tr(P), the sampling variance of Higgins and Thompson's I^2. "mean": the mean of the known
   * variances, which is what is reported when V is singular, such as where a variance is 0. "none" without meta_V().
   */
  readonly sampling: "typical" | "mean" | "none";
  /** one an outcome and a group */
  readonly groups: readonly VarianceShareGroup[];
}

/** By what groups. */
export interface VarianceSharesOptions {
  /** a column that one of the formulas uses; groups are its levels (or distinct values) in order */
  readonly by?: string;
}

const VARIANCE_SHARES_OPTIONS: OptionKinds<VarianceSharesOptions> = {
  by: "text",
};

/**
 * Multilevel I^2: the total variance split into sampling, within-study (sigma^2) and between-study parts (omega^2, one
 * for each grouping), as variances and as percentages of
 *
 *   s^2 + sigma^2 + sum of omega^2,    s^2 = (n - p) / tr(P),   P = W - W X (X'WX)^-1 X'W,   W = V^-1
 *
 * (Higgins and Thompson 2002, eq. 9; V with its covariances, and with two outcomes over both; for several levels Nakagawa and Santos 2012, Evolutionary Ecology 26, 1253-1274;
 * with moderators as in metafor's worked examples). Where sigma or an SD has moderators its variance is averaged over
 * the rows: give `by` to see it group by group, with s^2 of the group's own rows. varianceComponents() averages the
 * known variances instead. Where the mean has as many coefficients as there are effect sizes, in all or in a group, there is
 * no typical variance (0 / 0): it and the percentages are NaN. A likelihood weight of w counts as w rows. Plain data; `String(...)` gives the table.
 * Throws DrmError("unknown_column") when `by` is not a column of the fit.
 */
export function varianceShares(fit: Fit, options: VarianceSharesOptions = {}): Printable<VarianceShares> {
  requireFit("varianceShares", fit);
  checkOptions("varianceShares", options, VARIANCE_SHARES_OPTIONS);
  const { by } = options;
  const groups = groupRows(fit, by);
  const typical = fit.knownV.kind === "none" ? null : typicalOf(fit);
  const sampling = fit.knownV.kind === "none" ? "none" : typical === null ? "mean" : "typical";
  const data: VarianceShares = {
    by: by ?? null,
    sampling,
    groups: outcomesOf(fit).flatMap((outcome) => sharesOf(fit, outcome, groups, typical)),
  };
  return printableTable(data, sharesTable);
}

/** Relative: rows that leave less than this of themselves as residual degrees of freedom leave rounding. */
const NONE_LEFT = 1e-8;

/** The typical sampling variance of one outcome in some rows; null when V is singular or not in the fit. */
type Typical = (outcome: Outcome, rows: readonly number[]) => number;

function typicalOf(fit: Fit): Typical | null {
  if (covarianceOf(fit.knownV) === null) return null;
  const { model } = openFit(fit);
  const parts = typicalVarianceParts({ ...model, V: samplingCovariance(fit, model) });
  if (parts === null) return null;
  const observation = model.outcomes === null ? null : observationNumbers(model.outcomes, fit.nobs);
  return ({ offset, stride }, rows) => {
    const sum = (part: keyof TypicalVarianceParts) =>
      rows.reduce(
        (total, i) => total + parts[part][observation === null ? i : observation[stride * i + offset]!]!,
        0,
      );
    const residual = sum("residual");
    const all = rows.reduce((total, i) => total + (fit.weights?.[i] ?? 1), 0);
    return residual > NONE_LEFT * all ? residual / sum("trace") : Number.NaN;
  };
}

/** V, or D V D where it is known up to phi. */
function samplingCovariance(fit: Fit, model: Model): BlockCovariance {
  if (phisOf(fit).length === 0) return model.V;
  return model.V.scaled(fittedSpreads(fit, model).phi.map(Math.sqrt));
}

function sharesOf(
  fit: Fit,
  outcome: Outcome,
  groups: readonly RowGroup[],
  typical: Typical | null,
): VarianceShareGroup[] {
  const { location } = outcome;
  const y = fit.response[location].values;
  const { weights, knownV } = fit;
  const counts = (i: number) => !Number.isNaN(y[i]) && weights?.[i] !== 0;
  const members = groups.map((group) => group.members.filter(counts));
  const v = errorVariances(fit, outcome);
  const mean = (rows: readonly number[], variance: (row: number) => number) => {
    let sum = 0;
    let total = 0;
    for (const i of rows) {
      const w = weights === null ? 1 : weights[i];
      sum += w * variance(i);
      total += w;
    }
    return sum / total;
  };
  const s2 = members.map((own) => {
    if (typical !== null) return typical(outcome, own);
    return residualDf(fit, location) > 0 ? mean(own, (i) => v[i]) : Number.NaN;
  });
  const terms = termVariances(fit, outcome);

  return groups.map(({ label }, g) => {
    const own = members[g];
    const variances = terms.map(({ term: { part }, dpar, variance }) => {
      if (part !== "sampling") return { part, source: dpar!.key, variance: mean(own, (i) => variance[i]) };
      const label = knownV.kind === "none" ? "none" : knownV.label;
      return { part, source: dpar === null ? label : `${dpar.key} ${label}`, variance: s2[g] };
    });
    const total = variances.reduce((sum, { variance }) => sum + variance, 0);
    const parts = variances.map((one) => ({ ...one, percent: (100 * one.variance) / total }));
    // without a variance of true effects there is no share of theirs
    const i2 = isMultiplicative(fit, outcome.number) ? Number.NaN : 100 - parts[0].percent;
    return { outcome: location, group: label, rows: own.length, total, i2, parts };
  });
}

const SAMPLING_TEXT = {
  typical: "sampling: typical variance (Higgins & Thompson 2002); I2 = 100 - its percentage",
  mean: "sampling: mean of the known variances, not the typical one; I2 = 100 - its percentage",
  none: "no meta_V(): effect sizes count as measured without error",
} as const;

/** What "-" stands for. */
export const NO_TYPICAL_VARIANCE = "-: the mean has as many coefficients there as effect sizes";

function sharesTable({ by, sampling, groups }: VarianceShares): ReportTable {
  const lines = groups.flatMap((group) => group.parts.map((part) => ({ ...group, ...part })));
  const columns = [
    ...outcomeColumn(lines),
    ...(by === null ? [] : [{ header: by, cells: lines.map(({ group }) => group), align: "left" as const }]),
    { header: "part", cells: lines.map(({ part }) => part), align: "left" as const },
    { header: "source", cells: lines.map(({ source }) => source), align: "left" as const },
    numberColumn(
      "variance",
      lines.map(({ variance }) => variance),
      (values) => formatColumn(values),
    ),
    numberColumn(
      "percent",
      lines.map(({ percent }) => percent),
      (values) => values.map((percent) => formatFixed(percent, 2)),
    ),
  ];
  const undetermined = groups.some(({ parts }) => Number.isNaN(parts[0].variance));
  return {
    caption: `Shares of the variance${by === null ? "" : ` by ${by}`}`,
    columns,
    notes: [SAMPLING_TEXT[sampling], ...(undetermined ? [NO_TYPICAL_VARIANCE] : [])],
  };
}
