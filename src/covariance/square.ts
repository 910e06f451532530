import { type BlockCells, cellOf } from "./block-cells";
import type { Cells } from "./cells";
import { isVariance } from "./diagonal";
import { badPair, badVariance, largestOf, RELATIVE_TOLERANCE } from "./refuse";
import { cellName, type Selection } from "./selection";
import { link } from "./union-find";

/*
 * One square matrix with both its triangles: a whole dense V, or one block of it. `at[p]` is the kept entry of the
 * matrix's row p, -1 when that row is not used. A cell and its mirror are read together; the one down a column would
 * miss the cache every time, so pairs are visited in tiles.
 */

/** A symmetric matrix: n*n numbers row by row, or an array of n rows. */
export type SquareMatrix = Cells | readonly Cells[];

/** True for an array of rows, false for numbers row by row. */
export function isRows(matrix: SquareMatrix): matrix is readonly Cells[] {
  return typeof matrix[0] === "object" && matrix[0] !== null;
}

const TILE = 32;

/** What a pair of cells is held against. */
export interface PairLimits {
  readonly selection: Selection;
  readonly variances: Float64Array;
  /** Square roots of the variances, a hair enlarged: |covariance| <= the product of two. */
  readonly sd: Float64Array;
  /** The most that a cell and its mirror may differ. */
  readonly asymmetry: number;
}

export function pairLimits(selection: Selection, variances: Float64Array): PairLimits {
  const hair = Math.sqrt(1 + RELATIVE_TOLERANCE);
  const sd = variances.map((variance) => Math.sqrt(variance) * hair);
  // a covariance never exceeds the largest variance, so that is V's largest entry
  return { selection, variances, sd, asymmetry: RELATIVE_TOLERANCE * largestOf(variances) };
}

/** Copies the diagonal of a matrix of `order` rows to `variances`. */
export function readDiagonal(
  matrix: SquareMatrix,
  order: number,
  at: Int32Array,
  selection: Selection,
  variances: Float64Array,
): void {
  const lines = isRows(matrix) ? matrix : null;
  for (let p = 0; p < order; p++) {
    const k = at[p]!;
    if (k < 0) continue;
    const value: unknown = lines === null ? matrix[p * order + p] : lines[p]![p];
    if (!isVariance(value)) throw badVariance(cellName(selection, k, k), value);
    variances[k] = value;
  }
}

/** Checks every used pair of cells and links the entries that covary. */
export function linkSquare(
  matrix: SquareMatrix,
  order: number,
  at: Int32Array,
  { selection, variances, sd, asymmetry }: PairLimits,
  parent: Int32Array,
): void {
  const lines = isRows(matrix) ? matrix : null;
  const flat = matrix as Cells;
  for (let p0 = 0; p0 < order; p0 += TILE) {
    const p1 = Math.min(p0 + TILE, order);
    for (let q0 = 0; q0 < p1; q0 += TILE) {
      for (let p = p0; p < p1; p++) {
        const k = at[p]!;
        if (k < 0) continue;
        const line = lines === null ? flat : lines[p]!;
        const start = lines === null ? p * order : 0;
        const q1 = Math.min(q0 + TILE, p);
        for (let q = q0; q < q1; q++) {
          const l = at[q]!;
          if (l < 0) continue;
          const a = line[start + q];
          const b = lines === null ? flat[q * order + p] : lines[q]![p];
          // null + null would be a silent 0
          if (typeof a !== "number" || typeof b !== "number") throw badPair(selection, k, l, a, b, variances);
          const value = 0.5 * (a + b);
          // written so that NaN fails, too
          if (!(Math.abs(value) <= sd[k]! * sd[l]! && Math.abs(a - b) <= asymmetry)) {
            throw badPair(selection, k, l, a, b, variances);
          }
          if (value !== 0) link(parent, k, l);
        }
      }
    }
  }
}

/** Writes the pairs that lie within clusters. */
export function packSquare(
  matrix: SquareMatrix,
  order: number,
  at: Int32Array,
  { values, places }: BlockCells,
): void {
  const lines = isRows(matrix) ? matrix : null;
  const flat = matrix as ArrayLike<number>;
  for (let p0 = 0; p0 < order; p0 += TILE) {
    const p1 = Math.min(p0 + TILE, order);
    for (let q0 = 0; q0 < p1; q0 += TILE) {
      for (let p = p0; p < p1; p++) {
        const k = at[p]!;
        if (k < 0) continue;
        const line = lines === null ? flat : (lines[p] as ArrayLike<number>);
        const start = lines === null ? p * order : 0;
        const q1 = Math.min(q0 + TILE, p);
        for (let q = q0; q < q1; q++) {
          const l = at[q]!;
          const cell = l < 0 ? -1 : cellOf(places, k, l);
          if (cell < 0) continue;
          const b = lines === null ? flat[q * order + p]! : lines[q]![p]!;
          values[cell] = 0.5 * (line[start + q]! + b);
        }
      }
    }
  }
}
