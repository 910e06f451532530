import { Field, Status } from "../../abi";
import { add, read } from "../../accumulate";
import { at, get, pairStart, set } from "../../room";
import { log } from "../../simd/log";
import { modelVariances } from "../variances";
import { inverse, invert } from "./inverse";

/** Adds log|Sigma|, X' Sigma^-1 X and X' Sigma^-1 y of the pair section. */
export function pairLocation(problem: usize): i32 {
  const rows = get(problem, Field.PairRows);
  if (rows == 0) return Status.Ok;
  const first = pairStart(problem);
  const p = get(problem, Field.P);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const x = at(problem, Field.X);
  const y = at(problem, Field.Y);
  const gram = at(problem, Field.LocationHessian);
  const right = at(problem, Field.LocationRight);
  const weighted = get(problem, Field.Weighted) != 0;
  const weights = at(problem, Field.Weights);
  let logDet: f64 = 0;

  modelVariances(problem, first, rows);
  for (let s = 0; s < rows >> 1; s++) {
    const row = first + 2 * s;
    if (!invert(problem, row, s)) {
      set(problem, Field.BadRow, row);
      return Status.NotPositiveDefinite;
    }
    const w = weighted ? read(weights, row) : 1;
    const b11 = w * inverse.b11;
    const b12 = w * inverse.b12;
    const b22 = w * inverse.b22;
    logDet += w * log(inverse.det);
    const offset = (<usize>row) << 3;
    const y1 = load<f64>(y + offset);
    const y2 = load<f64>(y + offset, 8);
    for (let j = 0; j < p; j++) {
      const xj = x + <usize>j * stride + offset;
      const x1 = load<f64>(xj);
      const x2 = load<f64>(xj, 8);
      const z1 = b11 * x1 + b12 * x2;
      const z2 = b12 * x1 + b22 * x2;
      add(right, j, z1 * y1 + z2 * y2);
      for (let k = 0; k <= j; k++) {
        const xk = x + <usize>k * stride + offset;
        add(gram, j * p + k, z1 * load<f64>(xk) + z2 * load<f64>(xk, 8));
      }
    }
  }
  add(at(problem, Field.Sums), 0, logDet);
  return Status.Ok;
}
