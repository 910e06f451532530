import type { Column, Table } from "../data/table";
import { applyDesign, requireFinite } from "../design/recipe";
import { DrmError, didYouMean } from "../errors";
import type { Fit } from "../fit/fit";
import { variablesOf } from "../formula/expr";
import { formulaFrom } from "../formula/formula";
import { evaluate } from "../frame/evaluate";
import { count } from "../words";

/** The rows for which one dpar is predicted: its design matrix (column-major) and offset. */
export interface PredictionRows {
  readonly values: Float64Array;
  readonly nrow: number;
  readonly offset: Float64Array | null;
  /** bivariate fits: 0 for a study that lacks what the dpar is about; null when none does */
  readonly present: Uint8Array | null;
}

/** The rows used in the fit. */
export function fittedRows(fit: Fit, dpar: string): PredictionRows {
  const { values, nrow, present } = fit.designs[dpar];
  return { values, nrow, offset: fit.response[dpar]?.offset ?? null, present };
}

/**
 * New rows: factor codings, centring, spline knots and the like are the fit's, never recomputed. A row with a missing
 * predictor is NaN throughout. `offset` replaces the evaluation of the formula's offset() on the new data.
 */
export function newRows(
  fit: Fit,
  dpar: string,
  table: Table,
  offset: ArrayLike<number> | undefined,
): PredictionRows {
  const { values, nrow } = applyDesign(fit.designs[dpar].recipe, table);
  return { values, nrow, offset: newOffset(fit, dpar, table, offset), present: null };
}

function newOffset(
  fit: Fit,
  dpar: string,
  table: Table,
  given: ArrayLike<number> | undefined,
): Float64Array | null {
  if (fit.response[dpar] === undefined) return null;
  if (given !== undefined) {
    if (given.length !== table.nrow) {
      throw new DrmError(
        "bad_option",
        `offset has ${count(given.length, "value")} for ${count(table.nrow, "new row")}`,
      );
    }
    const offset = Float64Array.from(given);
    requireFinite("offset", { kind: "numeric", values: offset });
    return offset;
  }
  if (fit.response[dpar].offset === null) return null;
  const { offsets } = formulaFrom(fit.formulas).dpars.find(({ key }) => key === dpar)!;
  const total = new Float64Array(table.nrow);
  for (const expr of offsets) {
    for (const name of variablesOf(expr)) requireColumn(name, table, dpar);
    const column = evaluate(expr, {
      nrow: table.nrow,
      column: (name) => requireColumn(name, table, dpar),
      rowName: (row) => `row ${row + 1} of the new data`,
    });
    if (column.kind === "factor") {
      throw new DrmError("bad_term", `the offset of ${dpar} needs numbers, but the new data have text in it`);
    }
    for (let i = 0; i < total.length; i++) total[i] += column.values[i];
  }
  return total;
}

function requireColumn(name: string, table: Table, dpar: string): Column {
  const column = table.column(name);
  if (column !== undefined) {
    requireFinite(name, column);
    return column;
  }
  const hint = didYouMean(name, table.names);
  throw new DrmError(
    "unknown_column",
    `the offset of ${dpar} needs column '${name}', which is not in the new data${hint}; add it, or give offset: [...]`,
  );
}
