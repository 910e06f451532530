import { read } from "../accumulate";
import { axpy } from "../simd/axpy";
import { expArray } from "../simd/exp";

/** variances = exp(2 (offsets + X c)), n of them: log-linear SDs. X is column-major, `rows` doubles a column. */
export function logLinearVariances(
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
