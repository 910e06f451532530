import { Field, Order } from "../../abi";
import { add, read } from "../../accumulate";
import { at, get } from "../../room";
import { clusterWeight, cursor } from "./cursor";
import { clusterDerivatives } from "./derivatives";

/** Adds r' B r and, by order, the derivatives in theta. Beta has been solved for. */
export function denseScale(problem: usize, order: i32): void {
  if (get(problem, Field.Clusters) == 0) return;
  const p = get(problem, Field.P);
  const sums = at(problem, Field.Sums);
  const beta = at(problem, Field.Beta);
  cursor.start(problem);
  while (cursor.next(problem)) {
    const weight = clusterWeight(problem);
    let quadratic: f64 = 0;
    let row = cursor.whitened;
    for (let i = 0; i < cursor.rows; i++) {
      let z = read(row, p);
      for (let j = 0; j < p; j++) z -= read(beta, j) * read(row, j);
      quadratic += z * z;
      row += (<usize>(p + 1)) << 3;
    }
    add(sums, 1, weight * quadratic);
    if (order > Order.Value) clusterDerivatives(problem, weight, order);
  }
}
