// Leaves: levels that are eliminated with the rows in them (levels.ts). With the leaf first in its list, F its row of M,
//
//   d = 1 + sum a_i x_u^2,   F_v = sum a_i x_u x_v,   y = F / d,   S = -F y'
//   g12 = -G22 y,   g11 = 1/d - y'g12
//
// and their changes by product rule. What its rows add between other levels goes into the parent's front with S.
// A row's numbers change by  d log a_i = rho_i  and  d log x_t = delta_t.

import { read, write } from "../../accumulate";
import { node } from "../../sparse/nodes";
import { placeOf, work } from "./work";

/** front[r, c] += x, in its lower triangle. */
export function addLower(front: usize, size: i32, r: i32, c: i32, x: f64): void {
  const at = front + ((<usize>(max(r, c) * size + min(r, c))) << 3);
  store<f64>(at, load<f64>(at) + x);
}

/** Place in the parent's list of the level at `place` > 0 of the leaf's list. */
export function above(place: i32): i32 {
  return load<i32>(node.inParent + ((<usize>(place - 1)) << 2));
}

/** x_t of the level at `place` of the node's list. */
export function sdAt(place: i32): f64 {
  return read(work.omega, load<i32>(node.list + ((<usize>place) << 2)));
}

/** delta_t of it. */
export function deltaAt(place: i32): f64 {
  return read(work.delta, load<i32>(node.list + ((<usize>place) << 2)));
}

/** The leaf at `node` into the front of its parent, size x size. Returns d. */
export function eliminateLeaf(a: usize, front: usize, size: i32): f64 {
  const b = node.below;
  const F = work.columns;
  memory.fill(F, 0, (<usize>b) << 3);
  const own = read(work.omega, node.first);
  let d: f64 = 1;
  for (let i = node.begin; i < node.end; i++) {
    const ai = read(a, i);
    d += ai * own * own;
    for (let t = 0; t < work.terms; t++) {
      const place = placeOf(i, t);
      if (place <= 0) continue;
      const x = ai * sdAt(place);
      write(F, place - 1, read(F, place - 1) + x * own);
      for (let s = 0; s <= t; s++) {
        const second = placeOf(i, s);
        if (second > 0) addLower(front, size, above(place), above(second), x * sdAt(second));
      }
    }
  }
  const panel = work.factors + node.panel;
  write(panel, 0, d);
  for (let k = 0; k < b; k++) {
    const y = read(F, k) / d;
    write(panel, k + 1, y);
    const row = above(k + 1);
    for (let j = 0; j <= k; j++) addLower(front, size, row, above(j + 1), -y * read(F, j));
  }
  return d;
}

/** g11 and g12 of the leaf at `node` from its parent's G, full. */
export function selectLeaf(front: usize, size: i32): void {
  const b = node.below;
  const y = work.factors + node.panel + 8;
  const inverse = work.inverses + node.panel;
  const d = read(work.factors + node.panel, 0);
  let g11 = 1 / d;
  write(inverse, 0, g11);
  for (let k = 0; k < b; k++) {
    const row = front + ((<usize>(above(k + 1) * size)) << 3);
    let sum: f64 = 0;
    for (let j = 0; j < b; j++) sum += read(row, above(j + 1)) * read(y, j);
    write(inverse, k + 1, -sum);
    g11 += read(y, k) * sum;
  }
  write(work.selected + node.panel, 0, g11);
}

/** What a change of the leaf at `node` does to its parent's front. */
export function changeLeaf(a: usize, change: usize, size: i32): void {
  const b = node.below;
  const dF = work.columns;
  memory.fill(dF, 0, (<usize>b) << 3);
  const own = read(work.omega, node.first);
  const delta = read(work.delta, node.first);
  let dd: f64 = 0;
  for (let i = node.begin; i < node.end; i++) {
    const ai = read(a, i);
    const rate = read(work.rate, i);
    dd += ai * own * own * (2 * delta + rate);
    for (let t = 0; t < work.terms; t++) {
      const place = placeOf(i, t);
      if (place <= 0) continue;
      const x = ai * sdAt(place);
      const moved = rate + deltaAt(place);
      write(dF, place - 1, read(dF, place - 1) + x * own * (moved + delta));
      for (let s = 0; s <= t; s++) {
        const second = placeOf(i, s);
        if (second <= 0) continue;
        const dM = x * sdAt(second) * (moved + deltaAt(second));
        addLower(change, size, above(place), above(second), dM);
      }
    }
  }
  const factor = work.factors + node.panel;
  const tangent = work.tangents + node.panel;
  const d = read(factor, 0);
  write(tangent, 0, dd);
  for (let k = 0; k < b; k++) {
    const dFk = read(dF, k);
    const yk = read(factor, k + 1);
    write(tangent, k + 1, (dFk - dd * yk) / d);
    const row = above(k + 1);
    for (let j = 0; j <= k; j++) {
      const yj = read(factor, j + 1);
      addLower(change, size, row, above(j + 1), yk * yj * dd - dFk * yj - yk * read(dF, j));
    }
  }
}

/** The change of the leaf's g11 and g12, in its tangent's place; `change` is that of the parent's G, full. */
export function changeLeafInverse(change: usize, front: usize, size: i32): void {
  const b = node.below;
  const y = work.factors + node.panel + 8;
  const dy = work.tangents + node.panel + 8;
  const inverse = work.inverses + node.panel;
  const dg12 = work.columns;
  const inverseOfD = read(inverse, 0);
  let dg11 = -read(work.tangents + node.panel, 0) * inverseOfD * inverseOfD;
  for (let k = 0; k < b; k++) {
    const offset = (<usize>(above(k + 1) * size)) << 3;
    let sum: f64 = 0;
    for (let j = 0; j < b; j++) {
      const column = above(j + 1);
      sum -= read(change + offset, column) * read(y, j) + read(front + offset, column) * read(dy, j);
    }
    write(dg12, k, sum);
    dg11 -= read(dy, k) * read(inverse, k + 1) + read(y, k) * sum;
  }
  memory.copy(dy, dg12, (<usize>b) << 3);
  write(work.tangents + node.panel, 0, dg11);
}
