// Leaves: levels that are eliminated with the rows in them (levels.ts). With the leaf first in its list, F its row of M,
//
//   d = P_uu + sum a_i x_u^2,   F_v = P_uv + sum a_i x_u x_v,   y = F / d,   S = -F y'
//   g12 = -G22 y,   g11 = 1/d - y'g12
//
// and their changes by product rule. What its rows add between other levels goes into the parent's front with S.
// A row's numbers change by  d log a_i = rho_i  and  d log x_t = delta_t.
//
// Panels: [d | y], [1/d | g12], [g11 | -], and of changes [dd | dy], which dG takes the place of: [dg11 | dg12].
// Nearly all levels of large data are leaves, and these loops are what such data cost.

import { add, clear, copy, read, write } from "../../accumulate";
import { node } from "../../sparse/nodes";
import { diagonalOf } from "./levels";
import { edgeValue, secondPlace, work } from "./work";

/** Address of row r of a front, size x size. */
function rowOf(front: usize, size: i32, r: i32): usize {
  return front + ((<usize>r * <usize>size) << 3);
}

/** a[list[place]], a by level. */
function byLevel(a: usize, list: usize, place: i32): f64 {
  return read(a, load<i32>(list + ((<usize>place) << 2)));
}

/** Bytes to the place of the leaf at `node` in the places of its rows: it is of one term. */
function ownTerm(bytes: usize): usize {
  if (node.begin == node.end) return 0;
  const places = work.places + <usize>node.begin * bytes;
  let t: usize = 0;
  while (load<i32>(places + t) != 0) t += 4;
  return t;
}

/** The leaf at `node` into the front of its parent, size x size. Returns d. */
export function eliminateLeaf(a: usize, front: usize, size: i32): f64 {
  const b = node.below;
  const last = node.end;
  const bytes = (<usize>work.terms) << 2;
  // of the parent, by place in the leaf's list: 0 is the leaf itself
  const above = node.inParent - 4;
  const F = work.columns;
  clear(F, b);
  for (let e = node.firstEdge; e < node.endEdge; e++) add(F, secondPlace(e) - 1, edgeValue(e));
  const own = ownTerm(bytes) << 1;
  let d = diagonalOf(node.first);
  let places = work.places + <usize>node.begin * bytes;
  let xs = work.x + ((<usize>node.begin * bytes) << 1);
  for (let i = node.begin; i < last; i++) {
    const ai = read(a, i);
    const xu = load<f64>(xs + own);
    const axu = ai * xu;
    d += axu * xu;
    for (let t: usize = 0; t < bytes; t += 4) {
      const place = load<i32>(places + t);
      if (place <= 0) continue;
      const xt = load<f64>(xs + (t << 1));
      add(F, place - 1, axu * xt);
      const x = ai * xt;
      const r = load<i32>(above + ((<usize>place) << 2));
      for (let s: usize = 0; s <= t; s += 4) {
        const second = load<i32>(places + s);
        if (second <= 0) continue;
        const c = load<i32>(above + ((<usize>second) << 2));
        add(rowOf(front, size, max(r, c)), min(r, c), x * load<f64>(xs + (s << 1)));
      }
    }
    places += bytes;
    xs += bytes << 1;
  }
  const panel = work.factors + node.panel;
  write(panel, 0, d);
  const y = panel + 8;
  for (let k = 0; k < b; k++) {
    const Fk = read(F, k);
    const yk = Fk / d;
    write(y, k, yk);
    // places in the parent ascend
    const row = rowOf(front, size, load<i32>(above + ((<usize>(k + 1)) << 2)));
    for (let j = 0; j <= k; j++) add(row, load<i32>(above + ((<usize>(j + 1)) << 2)), -yk * read(F, j));
  }
  return d;
}

/** g11 and g12 of the leaf at `node` from its parent's G, full. */
export function selectLeaf(front: usize, size: i32): void {
  const below = (<usize>node.below) << 2;
  const above = node.inParent;
  const y = work.factors + node.panel + 8;
  const inverse = work.inverses + node.panel;
  let g11 = 1 / read(work.factors + node.panel, 0);
  write(inverse, 0, g11);
  for (let k: usize = 0; k < below; k += 4) {
    const row = rowOf(front, size, load<i32>(above + k));
    let sum: f64 = 0;
    for (let j: usize = 0; j < below; j += 4)
      sum += read(row, load<i32>(above + j)) * load<f64>(y + (j << 1));
    store<f64>(inverse + (k << 1), -sum, 8);
    g11 += load<f64>(y + (k << 1)) * sum;
  }
  write(work.selected + node.panel, 0, g11);
}

