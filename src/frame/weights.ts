import type { Table } from "../data/table";
import { DrmError, didYouMean } from "../errors";
import { article, count } from "../words";

/** Likelihood weights as the caller gives them: a column's name or one number a data row. */
export type Weights = string | ArrayLike<number> | null;

/**
 * The weights of the kept rows. A missing weight drops no row: a study without its weight is a slip that the
 * user should hear of. On a row that is dropped for other reasons anything goes. With `shared` they may be the caller's
 * own array.
 */
export function keptWeights(
  weights: Weights | undefined,
  table: Table,
  rows: Int32Array,
  shared: boolean,
): Float64Array | null {
  if (weights === null || weights === undefined) return null;
  const name = typeof weights === "string" ? weights : "weights";
  const raw = typeof weights === "string" ? weightColumn(weights, table) : weightVector(weights, table.nrow);
  // what is kept is not the caller's, unless it may be shared
  const all = shared && rows.length === raw.length;
  const kept = all ? raw : new Float64Array(rows.length);
  let sum = 0;
  for (let i = 0; i < rows.length; i++) {
    const weight = raw[rows[i]!]!;
    // the negation also catches NaN
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) throw badWeight(name, rows[i]!, weight);
    if (!all) kept[i] = weight;
    sum += weight;
  }
  if (sum === 0) {
    throw new DrmError(
      "bad_weights",
      `every weight in '${name}' is 0: at least one row needs a positive weight`,
    );
  }
  return kept;
}

function badWeight(name: string, row: number, weight: number): DrmError {
  const seen = Number.isNaN(weight) ? "missing" : String(weight);
  return new DrmError("bad_weights", `${name}[${row + 1}] is ${seen}: weights must be finite numbers >= 0`);
}

function weightColumn(name: string, table: Table): Float64Array {
  const column = table.column(name);
  if (column === undefined) {
    const hint = didYouMean(name, table.names);
    throw new DrmError("unknown_column", `weights column '${name}' not in data${hint}`);
  }
  if (column.kind === "factor") {
    throw new DrmError("bad_weights", `weights column '${name}' holds text: weights must be numbers >= 0`);
  }
  return column.values;
}

function weightVector(weights: ArrayLike<number>, nrow: number): Float64Array {
  if (typeof weights !== "object" || typeof weights.length !== "number") {
    throw new DrmError("bad_weights", "weights must be a column name or a vector of numbers");
  }
  const first: unknown = weights[0];
  if (typeof first === "object" && first !== null) {
    throw new DrmError("bad_weights", "weights is a matrix: give a vector, one number a row of the data");
  }
  if (weights.length !== nrow) {
    const sizes = `${count(weights.length, "value")} but the data have ${count(nrow, "row")}`;
    throw new DrmError("bad_weights", `weights has ${sizes}: give one a data row, dropped rows included`);
  }
  if (weights instanceof Float64Array) return weights;
  return Float64Array.from({ length: nrow }, (_, i) => {
    const weight: unknown = weights[i];
    if (typeof weight === "number") return weight;
    if (weight === null || weight === undefined) return Number.NaN;
    throw new DrmError(
      "bad_weights",
      `weights[${i + 1}] is ${weight === null || weight === undefined ? String(weight) : article(typeof weight)}: weights must be numbers >= 0`,
    );
  });
}
