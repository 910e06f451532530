import { Field, Order } from "../../abi";
import { add, read, write } from "../../accumulate";
import { at, firstSd, get } from "../../room";
import { cursor } from "./cursor";
import { addCurvature, addTraces, squaresRow } from "./curvature";
import { structured } from "./structured-work";
import { work } from "./work";

/** What the coefficients of levels that are independent, omega_u^2, add. */
export function levelEntries(problem: usize, weight: f64, order: i32): void {
  // locals: globals are loaded anew at each use
  const here = work;
  const m = cursor.rows;
  const levels = cursor.levels;
  const q = get(problem, Field.Q);
  const from = firstSd(problem);
  const qSd = get(problem, Field.QSd);
  const p = get(problem, Field.P);
  const all = get(problem, Field.Levels);
  const omega2 = at(problem, Field.Omega2);
  const U = at(problem, Field.U);
  const D = here.D;
  const gradient = at(problem, Field.Gradient);
  const hessian = at(problem, Field.ThetaHessian);
  const cross = at(problem, Field.CrossHessian);
  const isStructured = structured.count > 0;
  for (let u = 0; u < levels; u++) {
    if (isStructured && structured.placeOfLevel(u) >= 0) continue;
    const level = cursor.level + u;
    const o2 = read(omega2, level);
    const t = read(here.t, m + u);
    const buu = read(here.levelLevels, u * levels + u);
    const tuu = here.product(m + u, m + u);
    const h = 0.5 * weight * (buu - tuu);
    for (let k = 0; k < qSd; k++) {
      const uk = read(U, k * all + level);
      const d = 2 * o2 * uk;
      write(D, (from + k) * here.entries + m + u, d);
      add(gradient, from + k, h * d);
      if (order != Order.Hessian) continue;
      for (let l = 0; l <= k; l++)
        add(hessian, (from + k) * q + from + l, 2 * h * d * read(U, l * all + level));
      for (let j = 0; j < p; j++) add(cross, j * q + from + k, weight * d * t * read(here.levelX, u * p + j));
    }
    if (order != Order.Hessian) continue;
    squaresRow(here.levelRows + ((<usize>u * <usize>m) << 3), 0, m + u, weight, m);
    squaresRow(here.levelLevels + ((<usize>u * <usize>levels) << 3), m, m + u, weight, u);
    addCurvature(problem, m + u, weight * buu * (tuu - 0.5 * buu));
    addTraces(problem, m + u);
  }
}
