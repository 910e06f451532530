import type { Fit } from "../fit/fit";
import { spreadsAt } from "../fit/marginal-covariance";
import { requireFit } from "../fit/require-fit";
import { coefficientName } from "../inference/coefficients";
import { type Deletion, type DeletionStatus, eachDeletion } from "../inference/deletions";
import { openFit } from "../opened/open-fit";
import { fromCoefficients, scaleCoefficients } from "../opened/scale-coefficients";
import { checkOptions } from "../options";
import { formatColumn, formatFixed } from "../report/format";
import { type Printable, printableTable } from "../report/printable";
import { numberColumn, type ReportTable } from "../report/text-table";
import {
  DELETION_OPTIONS,
  type DeletionOptions,
  dataRows,
  deletionGroups,
  deletionUnit,
  explainDeletions,
} from "./deletion-groups";
import { meanSpreads } from "./mean-spreads";

/** The fit without one row, or without all rows of one level. NaN where a number does not exist. */
export interface LeftOutRow {
  /** the data row, counted from 1, or the level */
  readonly label: string;
  /** the data rows left out, counted from 1 */
  readonly rows: readonly number[];
  /** whether the fit without the row or study is to be trusted */
  readonly status: DeletionStatus;
  /** "" when the status is "ok" */
  readonly reason: string;
  /** link scale, in the order of LeaveOneOut.coefficients; -Infinity, Infinity or NaN at a boundary */
  readonly estimates: readonly number[];
  /** standard errors of `estimates`, link scale; NaN where they do not exist */
  readonly stdErrors: readonly number[];
  /** log-likelihood of the other rows */
  readonly logLik: number;
  /** fitted SDs (and rho12), by dpar; root mean square (mean) over the rows where they have moderators */
  readonly spreads: Readonly<Record<string, number>>;
  /** Cochran's Q of the rest; NaN where qTest() does not apply */
  readonly q: number;
}

/** The fits without each row or study in turn. */
export interface LeaveOneOut {
  /** "row", the name of the column, or "label" when labels were given */
  readonly by: string;
  /** "mu:(Intercept)", ... */
  readonly coefficients: readonly string[];
  /** of the fit with every row, for comparison */
  readonly full: Pick<LeftOutRow, "estimates" | "stdErrors" | "logLik">;
  /** one a row or study, in data order */
  readonly rows: readonly LeftOutRow[];
}

/**
 * Fits the model again without each row, or without each level of `by` (leave-one-study-out). Every row is an exact refit
 * by the fit's method, started from the fit's optimum (`starts: 1`, more where the fit met several maxima). Design columns keep what poly() or scale() learned from all rows. ML log-likelihoods are of fewer rows and not
 * comparable with each other. A deletion that leaves a model that cannot be estimated is a row with a status and a
 * reason. Runs synchronously: for long ones give `onProgress`, and a `signal` that it may abort. Plain data; `String(...)`
 * gives the table.
 *
 * @throws DrmError "bad_option" for a fit that did not converge or labels of the wrong length, "unknown_column" when `by`
 *   is not a column of the fit; what `signal` was aborted with
 */
export function leaveOneOut(fit: Fit, options: DeletionOptions = {}): Printable<LeaveOneOut> {
  requireFit("leaveOneOut", fit);
  checkOptions("leaveOneOut", options, DELETION_OPTIONS);
  const { model, standard } = openFit(fit);
  const spreadsOf = meanSpreads(fit, model);
  const missing = fit.coefficients.map(() => Number.NaN);
  const leftOut = ({ label, members, status, reason, refit, q }: Deletion): LeftOutRow => {
    const spreads = refit && spreadsOf(spreadsAt(standard, fromCoefficients(standard, refit.scale)));
    return {
      label,
      rows: dataRows(fit, members),
      status,
      reason,
      estimates: refit ? Array.from(refit.estimates) : missing,
      stdErrors: refit ? Array.from(refit.stdErrors) : missing,
      logLik: refit?.logLik ?? Number.NaN,
      spreads: spreads ?? {},
      q,
    };
  };
  const groups = deletionGroups(fit, options.by);
  const rows = eachDeletion(fit, groups, scaleCoefficients(fit), options, leftOut);
  const data: LeaveOneOut = {
    by: deletionUnit(options.by),
    coefficients: fit.coefficients.map(coefficientName),
    full: {
      estimates: fit.coefficients.map(({ estimate }) => estimate),
      stdErrors: fit.coefficients.map(({ stdError }) => stdError),
      logLik: fit.logLik,
    },
    rows,
  };
  return printableTable(data, leaveOneOutTable);
}

/** Estimates with their standard errors beside them; the first line is the fit with every row. */
function leaveOneOutTable({ by, coefficients, full, rows }: LeaveOneOut): ReportTable {
  const lines = [full, ...rows];
  const column = (header: string, value: (line: typeof full) => number, format = formatColumn) =>
    numberColumn(header, lines.map(value), format);
  return {
    caption: "Leave one out",
    columns: [
      { header: by, cells: ["(none)", ...rows.map(({ label }) => label)], align: "left" },
      ...coefficients.flatMap((name, j) => [
        column(name, ({ estimates }) => estimates[j]),
        column("std_error", ({ stdErrors }) => stdErrors[j]),
      ]),
      column(
        "logLik",
        ({ logLik }) => logLik,
        (values) => values.map((value) => formatFixed(value, 3)),
      ),
    ],
    notes: explainDeletions(by, rows),
  };
}