/** What a change of the leaf at `node` does to its parent's front. */
export function changeLeaf(a: usize, change: usize, size: i32): void {
  const b = node.below;
  const list = node.list;
  const last = node.end;
  const deltas = work.delta;
  const rates = work.rate;
  const bytes = (<usize>work.terms) << 2;
  const above = node.inParent - 4;
  const dF = work.columns;
  clear(dF, b);
  const own = ownTerm(bytes) << 1;
  const delta = read(deltas, node.first);
  let dd: f64 = 0;
  let places = work.places + <usize>node.begin * bytes;
  let xs = work.x + ((<usize>node.begin * bytes) << 1);
  for (let i = node.begin; i < last; i++) {
    const ai = read(a, i);
    const rate = read(rates, i);
    const xu = load<f64>(xs + own);
    const axu = ai * xu;
    dd += axu * xu * (2 * delta + rate);
    for (let t: usize = 0; t < bytes; t += 4) {
      const place = load<i32>(places + t);
      if (place <= 0) continue;
      const xt = load<f64>(xs + (t << 1));
      const moved = rate + byLevel(deltas, list, place);
      add(dF, place - 1, axu * xt * (moved + delta));
      const x = ai * xt;
      const r = load<i32>(above + ((<usize>place) << 2));
      for (let s: usize = 0; s <= t; s += 4) {
        const second = load<i32>(places + s);
        if (second <= 0) continue;
        const c = load<i32>(above + ((<usize>second) << 2));
        const dM = x * load<f64>(xs + (s << 1)) * (moved + byLevel(deltas, list, second));
        add(rowOf(change, size, max(r, c)), min(r, c), dM);
      }
    }
    places += bytes;
    xs += bytes << 1;
  }
  const factor = work.factors + node.panel;
  const tangent = work.tangents + node.panel;
  const y = factor + 8;
  const inverse = read(work.inverses + node.panel, 0);
  write(tangent, 0, dd);
  // dS = -dF y' - y dF' + y y' dd = -z y' - y z',  z = dF - y dd / 2
  for (let k = 0; k < b; k++) {
    const dFk = read(dF, k);
    const yk = read(y, k);
    write(tangent, k + 1, (dFk - dd * yk) * inverse);
    const zk = dFk - 0.5 * dd * yk;
    write(dF, k, zk);
    const row = rowOf(change, size, load<i32>(above + ((<usize>(k + 1)) << 2)));
    for (let j = 0; j <= k; j++) {
      add(row, load<i32>(above + ((<usize>(j + 1)) << 2)), -zk * read(y, j) - yk * read(dF, j));
    }
  }
}

/** The change of the leaf's g11 and g12, in its tangent's place; `change` is that of the parent's G, full. */
export function changeLeafInverse(change: usize, front: usize, size: i32): void {
  const below = (<usize>node.below) << 2;
  const above = node.inParent;
  const y = work.factors + node.panel + 8;
  const tangent = work.tangents + node.panel;
  const dy = tangent + 8;
  const inverse = work.inverses + node.panel;
  const dg12 = work.columns;
  const inverseOfD = read(inverse, 0);
  let dg11 = -read(tangent, 0) * inverseOfD * inverseOfD;
  for (let k: usize = 0; k < below; k += 4) {
    const r = load<i32>(above + k);
    const row = rowOf(front, size, r);
    const changed = rowOf(change, size, r);
    let sum: f64 = 0;
    for (let j: usize = 0; j < below; j += 4) {
      const c = load<i32>(above + j);
      sum -= read(changed, c) * load<f64>(y + (j << 1)) + read(row, c) * load<f64>(dy + (j << 1));
    }
    store<f64>(dg12 + (k << 1), sum);
    dg11 -= load<f64>(dy + (k << 1)) * load<f64>(inverse + (k << 1), 8) + load<f64>(y + (k << 1)) * sum;
  }
  copy(dy, dg12, node.below);
  write(tangent, 0, dg11);
}
