import { Field, Order } from "../../abi";
import { add, read, write } from "../../accumulate";
import { at, firstSigma, get } from "../../room";
import { cursor } from "./cursor";
import { addCurvature, addTraces, squaresRow } from "./curvature";
import { work } from "./work";

/** What the rows' coefficients, sigma_i^2, add. */
export function rowEntries(problem: usize, weight: f64, order: i32): void {
  // locals: globals are loaded anew at each use
  const here = work;
  const m = cursor.rows;
  const q = get(problem, Field.Q);
  const qSigma = get(problem, Field.QSigma);
  const from = firstSigma(problem);
  const p = get(problem, Field.P);
  const n = get(problem, Field.Rows);
  const sigma2 = at(problem, Field.Sigma2) + ((<usize>cursor.row) << 3);
  const W = at(problem, Field.W) + ((<usize>cursor.row) << 3);
  const D = here.D;
  const gradient = at(problem, Field.Gradient);
  const hessian = at(problem, Field.ThetaHessian);
  const cross = at(problem, Field.CrossHessian);
  for (let i = 0; i < m; i++) {
    const Bi = here.B + ((<usize>i * <usize>m) << 3);
    const s2 = read(sigma2, i);
    const ti = read(here.t, i);
    const bii = read(Bi, i);
    const tii = here.product(i, i);
    const h = 0.5 * weight * (bii - tii);
    for (let k = 0; k < qSigma; k++) {
      const wik = read(W, k * n + i);
      const d = 2 * s2 * wik;
      write(D, (from + k) * here.entries + i, d);
      add(gradient, from + k, h * d);
      if (order != Order.Hessian) continue;
      for (let l = 0; l <= k; l++) add(hessian, (from + k) * q + from + l, 2 * h * d * read(W, l * n + i));
      for (let j = 0; j < p; j++)
        add(cross, j * q + from + k, weight * d * ti * read(here.solved, j * m + i));
    }
    if (order != Order.Hessian) continue;
    squaresRow(Bi, 0, i, weight, i);
    addCurvature(problem, i, weight * bii * (tii - 0.5 * bii));
    addTraces(problem, i);
  }
}
