import type { Fit } from "../../fit/fit";
import { type Printable, printableTable } from "../printable";
import type { ReportTable } from "../text-table";
import type { Check, CheckOptions, CheckRow } from "./check";
import { designSize, droppedRows, oneOutcomeOnly, oneStudyDominates, weightsExtreme } from "./data";
import { knownSamplingCovariance } from "./known-covariance";
import {
  finiteObjective,
  fixedGradient,
  optimizerBudget,
  optimizerConvergence,
  severalOptima,
} from "./optimizer";
import {
  positiveScale,
  randomEffectReplication,
  randomEffectSdBoundary,
  rho12Boundary,
  scaleBoundary,
} from "./scale";
import {
  hessianPositiveDefinite,
  standardErrorsComputed,
  standardErrorsFinite,
  standardErrorsInflated,
} from "./standard-errors";

export type { CheckRow, CheckStatus } from "./check";

/** The rows, in this order. A new check is one function and one line here. */
const CHECKS: readonly Check[] = [
  optimizerConvergence,
  optimizerBudget,
  finiteObjective,
  fixedGradient,
  severalOptima,
  standardErrorsComputed,
  hessianPositiveDefinite,
  standardErrorsFinite,
  standardErrorsInflated,
  droppedRows,
  oneOutcomeOnly,
  positiveScale,
  scaleBoundary,
  randomEffectSdBoundary,
  randomEffectReplication,
  rho12Boundary,
  knownSamplingCovariance,
  designSize,
  weightsExtreme,
  oneStudyDominates,
];

/**
 * Checks a fit: one row per question, each "ok", "note" (worth knowing), "warning" (do not report without a look) or
 * "error" (the fit is unusable). Checks that only exist to raise a flag, and those for parts that the model does not
 * have, are absent. Plain rows; `String(...)` gives the table. `gradientTolerance` defaults to 1e-6.
 */
export function checkDrm(fit: Fit, options: Partial<CheckOptions> = {}): Printable<readonly CheckRow[]> {
  const settings: CheckOptions = { gradientTolerance: 1e-6, ...options };
  const rows = CHECKS.map((check) => check(fit, settings)).filter((row) => row !== null);
  return printableTable<readonly CheckRow[]>(rows, checksTable);
}

function checksTable(rows: readonly CheckRow[]): ReportTable {
  const columns = [
    { header: "check", cells: rows.map(({ check }) => check), align: "left" as const },
    { header: "status", cells: rows.map(({ status }) => status), align: "left" as const },
    { header: "value", cells: rows.map(({ value }) => value), align: "left" as const },
    { header: "message", cells: rows.map(({ message }) => message), align: "left" as const },
  ];
  return { caption: "Checks", columns, notes: [] };
}
