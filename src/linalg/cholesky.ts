import { scratch } from "../data/doubles";

/**
 * A = L L', row by row, of a symmetric matrix of which only the lower triangle is read. Cost n^3 / 3. The upper triangle of
 * L is left as it is, so that A itself may be the place for L.
 *
 * @param negligible a pivot below this share of its diagonal element counts as zero: by default, one lost to rounding
 * @returns null when the matrix is not positive definite
 */
export function choleskyFactor(
  A: Float64Array,
  n: number,
  L = scratch(n * n),
  negligible = 4e-16 * n,
): Float64Array | null {
  return choleskyRows(A, n, L, negligible) === n ? L : null;
}

/** The same; returns how many rows could be factored: n, or the first one that is a combination of those before it. */
export function choleskyRows(A: Float64Array, n: number, L: Float64Array, negligible: number): number {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= L[i * n + k]! * L[j * n + k]!;
      if (i === j) {
        if (!(sum > negligible * Math.abs(A[i * n + i]!))) return i;
        L[i * n + i] = Math.sqrt(sum);
      } else {
        L[i * n + j] = sum / L[j * n + j]!;
      }
    }
  }
  return n;
}

/**
 * The same of a matrix that may be singular: a pivot of zero leaves a column of zeros. In place, the upper triangle aside.
 *
 * @param zero a pivot within this share of its diagonal element, of either sign, counts as zero
 * @returns null when the matrix has a negative eigenvalue
 */
export function semidefiniteFactor(A: Float64Array, n: number, zero: number): Float64Array | null {
  for (let i = 0; i < n; i++) {
    const diagonal = A[i * n + i]!;
    for (let j = 0; j <= i; j++) {
      let sum = A[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= A[i * n + k]! * A[j * n + k]!;
      if (i !== j) A[i * n + j] = A[j * n + j]! > 0 ? sum / A[j * n + j]! : 0;
      else if (sum < -zero * diagonal) return null;
      else A[i * n + i] = sum > zero * diagonal ? Math.sqrt(sum) : 0;
    }
  }
  return A;
}
