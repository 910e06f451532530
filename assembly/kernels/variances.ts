// What theta = (gamma, alpha, eta) says of variances: log sigma and log omega are linear in gamma and alpha.

import { Field } from "../abi";
import { read } from "../accumulate";
import { at, get } from "../room";
import { axpy } from "../simd/axpy";
import { expArray } from "../simd/exp";

/** sigma^2 = exp(2 (offset + W gamma)) of rows start .. start + m - 1. */
export function modelVariances(problem: usize, start: i32, m: i32): void {
  const offset = (<usize>start) << 3;
  logLinearVariances(
    at(problem, Field.Sigma2) + offset,
    at(problem, Field.LogSigmaOffset) + offset,
    at(problem, Field.W) + offset,
    get(problem, Field.Rows),
    at(problem, Field.Theta),
    get(problem, Field.QSigma),
    m,
  );
}

/** omega_u^2 = exp(2 (offset + U alpha)) of every level of a random intercept. */
export function levelVariances(problem: usize): void {
  const levels = get(problem, Field.Levels);
  const alpha = at(problem, Field.Theta) + ((<usize>get(problem, Field.QSigma)) << 3);
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
  memory.copy(variances, offsets, (<usize>n) << 3);
  for (let k = 0; k < columns; k++) axpy(variances, read(c, k), X + ((<usize>k * <usize>rows) << 3), n);
  axpy(variances, 1, variances, n);
  expArray(variances, variances, n);
}
