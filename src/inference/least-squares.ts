import { norm, orthonormalBasis, removeProjection } from "./projection";

/** Least squares of whitened data, y = X b + e with e ~ N(0, I), through X = Q R. */
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
  const lengths = new Float64Array(columns);
  for (let j = 0; j < columns; j++) {
    const column = scaled.subarray(j * rows, (j + 1) * rows);
    lengths[j] = norm(column);
    for (let i = 0; i < rows; i++) column[i]! /= lengths[j]!;
  }
  const Q = orthonormalBasis(scaled, rows, columns);
  const R = new Float64Array(columns * columns);
  for (let k = 0; k < columns; k++) {
    for (let j = 0; j <= k; j++) {
      const q = Q[j]!;
      let dot = 0;
      for (let i = 0; i < rows; i++) dot += q[i]! * scaled[k * rows + i]!;
      R[j * columns + k] = dot;
    }
  }
  const inverseR = upperInverse(R, columns);
  for (let j = 0; j < columns; j++)
    for (let k = j; k < columns; k++) inverseR[j * columns + k]! /= lengths[j]!;
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

function upperInverse(R: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    inverse[k * n + k] = 1 / R[k * n + k]!;
    for (let j = k - 1; j >= 0; j--) {
      let sum = 0;
      for (let l = j + 1; l <= k; l++) sum += R[j * n + l]! * inverse[l * n + k]!;
      inverse[j * n + k] = -sum / R[j * n + j]!;
    }
  }
  return inverse;
}
