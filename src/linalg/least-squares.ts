import { columnsOf, orthogonalise, removeProjection } from "./orthogonal";
import { norm } from "./vector";

/** Least squares without normal equations: y = X b + e with e ~ N(0, I), through X = Q R. */
export interface LeastSquares {
  /** orthonormal columns of X's space, each of length `rows` */
  readonly Q: readonly Float64Array[];
  /** R^-1, p x p, row-major, upper triangular; (X'X)^-1 = R^-1 R^-T */
  readonly inverseR: Float64Array;
  /** y - X b */
  readonly residual: Float64Array;
}

/** `X` is rows x columns, column-major, of full rank. Nothing is squared on the way. Cost O(rows columns^2). */
export function leastSquares(X: Float64Array, y: Float64Array, rows: number, columns: number): LeastSquares {
  // columns of one length first: a calendar year and a proportion then lose no digits to each other
  const scaled = X.slice();
  const lengths = columnsOf(scaled, rows, columns).map((column) => {
    const length = norm(column);
    for (let i = 0; i < rows; i++) column[i]! /= length;
    return length;
  });
  const inverseR = new Float64Array(columns * columns);
  orthogonalise(scaled, rows, columns, 1, scaled, inverseR, new Float64Array(columns));
  for (let j = 0; j < columns; j++)
    for (let k = j; k < columns; k++) inverseR[j * columns + k]! /= lengths[j]!;
  const Q = columnsOf(scaled, rows, columns);
  return { Q, inverseR, residual: removeProjection(y.slice(), Q) };
}

/** (X'X)^-1, p x p, row-major. */
export function inverseCrossProduct(inverseR: Float64Array, p: number): Float64Array {
  const out = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < p; k++) sum += inverseR[i * p + k]! * inverseR[j * p + k]!;
      out[i * p + j] = sum;
      out[j * p + i] = sum;
    }
  }
  return out;
}
