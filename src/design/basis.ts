import { scratch, unfilled } from "../data/doubles";
import { choleskyFactor } from "../linalg/cholesky";
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
  /** of a column's squared length, at least so much is left beside the columns before it: the least of all columns */
  readonly leastShare: number;
}

/** Gram-Schmidt on the columns of a full-rank design (column-major). */
export function orthogonalBasis(design: Float64Array, rows: number, columns: number): Basis {
  const values = unfilled(rows * columns);
  const toOriginal = scratch(columns * columns);
  const shares = scratch(columns);
  orthogonalise(design, rows, columns, rows, values, toOriginal, shares);
  let leastShare = 1;
  for (let j = 0; j < columns; j++) leastShare = Math.min(leastShare, shares[j]!);
  return { values, toOriginal, rows, columns, leastShare };
}

/**
 * The basis of a design without some of its rows, out of that with all of them. With n of m rows kept, q a row left out, and
 * M upper triangular,
 *
 *   Q'Q (kept) = m I - sum q q' = m L L',   M = sqrt(n / m) L^-T,   new basis = Q (kept) M,   new T = T M.
 *
 * A pivot of L L' is the share of a column that is left of it, so that shares of the design's columns fall by no more. Where
 * the rows left out were much of a column, digits would be lost: then the basis is made from `design`, which is of the rows
 * kept. Cost O(kept columns^2), a third of what the basis takes from the design.
 *
 * @param n how many rows are kept
 * @param leftOut a 1 for each of the others
 * @param stretches where each stretch of rows kept starts and ends
 */
export function basisOfRows(
  basis: Basis,
  n: number,
  leftOut: Uint8Array,
  stretches: readonly number[],
  design: Float64Array,
): Basis {
  const gram = gramWithout(basis, leftOut);
  return gram === null ? orthogonalBasis(design, n, basis.columns) : keptBasis(basis, gram, n, stretches);
}

/** The same where the products of the rows kept are known. */
export function keptBasis(
  basis: Basis,
  { L, share }: GramFactor,
  n: number,
  stretches: readonly number[],
): Basis {
  const { values: Q, toOriginal: T, rows: m, columns: p } = basis;
  const scale = Math.sqrt(n / m);
  const values = unfilled(n * p);
  const toOriginal = scratch(p * p);
  const column = scratch(p);
  for (let j = 0; j < p; j++) {
    // L^-T e_j, of which only the first j + 1 elements are not 0
    column.fill(0);
    column[j] = scale / L[j * p + j]!;
    for (let i = j - 1; i >= 0; i--) {
      let sum = 0;
      for (let k = i + 1; k <= j; k++) sum += L[k * p + i]! * column[k]!;
      column[i] = -sum / L[i * p + i]!;
    }
    for (let k = 0; k <= j; k++) {
      const factor = column[k]!;
      let to = j * n;
      for (let t = 0; t < stretches.length; t += 2) {
        const end = k * m + stretches[t + 1]!;
        if (k === 0) for (let i = stretches[t]!; i < end; i++) values[to++] = factor * Q[i]!;
        else for (let i = k * m + stretches[t]!; i < end; i++) values[to++]! += factor * Q[i]!;
      }
      for (let i = 0; i <= k; i++) toOriginal[i * p + j]! += factor * T[i * p + k]!;
    }
  }
  return { values, toOriginal, rows: n, columns: p, leastShare: share * basis.leastShare };
}

/** What the rows that are kept have of a basis: Q'Q (kept) = rows L L'. */
export interface GramFactor {
  /** columns x columns, row-major, lower triangular */
  readonly L: Float64Array;
  /** of each column at least so much is left beside those before it: the least squared pivot */
  readonly share: number;
}

/** Of every column so much must be left without some rows. */
const MOSTLY_LEFT = 0.01;

/** Null where the rows left out, a 1 each in `leftOut`, were nearly all of a column. */
export function gramWithout(
  { values: Q, rows: m, columns: p }: Basis,
  leftOut: Uint8Array,
): GramFactor | null {
  const gram = scratch(p * p);
  for (let j = 0; j < p; j++) gram[j * p + j] = 1;
  for (let row = 0; row < m; row++) {
    if (leftOut[row] === 0) continue;
    for (let j = 0; j < p; j++) {
      const part = Q[j * m + row]! / m;
      for (let k = 0; k <= j; k++) gram[j * p + k]! -= part * Q[k * m + row]!;
    }
  }
  const L = choleskyFactor(gram, p, gram);
  if (L === null) return null;
  let share = 1;
  for (let j = 0; j < p; j++) share = Math.min(share, L[j * p + j]! ** 2);
  return share < MOSTLY_LEFT ? null : { L, share };
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
