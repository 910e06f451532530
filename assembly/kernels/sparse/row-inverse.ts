// From the entries of G between the levels of a row to what derivatives need of them (levels.ts), and the change of that:
//
//   s_t = sum over s of H[t, s],   h = sum of s_t,   beta_u += a s_t
//   dH[t, s] = H[t, s] (delta_t + delta_s) + x_t x_s dG[t, s],   dh = sum of dH,   dbeta_u = -sum over v of P_uv dG_uv
//
// A row has -rho_k (w - a h) / 2 of the gradient d(log|S|)/2 in a coefficient k of sigma, and the change of this is the
// trace in the Hessian's entry k, l (scale.ts). Only changes in the direction of another such coefficient are asked for.

import { Field } from "../../abi";
import { add, read, write } from "../../accumulate";
import { at, get } from "../../room";
import { node } from "../../sparse/nodes";
import { diagonalOf } from "./levels";
import { rowCurvature, rowRate, rowWeight } from "./rates";
import { edgeValue, firstPlace, levelAt, levelOf, placeOf, secondPlace, slopeOf, work } from "./work";

/** An entry between two places of the list of `node`: a leaf has its own row, and the rest in its parent's front. */
function entry(own: usize, side: usize, front: usize, size: i32, r: i32, c: i32): f64 {
  if (!node.isLeaf) return read(front, r * size + c);
  if (r > 0 && c > 0) {
    const above = node.inParent - 4;
    return read(front, load<i32>(above + ((<usize>r) << 2)) * size + load<i32>(above + ((<usize>c) << 2)));
  }
  return r + c == 0 ? read(own, 0) : read(side, r + c);
}

/** beta_u and h_i of the rows of `node`; `front` is its G, or its parent's for a leaf. */
export function addInverse(problem: usize, a: usize, front: usize, size: i32): void {
  const shared = at(problem, Field.RowShared);
  const terms = work.terms;
  const own = work.selected + node.panel;
  const side = work.inverses + node.panel;
  const last = node.end;
  for (let i = node.begin; i < last; i++) {
    const ai = read(a, i);
    let h: f64 = 0;
    for (let t = 0; t < terms; t++) {
      const place = placeOf(i, t);
      if (place < 0) continue;
      let sum: f64 = 0;
      for (let s = 0; s < terms; s++) {
        const second = placeOf(i, s);
        if (second >= 0) sum += slopeOf(i, s) * entry(own, side, front, size, place, second);
      }
      sum *= slopeOf(i, t);
      h += sum;
      add(work.beta, levelOf(i, t), ai * sum);
    }
    write(shared, i, h);
  }
}

/** dbeta_u of the columns of `node`, as far as entries of P do not come with nodes before it. */
export function addLevelChange(change: usize, size: i32): void {
  const side = work.tangents + node.panel;
  const to = work.betaChange;
  for (let j = 0; j < node.columns; j++) {
    const u = node.first + j;
    write(to, u, -diagonalOf(u) * entry(side, side, change, size, j, j));
  }
  // the other level is of this node or of one after it, which has been here
  for (let e = node.firstEdge; e < node.endEdge; e++) {
    const r = firstPlace(e);
    const c = secondPlace(e);
    const moved = -edgeValue(e) * entry(side, side, change, size, r, c);
    add(to, levelAt(r), moved);
    add(to, levelAt(c), moved);
  }
}

/** The traces of the rows of `node` in the Hessian's entries k, l: delta is 0, and rho that of coefficient l of sigma. */
export function addRowChange(problem: usize, a: usize, change: usize, size: i32, l: i32): void {
  const q = get(problem, Field.Q);
  const ofRows = work.ofRows;
  const shared = at(problem, Field.RowShared);
  const hessian = at(problem, Field.ThetaHessian);
  const terms = work.terms;
  const side = work.tangents + node.panel;
  const last = node.end;
  for (let i = node.begin; i < last; i++) {
    const ai = read(a, i);
    const rate = read(work.rate, i);
    let dh: f64 = 0;
    for (let t = 0; t < terms; t++) {
      const place = placeOf(i, t);
      if (place < 0) continue;
      let sum: f64 = 0;
      for (let s = 0; s < t; s++) {
        const second = placeOf(i, s);
        if (second >= 0) sum += 2 * slopeOf(i, s) * entry(side, side, change, size, place, second);
      }
      const x = slopeOf(i, t);
      dh += x * (sum + x * entry(side, side, change, size, place, place));
    }
    const h = read(shared, i);
    const left = rowWeight(problem, i) - ai * h;
    for (let k = l; k < ofRows; k++) {
      const rk = rowRate(problem, i, k);
      // d rho_k = rho_k rho_l - (d2 of the variance, beside it)
      const dRate = rk * rate - rowCurvature(problem, i, k, l);
      add(hessian, k * q + l, -0.5 * (dRate * left - rk * ai * (dh + rate * h)));
    }
  }
}
