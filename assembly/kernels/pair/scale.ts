import { Field, Order } from "../../abi";
import { add, read } from "../../accumulate";
import { at, get, pairStart } from "../../room";
import { pairDerivatives } from "./derivatives";
import { inverse, invert } from "./inverse";

/** Adds r' Sigma^-1 r and, by order, the derivatives in theta. Beta has been solved for. */
export function pairScale(problem: usize, order: i32): void {
  const rows = get(problem, Field.PairRows);
  if (rows == 0) return;
  const first = pairStart(problem);
  const p = get(problem, Field.P);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const x = at(problem, Field.X);
  const y = at(problem, Field.Y);
  const beta = at(problem, Field.Beta);
  const slope = at(problem, Field.LocationGradient);
  const weighted = get(problem, Field.Weighted) != 0;
  const weights = at(problem, Field.Weights);
  let quadratic: f64 = 0;

  for (let s = 0; s < rows >> 1; s++) {
    const row = first + 2 * s;
    invert(problem, row, s);
    const offset = (<usize>row) << 3;
    let r1 = load<f64>(y + offset);
    let r2 = load<f64>(y + offset, 8);
    for (let j = 0; j < p; j++) {
      const xj = x + <usize>j * stride + offset;
      r1 -= read(beta, j) * load<f64>(xj);
      r2 -= read(beta, j) * load<f64>(xj, 8);
    }
    const w = weighted ? read(weights, row) : 1;
    const q1 = inverse.b11 * r1 + inverse.b12 * r2;
    const q2 = inverse.b12 * r1 + inverse.b22 * r2;
    quadratic += w * (q1 * r1 + q2 * r2);
    if (order == Order.Value) continue;
    for (let j = 0; j < p; j++) {
      const xj = x + <usize>j * stride + offset;
      add(slope, j, -w * (q1 * load<f64>(xj) + q2 * load<f64>(xj, 8)));
    }
    pairDerivatives(problem, row, s, q1, q2, w, order);
  }
  add(at(problem, Field.Sums), 1, quadratic);
}
