import { deletionGroups } from "../diagnostics/deletion-groups";
import { DrmError } from "../errors";
import { locationsOf, phisOf } from "../fit/dpars";
import { type Fit, type TestStatistic, update } from "../index";
import { type CoefficientRow, coefficientTable } from "../inference/coefficient-table";
import { checkOptions, type OptionKinds } from "../options";
import { formatColumn, limitLabels } from "../report/format";
import { type Printable, printableTable } from "../report/printable";
import { numberColumn, type ReportTable } from "../report/text-table";
import { effectsOf } from "./effects";
import { withErrorsOf } from "./small-study";

export interface CorrelationSensitivityOptions {
  /** the studies within which sampling errors correlate: a column that a formula uses, or a label a data row or a row used */
  readonly cluster: string | ArrayLike<string | number>;
  /** the correlations that are tried; default 0, 0.1, ..., 0.9 */
  readonly rho?: readonly number[];
  /** of the intervals of means, as in summary() */
  readonly test?: TestStatistic;
  /** confidence level, default 0.95 */
  readonly level?: number;
}

const OPTIONS: OptionKinds<CorrelationSensitivityOptions> = {
  cluster: "cells",
  rho: "numbers",
  test: "text",
  level: "number",
};

/** The fit under an assumed correlation. */
export interface AssumedCorrelation {
  /** the correlation */
  readonly rho: number;
  /** as in coefficientTable(); empty where the model cannot be fitted */
  readonly coefficients: readonly CoefficientRow[];
  /** NaN where the model cannot be fitted */
  readonly logLik: number;
  /** why the numbers are not to be trusted; "" where they are */
  readonly reason: string;
}

/** Estimates and intervals against the assumed correlation. */
export interface CorrelationSensitivity {
  /** confidence level of the limits */
  readonly level: number;
  /** one a correlation, as given */
  readonly fits: readonly AssumedCorrelation[];
}

/**
 * How far the answer depends on the correlation of sampling errors within studies, which papers rarely report: the fit with
 * V_ij = rho sqrt(v_i v_j) for the rows of a study, over a grid of rho (Hedges, Tipton and Johnson 2010, Research Synthesis Methods
 * 1, 39-65). Formulas, random effects, method and robust errors are the fit's; covariances of its own V are replaced. Plain data;
 * `String(...)` gives the table of the means.
 *
 *   correlationSensitivity(fit, { cluster: "study", rho: [0.2, 0.5, 0.8] })
 *
 * @throws DrmError "bad_option" for a correlation outside [-1, 1] or none, clusters of one row each, labels of the wrong length;
 *   "unknown_column"; what the methods for one outcome throw. A correlation with which the model cannot be fitted has its reason
 */
export function correlationSensitivity(
  fit: Fit,
  options: CorrelationSensitivityOptions,
): Printable<CorrelationSensitivity> {
  checkOptions("correlationSensitivity", options, OPTIONS);
  const { cluster, rho = GRID, test, level = 0.95 } = options;
  const { vi } = effectsOf("correlationSensitivity", fit);
  if (cluster === undefined) {
    throw new DrmError("bad_option", 'correlationSensitivity() needs the studies: cluster: "study"');
  }
  const wrong = rho.find((one) => !(Math.abs(one) <= 1));
  if (wrong !== undefined || rho.length === 0) {
    throw new DrmError("bad_option", `rho: ${wrong ?? "none given"}; wanted correlations between -1 and 1`);
  }
  const studies = deletionGroups(fit, cluster).map(({ members }) => members);
  if (studies.every(({ length }) => length === 1)) {
    throw new DrmError(
      "bad_option",
      "cluster: every study has one row, so nothing correlates within studies",
    );
  }
  const fits = rho.map((one): AssumedCorrelation => {
    try {
      const refit = withErrorsOf(fit, withCorrelation(fit, studies, vi, one));
      const { code, message } = refit.optim;
      return {
        rho: one,
        coefficients: coefficientTable(refit, level, "wald", test),
        logLik: refit.logLik,
        reason: code === 0 ? "" : message,
      };
    } catch (error) {
      if (!(error instanceof DrmError) || error.code === "bad_option") throw error;
      return { rho: one, coefficients: [], logLik: Number.NaN, reason: error.message };
    }
  });
  const location = locationsOf(fit)[0]!.key;
  return printableTable({ level, fits }, (own) => sensitivityTable(own, location));
}

const GRID: readonly number[] = Array.from({ length: 10 }, (_, i) => i / 10);

/** The fit with V_ij = rho sqrt(v_i v_j) within studies. */
function withCorrelation(
  fit: Fit,
  studies: readonly (readonly number[])[],
  vi: Float64Array,
  rho: number,
): Fit {
  const blocks = studies.map((rows) => ({
    rows: Int32Array.from(rows),
    matrix: Float64Array.from(rows.flatMap((i) => rows.map((j) => covariance(vi, i, j, rho)))),
  }));
  let name = "V";
  while (Object.hasOwn(fit.data, name) || Object.hasOwn(fit.matrices ?? {}, name)) name += "_";
  const scale = phisOf(fit).length > 0 ? ', scale = "proportional"' : "";
  const refit = update(fit, {
    formula: `~ . + meta_V(V = ${name}${scale})`,
    matrices: { [name]: { blocks } },
  });
  // withErrorsOf() counts rows among those of the fit
  return { ...refit, rows: refit.rows.map((_, row) => row) };
}

function covariance(vi: Float64Array, i: number, j: number, rho: number): number {
  return i === j ? vi[i]! : rho * Math.sqrt(vi[i]! * vi[j]!);
}

function sensitivityTable({ level, fits }: CorrelationSensitivity, location: string): ReportTable {
  const [low, high] = limitLabels(level);
  const means = fits.map(({ coefficients }) => coefficients.filter(({ dpar }) => dpar === location));
  const names = (means.find(({ length }) => length > 0) ?? []).map(({ name }) => name);
  const column = (header: string, j: number, pick: (row: CoefficientRow) => number, digits?: number) =>
    numberColumn(
      header,
      means.map((rows) => (rows[j] === undefined ? Number.NaN : pick(rows[j]))),
      (values) => formatColumn(values, digits),
    );
  return {
    caption: "Means by the assumed correlation of sampling errors within studies",
    columns: [
      numberColumn(
        "rho",
        fits.map(({ rho }) => rho),
        (values) => formatColumn(values),
      ),
      ...names.flatMap((name, j) => [
        column(name, j, ({ estimate }) => estimate),
        column("std_error", j, ({ stdError }) => stdError),
        column(low, j, ({ lower }) => lower, 5),
        column(high, j, ({ upper }) => upper, 5),
      ]),
    ],
    notes: fits.flatMap(({ rho, reason }) => (reason === "" ? [] : [`rho = ${rho}: ${reason}`])),
  };
}
