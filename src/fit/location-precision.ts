import { scratch, unfilled } from "../data/doubles";
import { choleskyFactor } from "../linalg/cholesky";
import { choleskySolve, solveLower, solveUpper } from "../linalg/solve";
import type { Engine } from "./engine";

/**
 * (X' Sigma^-1 X)^-1 = unit^2 T (L L')^-1 T', kept in factors: with calendar years squared as a moderator the product
 * itself has no digits left.
 */
export interface LocationPrecision {
  /** p x p, row-major; NaN when the matrix is singular */
  readonly L: Float64Array;
  /** p x p, row-major, upper triangular */
  readonly T: Float64Array;
  readonly p: number;
  readonly unit: number;
}

/** Where the engine stands: at the theta evaluated last. T is the model's own array, L scratch. */
export function locationPrecision({ problem, model }: Engine): LocationPrecision {
  const { toOriginal: T, columns: p } = model.location;
  const A = problem.read("locationHessian", scratch(p * p));
  const L = choleskyFactor(A, p, A);
  return { L: L ?? A.fill(Number.NaN), T, p, unit: model.unit };
}

/** a' (X' Sigma^-1 X)^-1 b for combinations a and b of the coefficients, such as two rows of the design. */
export function locationCovariance(
  of: LocationPrecision,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): number {
  const left = combination(of, a);
  const right = choleskySolve(of.L, of.p, combination(of, b));
  let sum = 0;
  for (let j = 0; j < of.p; j++) sum += left[j]! * right[j]!;
  return of.unit ** 2 * sum;
}

/** Diagonal of (X' Sigma^-1 X)^-1: the squared lengths of L^-1 t, t the rows of T. */
export function locationVariances({ L, T, p, unit }: LocationPrecision): Float64Array {
  const out = scratch(p);
  const solved = unfilled(p);
  for (let j = 0; j < p; j++) {
    for (let i = 0; i < p; i++) solved[i] = T[j * p + i]!;
    solveLower(L, p, solved);
    for (let i = 0; i < p; i++) out[j]! += (unit * solved[i]!) ** 2;
  }
  return out;
}

/** d' (X' Sigma^-1 X) d for a change d of the coefficients. */
export function squaredDistance({ L, T, p, unit }: LocationPrecision, d: ArrayLike<number>): number {
  const change = unfilled(p);
  for (let j = 0; j < p; j++) change[j] = d[j]!;
  solveUpper(T, p, change);
  let squares = 0;
  for (let j = 0; j < p; j++) {
    let sum = 0;
    for (let i = j; i < p; i++) sum += L[i * p + j]! * change[i]!;
    squares += sum * sum;
  }
  return squares / unit ** 2;
}

/** log|(X' Sigma^-1 X)^-1| */
export function logDeterminant({ L, T, p, unit }: LocationPrecision): number {
  let sum = 0;
  for (let j = 0; j < p; j++) {
    sum += Math.log(unit) + Math.log(Math.abs(T[j * p + j]!)) - Math.log(L[j * p + j]!);
  }
  return 2 * sum;
}

/** T' a: the combination in the columns of the engine. */
function combination({ T, p }: LocationPrecision, a: ArrayLike<number>): Float64Array {
  const out = scratch(p);
  for (let i = 0; i < p; i++) for (let j = i; j < p; j++) out[j]! += T[i * p + j]! * a[i]!;
  return out;
}
