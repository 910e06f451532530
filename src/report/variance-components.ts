import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { type Outcome, outcomesOf } from "../inference/outcomes";
import { betweenVariances, errorVariances } from "../opened/term-variances";
import { checkOptions, type OptionKinds } from "../options";
import { formatColumn } from "./format";
import { outcomeColumn } from "./outcome-column";
import { type Printable, printableTable } from "./printable";
import { groupRows } from "./row-groups";
import { numberColumn, type ReportTable } from "./text-table";

/** Where the variance of each row used comes from. `sigma` is an SD, the others are variances. */
export interface VarianceRows {
  /** "mu", or "mu1" / "mu2" */
  readonly outcome: string;
  /** known sampling variance, the diagonal of V; times phi where it is known up to that */
  readonly samplingVariance: Float64Array;
  /** extra heterogeneity, as an SD */
  readonly sigma: Float64Array;
  /** sigma squared */
  readonly heterogeneityVariance: Float64Array;
  /** from random intercepts; zeros without them */
  readonly studyVariance: Float64Array;
  /** the sum of the three variances */
  readonly totalVariance: Float64Array;
}

/** Means over the rows of one group; `sigma` is the mean of the SDs. */
export interface VarianceGroup {
  /** "mu", or "mu1" / "mu2" */
  readonly outcome: string;
  /** level of the `by` column; "all" without one */
  readonly group: string;
  /** rows used */
  readonly rows: number;
  /** sampling variance, mean over the rows */
  readonly samplingVariance: number;
  /** fitted SD, mean over the rows */
  readonly sigma: number;
  /** sigma squared, mean over the rows */
  readonly heterogeneityVariance: number;
  /** variance of the random intercepts, mean over the rows */
  readonly studyVariance: number;
  /** sum of the variances */
  readonly totalVariance: number;
}

/** What makes up the variance of an effect size, by group and by row. Variances, unless they are called sigma. */
export interface VarianceComponents {
  /** the column of the groups, null for all rows together */
  readonly by: string | null;
  /** one an outcome and a group: means over its rows */
  readonly groups: readonly VarianceGroup[];
  /** one an outcome and a row used */
  readonly rows: readonly VarianceRows[];
}

/** By what groups. */
export interface VarianceOptions {
  /** a column that one of the formulas uses; groups are its levels (or distinct values) in order */
  readonly by?: string;
}

const VARIANCE_OPTIONS: OptionKinds<VarianceOptions> = {
  by: "text",
};

/**
 * Splits the marginal variance of every row into known sampling variance + extra heterogeneity + study level, and
 * averages the parts by group:  v_i + sigma_i^2 + omega_j^2. Plain data; `String(...)` gives the table of groups.
 * Throws DrmError("unknown_column") when `by` is not a column of the fit.
 */
export function varianceComponents(fit: Fit, options: VarianceOptions = {}): Printable<VarianceComponents> {
  requireFit("varianceComponents", fit);
  checkOptions("varianceComponents", options, VARIANCE_OPTIONS);
  const { by } = options;
  const groups = groupRows(fit, by);
  const rows = outcomesOf(fit).map((outcome) => varianceRows(fit, outcome));
  const data: VarianceComponents = {
    by: by ?? null,
    rows,
    groups: rows.flatMap((parts, o) => {
      const y = fit.response[outcomesOf(fit)[o].location].values;
      return groups.map(({ label, members }) => {
        // a study without this outcome has no variance to report
        const observed = members.filter((i) => !Number.isNaN(y[i]));
        const mean = (values: Float64Array) =>
          observed.reduce((sum, i) => sum + values[i], 0) / observed.length;
        return {
          outcome: parts.outcome,
          group: label,
          rows: observed.length,
          samplingVariance: mean(parts.samplingVariance),
          sigma: mean(parts.sigma),
          heterogeneityVariance: mean(parts.heterogeneityVariance),
          studyVariance: mean(parts.studyVariance),
          totalVariance: mean(parts.totalVariance),
        };
      });
    }),
  };
  return printableTable(data, groupsTable);
}

function groupsTable({ by, groups }: VarianceComponents): ReportTable {
  const column = (header: string, pick: (group: VarianceGroup) => number) => {
    return numberColumn(header, groups.map(pick), (values) => formatColumn(values));
  };
  const random = groups.some(({ studyVariance }) => studyVariance > 0);
  const columns = [
    ...outcomeColumn(groups),
    { header: by ?? "", name: "group", cells: groups.map(({ group }) => group), align: "left" as const },
    { header: "rows", cells: groups.map(({ rows }) => String(rows)) },
    column("sampling_variance", ({ samplingVariance }) => samplingVariance),
    column("sigma", ({ sigma }) => sigma),
    column("heterogeneity_variance", ({ heterogeneityVariance }) => heterogeneityVariance),
    ...(random ? [column("study_variance", ({ studyVariance }) => studyVariance)] : []),
    column("total_variance", ({ totalVariance }) => totalVariance),
  ];
  return { caption: `Variance components${by === null ? "" : ` by ${by}`}`, columns, notes: [] };
}

function varianceRows(fit: Fit, outcome: Outcome): VarianceRows {
  const samplingVariance = errorVariances(fit, outcome);
  const sigma = fit.fitted[outcome.scale].slice();
  const heterogeneityVariance = sigma.map((sd) => sd * sd);
  const studyVariance = betweenVariances(fit, outcome);
  const totalVariance = samplingVariance.map((v, i) => v + heterogeneityVariance[i] + studyVariance[i]);
  return {
    outcome: outcome.location,
    samplingVariance,
    sigma,
    heterogeneityVariance,
    studyVariance,
    totalVariance,
  };
}
