import { dot, norm } from "./vector";

/**
 * Gram-Schmidt on the columns of X, left to right without pivoting, each twice where it matters ("twice is enough", Kahan
 * and Parlett):
 *
 *   X T = Q,   Q'Q = squaredLength I,   T upper triangular,
 *
 * so that T is R^-1 of X = Q R. Nothing is squared on the way but lengths. Cost O(rows columns^2).
 *
 * A column that is dependent on those before it, up to `negligible`, becomes one of zeros in Q and has no part in those
 * after it; its column of T has a 1 on the diagonal and is the combination that vanishes.
 *
 * @param X rows x columns, column-major, as is Q, which may be the same array
 * @param T columns x columns, row-major, zeros on entry
 * @param shares of a column's squared length, what is left beside the columns before it; 0 for a column of zeros, or of
 *   numbers too small or too large to be squared
 * @param negligible the share up to which a column is dependent; by default none is
 */
export function orthogonalise(
  X: Float64Array,
  rows: number,
  columns: number,
  squaredLength: number,
  Q: Float64Array,
  T: Float64Array,
  shares: Float64Array,
  negligible = -1,
): void {
  const target = Math.sqrt(squaredLength);
  for (let j = 0; j < columns; j++) {
    T[j * columns + j] = 1;
    const xj = j * rows;
    let squares = 0;
    for (let i = xj; i < xj + rows; i++) {
      const value = X[i]!;
      Q[i] = value;
      squares += value * value;
    }
    const all = squares;
    // the second pass removes what rounding left behind in the first
    for (let pass = 0; pass < 2 && j > 0; pass++) {
      const before = squares;
      for (let k = 0; k < j; k++) {
        const xk = k * rows;
        let projection = 0;
        for (let i = 0; i < rows; i++) projection += Q[xk + i]! * Q[xj + i]!;
        projection /= squaredLength;
        if (projection === 0) continue;
        squares = 0;
        for (let i = 0; i < rows; i++) {
          const rest = Q[xj + i]! - projection * Q[xk + i]!;
          Q[xj + i] = rest;
          squares += rest * rest;
        }
        for (let i = 0; i <= k; i++) T[i * columns + j]! -= projection * T[i * columns + k]!;
      }
      if (squares > CLEARLY_APART * before) break;
    }
    const share = squares / all;
    shares[j] = Number.isNaN(share) ? 0 : share;
    if (shares[j]! <= negligible) {
      Q.fill(0, xj, xj + rows);
      continue;
    }
    const scale = squares > 0 ? target / Math.sqrt(squares) : 1;
    if (scale === 1) continue;
    for (let i = 0; i < rows; i++) Q[xj + i]! *= scale;
    for (let i = 0; i <= j; i++) T[i * columns + j]! *= scale;
  }
}

/** A column that keeps this share of its squared length beside the ones before it needs no second pass. */
const CLEARLY_APART = 0.25;

/** Orthonormal columns that span those of X (rows x columns, column-major). */
export function orthonormalBasis(X: Float64Array, rows: number, columns: number): Float64Array[] {
  const Q = new Float64Array(rows * columns);
  const T = new Float64Array(columns * columns);
  orthogonalise(X, rows, columns, 1, Q, T, new Float64Array(columns));
  return columnsOf(Q, rows, columns);
}

/** What is left of a column beside an orthonormal basis, again in two passes. Changes the column and returns it. */
export function removeProjection(column: Float64Array, basis: readonly Float64Array[]): Float64Array {
  for (let pass = 0; pass < 2; pass++) {
    for (const q of basis) {
      const projection = dot(q, column);
      for (let i = 0; i < q.length; i++) column[i]! -= projection * q[i]!;
    }
  }
  return column;
}

/**
 * An orthonormal basis of what some vectors span, dependent or not.
 *
 * @param negligible the share of a vector's length up to which what is left beside those before it counts as nothing
 */
export function spanOf(vectors: readonly Float64Array[], negligible: number): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const left = removeProjection(vector.slice(), basis);
    const length = norm(left);
    if (length > negligible * norm(vector)) basis.push(left.map((part) => part / length));
  }
  return basis;
}

/** The columns of a column-major matrix, in its memory. */
export function columnsOf(X: Float64Array, rows: number, columns: number): Float64Array[] {
  return Array.from({ length: columns }, (_, j) => X.subarray(j * rows, (j + 1) * rows));
}
