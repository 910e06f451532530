// From the entries of G between the levels of a row to what derivatives need of them (levels.ts), and the change of that:
//
//   s_t = sum over s of H[t, s],   h = sum of s_t,   beta_u += a s_t
//   dH[t, s] = H[t, s] (delta_t + delta_s) + x_t x_s dG[t, s],   dbeta_u += a (rho s_t + ds_t)
//
// Of the gradient d(log|S|)/2 in a coefficient k of sigma, a row has -rho_k (w - a h) / 2, and its change is the trace in the
// Hessian's entry k, l (scale.ts).

import { Field } from "../../abi";
import { add, read, write } from "../../accumulate";
import { at, get } from "../../room";
import { node } from "../../sparse/nodes";
import { above, deltaAt, sdAt } from "./leaves";
import { rowCurvature, rowRate } from "./rates";
import { levelOf, placeOf, work } from "./work";

/** An entry between two places of the list of `node`: a leaf has its own row, and the rest in its parent's front. */
function entry(own: usize, side: usize, front: usize, size: i32, r: i32, c: i32): f64 {
  if (!node.isLeaf) return read(front, r * size + c);
  if (r > 0 && c > 0) return read(front, above(r) * size + above(c));
  return r + c == 0 ? read(own, 0) : read(side, r + c);
}

/** beta_u and h_i of the rows of `node`; `front` is its G, or its parent's for a leaf. */
export function addInverse(problem: usize, a: usize, front: usize, size: i32): void {
  const shared = at(problem, Field.RowShared);
  const own = work.selected + node.panel;
  const side = work.inverses + node.panel;
  for (let i = node.begin; i < node.end; i++) {
    const ai = read(a, i);
    let h: f64 = 0;
    for (let t = 0; t < work.terms; t++) {
      const place = placeOf(i, t);
      if (place < 0) continue;
      let sum: f64 = 0;
      for (let s = 0; s < work.terms; s++) {
        const second = placeOf(i, s);
        if (second >= 0) sum += sdAt(second) * entry(own, side, front, size, place, second);
      }
      sum *= sdAt(place);
      h += sum;
      add(work.beta, levelOf(i, t), ai * sum);
    }
    write(shared, i, h);
  }
}

/** The change in the direction of element l of theta: dbeta_u, and the traces of rows in the Hessian. */
export function addInverseChange(
  problem: usize,
  a: usize,
  change: usize,
  front: usize,
  size: i32,
  l: i32,
): void {
  const q = get(problem, Field.Q);
  const qRows = get(problem, Field.QSigma);
  const weighted = get(problem, Field.Weighted) != 0;
  const weights = at(problem, Field.Weights) + work.rowOffset;
  const shared = at(problem, Field.RowShared);
  const hessian = at(problem, Field.ThetaHessian);
  const own = work.selected + node.panel;
  const side = work.inverses + node.panel;
  const changeSide = work.tangents + node.panel;
  for (let i = node.begin; i < node.end; i++) {
    const ai = read(a, i);
    const rate = read(work.rate, i);
    let dh: f64 = 0;
    for (let t = 0; t < work.terms; t++) {
      const place = placeOf(i, t);
      if (place < 0) continue;
      const delta = deltaAt(place);
      let sum: f64 = 0;
      let moved: f64 = 0;
      for (let s = 0; s < work.terms; s++) {
        const second = placeOf(i, s);
        if (second < 0) continue;
        const x = sdAt(second);
        const H = x * entry(own, side, front, size, place, second);
        sum += H;
        moved += H * (delta + deltaAt(second));
        moved += x * entry(changeSide, changeSide, change, size, place, second);
      }
      const x = sdAt(place);
      dh += x * moved;
      add(work.betaChange, levelOf(i, t), ai * x * (rate * sum + moved));
    }
    const h = read(shared, i);
    const left = (weighted ? read(weights, i) : 1) - ai * h;
    for (let k = 0; k < qRows; k++) {
      if (k < l) continue;
      const rk = rowRate(problem, i, k);
      // d rho_k = rho_k rho_l - (d2 log of the variance)
      const dRate = l < qRows ? rk * rowRate(problem, i, l) - rowCurvature(problem, i, k, l) : 0;
      add(hessian, k * q + l, -0.5 * (dRate * left - rk * ai * (dh + rate * h)));
    }
  }
}
