import { unfilled } from "../data/doubles";

/** Systems of n equations with a triangular matrix, row-major, of which the other triangle is not read. Cost n^2. */

/** x := L^-1 x */
export function solveLower(L: Float64Array, n: number, x: Float64Array): void {
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= L[i * n + k]! * x[k]!;
    x[i]! /= L[i * n + i]!;
  }
}

/** The same of some entries of a longer x, those at `places`. */
export function solveLowerAt(L: Float64Array, places: ArrayLike<number>, x: Float64Array): void {
  const n = places.length;
  for (let i = 0; i < n; i++) {
    let rest = x[places[i]!]!;
    for (let k = 0; k < i; k++) rest -= L[i * n + k]! * x[places[k]!]!;
    x[places[i]!] = rest / L[i * n + i]!;
  }
}

/** x := L^-T x */
export function solveLowerTransposed(L: Float64Array, n: number, x: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= L[k * n + i]! * x[k]!;
    x[i]! /= L[i * n + i]!;
  }
}

/** x := R^-1 x, R upper triangular, x the n numbers from `start` on */
export function solveUpper(R: Float64Array, n: number, x: Float64Array, start = 0): void {
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[start + i]! -= R[i * n + k]! * x[start + k]!;
    x[start + i]! /= R[i * n + i]!;
  }
}

/** Solves L L' x = b. */
export function choleskySolve(L: Float64Array, n: number, b: Float64Array, x = unfilled(n)): Float64Array {
  for (let i = 0; i < n; i++) x[i] = b[i]!;
  solveLower(L, n, x);
  solveLowerTransposed(L, n, x);
  return x;
}
