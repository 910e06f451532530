// What theta = (delta, gamma, alpha, eta) says of variances: log sqrt(phi), log sigma and log omega are linear in delta, gamma
// and alpha.

import { Field } from "../abi";
import { read } from "../accumulate";
import { at, firstSd, firstSigma, get, isProportional } from "../room";
import { axpy } from "../simd/axpy";
import { expArray } from "../simd/exp";
import { multiply } from "../simd/multiply";

/** sigma^2 = exp(2 (offset + W gamma)) of rows start .. start + m - 1, and with multipliers of V their sqrt(phi) and phi v. */
export function modelVariances(problem: usize, start: i32, m: i32): void {
  const offset = (<usize>start) << 3;
  const rows = get(problem, Field.Rows);
  const theta = at(problem, Field.Theta);
  const sigma2 = at(problem, Field.Sigma2) + offset;
  const gamma = theta + ((<usize>firstSigma(problem)) << 3);
  const q = get(problem, Field.QSigma);
  const logSigma = at(problem, Field.LogSigmaOffset) + offset;
  logLinearVariances(sigma2, logSigma, at(problem, Field.W) + offset, rows, gamma, q, m);
  if (!isProportional(problem)) return;

  const phi = at(problem, Field.ScaledV) + offset;
  const multiplier = at(problem, Field.Multiplier) + offset;
  const logMultiplier = at(problem, Field.LogMultiplierOffset) + offset;
  linear(multiplier, logMultiplier, at(problem, Field.M) + offset, rows, theta, get(problem, Field.QPhi), m);
  expArray(multiplier, multiplier, m);
  multiply(phi, multiplier, multiplier, m);
  multiply(phi, phi, at(problem, Field.V) + offset, m);
}

/** omega_u^2 = exp(2 (offset + U alpha)) of every level of a random intercept. */
export function levelVariances(problem: usize): void {
  const levels = get(problem, Field.Levels);
  const alpha = at(problem, Field.Theta) + ((<usize>firstSd(problem)) << 3);
  const offsets = at(problem, Field.LogSdOffset);
  const U = at(problem, Field.U);
  logLinearVariances(at(problem, Field.Omega2), offsets, U, levels, alpha, get(problem, Field.QSd), levels);
}

/** variances = exp(2 (offsets + X c)), n of them: log-linear SDs. X is column-major, `rows` doubles a column. */
function logLinearVariances(
  variances: usize,
  offsets: usize,
  X: usize,
  rows: i32,
  c: usize,
  columns: i32,
  n: i32,
): void {
  linear(variances, offsets, X, rows, c, columns, n);
  axpy(variances, 1, variances, n);
  expArray(variances, variances, n);
}

/** out = offsets + X c */
function linear(out: usize, offsets: usize, X: usize, rows: i32, c: usize, columns: i32, n: i32): void {
  memory.copy(out, offsets, (<usize>n) << 3);
  for (let k = 0; k < columns; k++) axpy(out, read(c, k), X + ((<usize>k * <usize>rows) << 3), n);
}
