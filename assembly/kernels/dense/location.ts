// What beta needs from the dense section, a cluster at a time: S is written, factored and, for derivatives, inverted in one
// place (derivatives.ts has the notation).

import { Field, Order, Status } from "../../abi";
import { add, read, write } from "../../accumulate";
import { cholesky, invertFromCholesky, logDetFromCholesky, solveLower } from "../../linalg";
import { at, denseStart, get, isProportional, set } from "../../room";
import { Correlation } from "../correlation";
import { modelVariances } from "../variances";
import { clusterWeight, cursor, rowLevel } from "./cursor";

/** Factors every cluster and adds log|S|, X' B X and X' B y; from order 1 on leaves B behind. */
export function denseLocation(problem: usize, order: i32): i32 {
  if (get(problem, Field.Clusters) == 0) return Status.Ok;
  const p = get(problem, Field.P);
  const gram = at(problem, Field.LocationHessian);
  const right = at(problem, Field.LocationRight);
  const sums = at(problem, Field.Sums);
  const scratch = at(problem, Field.Scratch);
  const columns = p + 1;
  const rowBytes = (<usize>columns) << 3;
  const first = denseStart(problem);

  modelVariances(problem, first, get(problem, Field.Rows) - first);
  cursor.start(problem);
  while (cursor.next(problem)) {
    const m = cursor.rows;
    const matrix = cursor.matrix;
    const weight = clusterWeight(problem);
    fillSigma(problem);
    const failed = cholesky(matrix, m, m, scratch);
    if (failed != 0) {
      set(problem, Field.BadRow, cursor.row + failed - 1);
      return Status.NotPositiveDefinite;
    }
    add(sums, 0, weight * logDetFromCholesky(matrix, m, m));

    gather(problem, cursor.whitened, cursor.row, m, columns);
    solveLower(matrix, m, m, cursor.whitened, columns, columns);
    const end = cursor.whitened + <usize>m * rowBytes;
    for (let z = cursor.whitened; z < end; z += rowBytes) {
      const wy = weight * read(z, p);
      for (let j = 0; j < p; j++) {
        const zj = read(z, j);
        add(right, j, wy * zj);
        for (let k = 0; k <= j; k++) add(gram, j * p + k, weight * zj * read(z, k));
      }
    }
    if (order > Order.Value) invertFromCholesky(matrix, m, m, scratch);
  }
  return Status.Ok;
}

/** Writes the lower triangle of S. */
function fillSigma(problem: usize): void {
  const m = cursor.rows;
  const matrix = cursor.matrix;
  const terms = get(problem, Field.Terms);
  const sigma2 = at(problem, Field.Sigma2) + ((<usize>cursor.row) << 3);
  const omega2 = at(problem, Field.Omega2) + ((<usize>cursor.level) << 3);
  const proportional = isProportional(problem);
  const multiplier = at(problem, Field.Multiplier) + ((<usize>cursor.row) << 3);
  let packed = cursor.packed;
  for (let i = 0; i < m; i++) {
    const row = matrix + ((<usize>i * <usize>m) << 3);
    const bytes = (<usize>(i + 1)) << 3;
    memory.copy(row, packed, bytes);
    packed += bytes;
    if (proportional) scaleRow(row, multiplier, i);
    add(row, i, read(sigma2, i));
    for (let t = 0; t < terms; t++) {
      const u = rowLevel(i, t, terms);
      if (u < 0) continue;
      const o2 = read(omega2, u);
      for (let j = 0; j <= i; j++) if (rowLevel(j, t, terms) == u) add(row, j, o2);
    }
  }
  for (let s = 0; s < cursor.pairs; s++) {
    const a = load<i32>(cursor.pairFirst + ((<usize>s) << 3));
    const b = load<i32>(cursor.pairFirst + ((<usize>s) << 3), 4);
    const c = Correlation.at(problem, cursor.pair + s).rho * Math.sqrt(read(sigma2, a) * read(sigma2, b));
    add(matrix, max(a, b) * m + min(a, b), c);
  }
}

/** Row i of D V D, from V's. */
function scaleRow(row: usize, multiplier: usize, i: i32): void {
  const mi = read(multiplier, i);
  for (let j = 0; j <= i; j++) write(row, j, mi * read(multiplier, j) * read(row, j));
}

/** [X y] of a cluster, row-major. */
function gather(problem: usize, target: usize, start: i32, m: i32, columns: i32): void {
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const p = columns - 1;
  const x = at(problem, Field.X);
  const y = at(problem, Field.Y);
  for (let i = 0; i < m; i++) {
    const row = (<usize>(start + i)) << 3;
    for (let j = 0; j < p; j++) {
      store<f64>(target, load<f64>(x + <usize>j * stride + row));
      target += 8;
    }
    store<f64>(target, load<f64>(y + row));
    target += 8;
  }
}
