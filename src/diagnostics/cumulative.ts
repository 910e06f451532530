import { DrmError, didYouMean } from "../errors";
import { dparOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { locationVariances } from "../fit/location-precision";
import { spreadsAt } from "../fit/marginal-covariance";
import { requireFit } from "../fit/require-fit";
import { standardModel } from "../fit/standard-model";
import { coefficientName } from "../inference/coefficients";
import { type Deletion, type DeletionStatus, eachDeletion, type RefitsOptions } from "../inference/deletions";
import { limitsAt } from "../inference/limits";
import { type TestStatistic, testBasis } from "../inference/test-basis";
import { fromCoefficients } from "../opened/scale-coefficients";
import { checkOptions, type OptionKinds, shown } from "../options";
import { formatColumn, limitLabels } from "../report/format";
import { type Printable, printableTable } from "../report/printable";
import { numberColumn, type ReportTable } from "../report/text-table";
import { byRowUsed, dataRows, deletionGroups, deletionUnit } from "./deletion-groups";
import { knappHartungFactor } from "./knapp-hartung-factor";
import { meanSpreads } from "./mean-spreads";

/** In which order rows or studies come in, and what is asked of each fit. */
export interface CumulativeOptions extends Omit<RefitsOptions, "starts"> {
  /** what comes in at a time, as in leaveOneOut(): rows (default), a column's levels, or labels */
  readonly by?: string | ArrayLike<string | number>;
  /**
   * what they are sorted by, smallest first: a numeric column that a formula uses, or a number a data row (dropped rows included) or a
   * row used; of rows that come in together the first one's. Default the order of the data
   */
  readonly order?: string | ArrayLike<number>;
  /** of the limits of means: "z" (default), "t", "knha" or "adhoc" */
  readonly test?: TestStatistic;
  /** confidence level, default 0.95 */
  readonly level?: number;
}

const CUMULATIVE_OPTIONS: OptionKinds<CumulativeOptions> = {
  by: "cells",
  order: "cells",
  test: "text",
  level: "number",
  onProgress: "function",
  signal: "signal",
};

/** The fit of what has come in so far. NaN where a number does not exist. */
export interface CumulativeRow {
  /** what came in: the data row, counted from 1, or the level */
  readonly label: string;
  /** the data rows that came in, counted from 1 */
  readonly added: readonly number[];
  /** rows so far */
  readonly nobs: number;
  /** whether this fit is to be trusted */
  readonly status: DeletionStatus;
  /** "" when the status is "ok" */
  readonly reason: string;
  /** link scale, in the order of Cumulative.coefficients; -Infinity, Infinity or NaN at a boundary */
  readonly estimates: readonly number[];
  /** of `estimates`, link scale */
  readonly stdErrors: readonly number[];
  /** lower limits, link scale */
  readonly lower: readonly number[];
  /** upper limits, link scale */
  readonly upper: readonly number[];
  /** fitted SDs (and rho12), by dpar; root mean square (mean) over the rows where they have moderators */
  readonly spreads: Readonly<Record<string, number>>;
  /** Cochran's Q; NaN where qTest() does not apply */
  readonly q: number;
}

/** The fits of the first row or study, of the first two, and so on. */
export interface Cumulative {
  /** "row", the name of the column, or "label" when labels were given */
  readonly by: string;
  /** "mu:(Intercept)", ... */
  readonly coefficients: readonly string[];
  /** confidence level of the limits */
  readonly level: number;
  /** of the limits of means */
  readonly test: TestStatistic;
  /** in the order in which they come in; the last one is of all */
  readonly rows: readonly CumulativeRow[];
}

/**
 * Cumulative meta-analysis (Lau et al. 1992, New England Journal of Medicine 327, 248-254): the model fitted to the first row or
 * study, to the first two, and so on, in the order of `order`. Each is an exact refit by the fit's method, from starts of its own;
 * design columns keep what poly() or scale() learned from all rows. The first rows mostly leave models that cannot be estimated: these
 * have a status and a reason. Limits are Wald's: of means by `test`, of other coefficients by z. Plain data; `String(...)` gives the table.
 *
 * @throws DrmError "bad_option" for a fit that did not converge, and labels or an order of the wrong length; "unknown_column";
 *   "not_supported" for "knha" or "adhoc" where rows are not independent; what `signal` was aborted with
 */
export function cumulative(fit: Fit, options: CumulativeOptions = {}): Printable<Cumulative> {
  requireFit("cumulative", fit);
  checkOptions("cumulative", options, CUMULATIVE_OPTIONS);
  const { by, order, test = "z", level = 0.95, ...run } = options;
  const limitsOf = limitsAt(level);
  const errorsOf = errorsBy(fit, test);
  const units = sorted(fit, deletionGroups(fit, by), order);
  const missing = fit.coefficients.map(() => Number.NaN);
  // what has not come in yet is left out
  const groups = units.map(({ label }, step) => ({
    label,
    members: units.slice(step + 1).flatMap(({ members }) => members),
  }));
  const steps = eachDeletion(fit, groups, null, { ...run, starts: STARTS }, (step: Deletion) => {
    const { label, members, status, reason, refit, model, q } = step;
    const own = { label, status, reason, nobs: fit.nobs - members.length };
    if (refit === null || model === null) {
      const empty = { estimates: missing, stdErrors: missing, lower: missing, upper: missing };
      return { ...own, ...empty, spreads: {}, q };
    }
    const rest = model();
    const standard = standardModel(rest);
    const estimates = Array.from(refit.estimates);
    const errors = errorsOf(step);
    const limits = estimates.map((estimate, j) => limitsOf({ estimate, ...errors[j]! }));
    return {
      ...own,
      estimates,
      stdErrors: errors.map(({ stdError }) => stdError),
      lower: limits.map(({ lower }) => lower),
      upper: limits.map(({ upper }) => upper),
      spreads: meanSpreads(fit, rest)(spreadsAt(standard, fromCoefficients(standard, refit.scale))),
      q,
    };
  });
  const rows = steps.map((step, i): CumulativeRow => ({ ...step, added: dataRows(fit, units[i]!.members) }));
  const data: Cumulative = {
    by: deletionUnit(by),
    coefficients: fit.coefficients.map(coefficientName),
    level,
    test,
    rows,
  };
  return printableTable(data, cumulativeTable);
}

/** Newton runs of each fit: there is no optimum near which to start, and few rows have several. */
const STARTS = 4;

interface StdError {
  readonly stdError: number;
  readonly df: number;
}

/**
 * Standard errors and degrees of freedom of each coefficient of a refit, as testBasis() has them of a fit.
 * @throws DrmError what testBasis() throws; errors after robust() are the model's here
 */
function errorsBy(fit: Fit, test: TestStatistic): (step: Deletion) => StdError[] {
  const isMean = fit.coefficients.map(({ dpar }) => dparOf(fit, dpar).kind === "location");
  const scaled = test === "knha" || test === "adhoc";
  const { robust: _, ...plain } = fit;
  testBasis(plain, test);
  return ({ refit, model }) => {
    const rest = model!();
    const df = rest.rows - rest.location.columns;
    // Knapp and Hartung's factor is one of (X' W X)^-1, which is not the inverse of all coefficients' information
    const factor = scaled ? knappHartungFactor(rest, refit!, test) : 1;
    const errors = scaled ? locationVariances(refit!.location).map((v) => Math.sqrt(factor * v)) : null;
    return Array.from(refit!.stdErrors, (stdError, j) =>
      isMean[j] && test !== "z"
        ? { stdError: errors?.[j] ?? stdError, df: df > 0 ? df : Number.NaN }
        : { stdError, df: Number.POSITIVE_INFINITY },
    );
  };
}

type Unit = ReturnType<typeof deletionGroups>[number];

function sorted(fit: Fit, units: readonly Unit[], order: CumulativeOptions["order"]): readonly Unit[] {
  if (order === undefined) return units;
  const values = orderOf(fit, order);
  const key = ({ members }: Unit) => values(members[0]!);
  const without = units.find((unit) => Number.isNaN(key(unit)));
  if (without !== undefined) {
    throw new DrmError(
      "bad_option",
      `order has no number for ${without.label}: each needs one to be sorted by`,
    );
  }
  return [...units].sort((a, b) => key(a) - key(b));
}

/** By row used. */
function orderOf(fit: Fit, order: string | ArrayLike<number>): (row: number) => number {
  if (typeof order !== "string") {
    const given = byRowUsed(fit, "order", "numbers", order);
    // undefined is no number either
    return (row) => Number(given(row));
  }
  const column = Object.hasOwn(fit.data, order) ? fit.data[order]! : undefined;
  if (column === undefined) {
    const near = didYouMean(order, Object.keys(fit.data));
    throw new DrmError(
      "unknown_column",
      `order: the fit has no column ${shown(order)}${near}; of columns that no formula uses give the numbers themselves`,
    );
  }
  if (column.kind === "factor") {
    throw new DrmError("bad_option", `order: column ${shown(order)} holds texts; wanted numbers to sort by`);
  }
  return (row) => column.values[row]!;
}

function cumulativeTable({ by, coefficients, level, rows }: Cumulative): ReportTable {
  const [low, high] = limitLabels(level);
  const column = (header: string, value: (row: CumulativeRow) => number, digits?: number) =>
    numberColumn(header, rows.map(value), (values) => formatColumn(values, digits));
  const bad = rows.filter(({ status }) => status !== "ok");
  return {
    caption: "Cumulative meta-analysis",
    columns: [
      { header: by, cells: rows.map(({ label }) => `+ ${label}`), align: "left" },
      column("n", ({ nobs }) => nobs),
      ...coefficients.flatMap((name, j) => [
        column(name, ({ estimates }) => estimates[j]!),
        column(low, ({ lower }) => lower[j]!, 5),
        column(high, ({ upper }) => upper[j]!, 5),
      ]),
    ],
    notes: bad.map(({ label, status, reason }) => `up to ${by} ${label}: ${status}: ${reason}`),
  };
}
