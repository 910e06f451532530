// What beta needs from the dense section, a cluster at a time: S is written, factored and, for derivatives, inverted in one
// place (derivatives.ts has the notation).

import { Field, Order, Status } from "../../abi";
import { add, read } from "../../accumulate";
import { cholesky, invertFromCholesky, logDetFromCholesky, solveLower } from "../../linalg";
import { at, denseStart, get, set } from "../../room";
import { modelVariances } from "../variances";
import { fillSigma } from "./covariance";
import { clusterWeight, cursor } from "./cursor";

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
