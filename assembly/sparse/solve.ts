// Systems with M, from the factors that front.ts leaves in the panels: with Y and F11 of each node,
//
//   forward    x2 -= Y' x1,  x1 := F11^-1 x1   from the first node on
//   back       x1 -= Y x2                      from the last one on
//
// and half of it: with x1 := L11^-1 x1 instead, the inner product of two vectors after it is that with M^-1 between them.
// X has a row for each variable and `columns` numbers in it. Cost 2 nnz(L) multiplications a column.

import { addScaled } from "../accumulate";
import { solveLower, solveLowerTransposed } from "../linalg";
import { node } from "./nodes";

/** X := M^-1 X. */
export function solve(x: usize, columns: i32, factors: usize, nodes: i32): void {
  forward(x, columns, factors, nodes, false);
  const width = (<usize>columns) << 3;
  for (let index = nodes - 1; index >= 0; index--) {
    node.moveTo(index);
    const a = node.columns;
    const b = node.below;
    let y = factors + node.panel + ((<usize>(a * a)) << 3);
    let own = x + <usize>node.first * width;
    const below = node.list + ((<usize>a) << 2);
    for (let i = 0; i < a; i++) {
      for (let j = 0; j < b; j++) {
        addScaled(own, -load<f64>(y), x + <usize>load<i32>(below + ((<usize>j) << 2)) * width, columns);
        y += 8;
      }
      own += width;
    }
  }
}

/** Half of it. */
export function solveHalf(x: usize, columns: i32, factors: usize, nodes: i32): void {
  forward(x, columns, factors, nodes, true);
}

function forward(x: usize, columns: i32, factors: usize, nodes: i32, half: bool): void {
  const width = (<usize>columns) << 3;
  for (let index = 0; index < nodes; index++) {
    node.moveTo(index);
    const a = node.columns;
    const b = node.below;
    const panel = factors + node.panel;
    const first = x + <usize>node.first * width;
    let y = panel + ((<usize>(a * a)) << 3);
    let own = first;
    const below = node.list + ((<usize>a) << 2);
    for (let i = 0; i < a; i++) {
      for (let j = 0; j < b; j++) {
        addScaled(x + <usize>load<i32>(below + ((<usize>j) << 2)) * width, -load<f64>(y), own, columns);
        y += 8;
      }
      own += width;
    }
    if (node.isLeaf) {
      const d = load<f64>(panel);
      const scale = 1 / (half ? Math.sqrt(d) : d);
      for (let p = first; p < first + width; p += 8) store<f64>(p, load<f64>(p) * scale);
      continue;
    }
    solveLower(panel, a, a, first, columns, columns);
    if (!half) solveLowerTransposed(panel, a, a, first, columns, columns);
  }
}
