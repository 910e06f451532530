// What beta needs from the scalar rows (scale.ts has the notation), a chunk at a time.

import { Field, Status } from "../../abi";
import { add } from "../../accumulate";
import { at, get } from "../../room";
import { weightedColumnDots } from "../../simd/column-dots";
import { CHUNK, rowPrecisions } from "../precisions";

/** Adds the scalar rows' log|Sigma|, X' Sigma^-1 X and X' Sigma^-1 y. */
export function scalarLocation(problem: usize): i32 {
  const n = get(problem, Field.ScalarRows);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const p = get(problem, Field.P);
  const gram = at(problem, Field.LocationHessian);
  const right = at(problem, Field.LocationRight);
  let logDet: f64 = 0;

  for (let start = 0; start < n; start += CHUNK) {
    const m = min(CHUNK, n - start);
    logDet += rowPrecisions(problem, start, m);
    if (isNaN(logDet)) return Status.NotPositiveDefinite;

    const offset = (<usize>start) << 3;
    const weightedInverse = at(problem, Field.WeightedInverse) + offset;
    const y = at(problem, Field.Y) + offset;
    const x = at(problem, Field.X) + offset;
    weightedColumnDots(weightedInverse, y, x, stride, p, m, right);
    for (let j = 0; j < p; j++) {
      const row = gram + ((<usize>(j * p)) << 3);
      weightedColumnDots(weightedInverse, x + <usize>j * stride, x, stride, j + 1, m, row);
    }
  }
  add(at(problem, Field.Sums), 0, logDet);
  return Status.Ok;
}
