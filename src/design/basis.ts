import { scratch } from "../data/doubles";
import { orthogonalise } from "../linalg/orthogonal";

/**
 * The optimizer works in a basis in which the design columns are orthogonal and of unit mean square, so that a raw
 * calendar year or a column in micrograms does not matter. Results are mapped back with `toOriginal`.
 */
export interface Basis {
  /** rows x columns, column-major: X T */
  readonly values: Float64Array;
  /** T, columns x columns, row-major, upper triangular: coefficients of the original columns = T (coefficients here) */
  readonly toOriginal: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** of a column's squared length, what is left beside the columns before it: the least of all columns */
  readonly leastShare: number;
}

/** Gram-Schmidt on the columns of a full-rank design (column-major). */
export function orthogonalBasis(design: Float64Array, rows: number, columns: number): Basis {
  const values = scratch(rows * columns);
  const toOriginal = scratch(columns * columns);
  const shares = scratch(columns);
  orthogonalise(design, rows, columns, rows, values, toOriginal, shares);
  let leastShare = 1;
  for (let j = 0; j < columns; j++) leastShare = Math.min(leastShare, shares[j]!);
  return { values, toOriginal, rows, columns, leastShare };
}

/** Coefficients that bring the basis closest to `target` (least squares), target per row. */
export function project(basis: Basis, target: Float64Array): Float64Array {
  const { values, rows, columns } = basis;
  const coefficients = scratch(columns);
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += values[j * rows + i]! * target[i]!;
    coefficients[j] = sum / rows;
  }
  return coefficients;
}

/** target += factor * basis * coefficients */
export function addProduct(
  basis: Basis,
  coefficients: ArrayLike<number>,
  target: Float64Array,
  factor = 1,
): void {
  const { values, rows, columns } = basis;
  for (let j = 0; j < columns; j++) {
    const c = factor * coefficients[j]!;
    if (c === 0) continue;
    const start = j * rows;
    for (let i = 0; i < rows; i++) target[i]! += c * values[start + i]!;
  }
}

/** T c, c being the coefficients from `start` on: those of the original columns. */
export function toOriginal(basis: Basis, coefficients: ArrayLike<number>, start = 0): Float64Array {
  const { columns, toOriginal: T } = basis;
  const out = scratch(columns);
  for (let i = 0; i < columns; i++)
    for (let j = i; j < columns; j++) out[i]! += T[i * columns + j]! * coefficients[start + j]!;
  return out;
}

export const NO_BASIS: Basis = {
  values: new Float64Array(0),
  toOriginal: new Float64Array(0),
  rows: 0,
  columns: 0,
  leastShare: 1,
};
