// What the rows of the nested section add to the sums in scale.ts. Their quantities are used as products with a_i and with
// alpha_i, the share that sigma_i^2, or phi_i v_i where V is known up to multipliers, has of their sum: a_i D_ik = 2 alpha_i W_ik
// (or M_ik), which stays finite at weight 0.

import { Field, Order } from "../../abi";
import { add, read, write } from "../../accumulate";
import { addTrace, scoreColumns, whiten } from "../../restricted";
import { at, firstSd, get, nestedStart } from "../../room";
import { LAMBDA, levelAt, nestedWidth, toC, toF, toWy, toY } from "./levels";

/** Inner level by inner level; leaves F and the w of y_k there. */
export function rowSums(problem: usize, order: i32): void {
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const own = firstSd(problem); // coefficients of the rows themselves, the first ones
  const scores = scoreColumns(problem);
  const width = nestedWidth(p, q, scores);
  const nested = at(problem, Field.Nested);
  const levels = get(problem, Field.NestedLevels);
  const inner = get(problem, Field.InnerLevels);
  const first = nestedStart(problem);
  const weighted = get(problem, Field.Weighted) != 0;
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const beta = at(problem, Field.Beta);
  const x = at(problem, Field.X);
  const y = at(problem, Field.Y);
  const W = at(problem, Field.W);
  const qPhi = get(problem, Field.QPhi);
  const qSigma = get(problem, Field.QSigma);
  const sigma2 = at(problem, Field.Sigma2);
  const omega2 = at(problem, Field.Omega2);
  const score = at(problem, Field.LevelScore);
  const inverse = at(problem, Field.Inverse);
  const weightedInverse = at(problem, Field.WeightedInverse);
  const weights = at(problem, Field.Weights);
  const gradient = at(problem, Field.Gradient);
  const hessian = at(problem, Field.ThetaHessian);
  const cross = at(problem, Field.CrossHessian);
  const slope = at(problem, Field.LocationGradient);
  // the layout that nestedVectors() makes room for
  const ay = at(problem, Field.Vectors); // a_i y_ik of one row, k < q
  const aD = ay + ((<usize>q) << 3); // a_i D_ik of one row, k < own
  const es = aD + ((<usize>q) << 3); // scores of one row divided by a_i
  let quadratic: f64 = 0;

  let row = (<usize>first) << 3;
  for (let u = 0; u < inner; u++) {
    const end = (<usize>(first + load<i32>(at(problem, Field.LevelEnd) + ((<usize>u) << 2)))) << 3;
    const level = levelAt(nested, u, width);
    const lambda = read(level, LAMBDA);
    const c = level + toC(p);
    const cr = read(c, p);
    const F = level + toF(p);
    const wy = level + toWy(p, q, scores);
    const Y = level + toY(p, q, scores);
    for (; row < end; row += 8) {
      const a = load<f64>(weightedInverse + row);
      let e = load<f64>(y + row) - cr; // q_i = a_i e_i
      for (let j = 0; j < p; j++) e -= read(beta, j) * load<f64>(x + <usize>j * stride + row);
      // r' B r = q' S q = sum d_i q_i^2 + sum omega_u^2 t_u^2, where nothing cancels
      quadratic += a * e * e;
      if (order == Order.Value) continue;

      const extra = weighted ? load<f64>(weights + row) - 1 : 0;
      for (let j = 0; j < p; j++) add(slope, j, -a * e * load<f64>(x + <usize>j * stride + row));
      let squares = e * e;
      if (scores > 1) {
        for (let j = 0; j < p; j++) write(es, j + 1, load<f64>(x + <usize>j * stride + row) - read(c, j));
        whiten(problem, es + 8, p);
        for (let s = 1; s < scores; s++) squares += read(es, s) * read(es, s);
      }
      const alpha = load<f64>(sigma2 + row) * load<f64>(inverse + row);
      const slopeOfLog = 1 - lambda * a - a * squares + extra;
      const trace = 1 - 2 * lambda * a + extra;
      // sigma's coefficients by themselves, where most models have no others
      const d1 = alpha * slopeOfLog;
      const second = 2 * d1 - 2 * alpha * alpha * trace;
      for (let k = 0; k < qSigma; k++) {
        const wk = load<f64>(W + <usize>k * stride + row);
        write(aD, qPhi + k, 2 * alpha * wk);
        add(gradient, qPhi + k, d1 * wk);
        if (order != Order.Hessian) continue;
        add(F, qPhi + k, 2 * alpha * wk * a);
        for (let l = 0; l <= k; l++)
          add(hessian, (qPhi + k) * q + qPhi + l, second * wk * load<f64>(W + <usize>l * stride + row));
      }
      if (qPhi > 0) multiplierSums(problem, row, order, F, aD, a, slopeOfLog, trace);
      if (order != Order.Hessian) continue;

      write(es, 0, e);
      for (let s = 0; s < scores; s++) {
        const eScore = read(es, s);
        const Ys = Y + ((<usize>(s * q)) << 3);
        // y_ik and its products a_i y_ik; a_i D_ik q_i = a_i D_ik a_i e_i
        for (let k = 0; k < q; k++) {
          let yk = a * read(Ys, k);
          if (k < own) yk += read(aD, k) * a * eScore;
          write(ay, k, yk);
          add(wy, s * q + k, yk);
          if (s > 0) continue;
          for (let j = 0; j < p; j++) add(cross, j * q + k, yk * load<f64>(x + <usize>j * stride + row));
        }
        addSquares(hessian, ay, aD, q, own, eScore, Ys);
      }
      if (scores == 1) continue;
      for (let k = 0; k < own; k++) addTrace(problem, k, read(aD, k) * a, es + 8, es + 8);
    }
  }
  for (let u = 0; u < levels; u++) quadratic += read(omega2, u) * read(score, u) * read(score, u);
  add(at(problem, Field.Sums), 1, quadratic);
}

/** The same of phi's coefficients, by themselves and with sigma's. */
function multiplierSums(
  problem: usize,
  row: usize,
  order: i32,
  F: usize,
  aD: usize,
  a: f64,
  slopeOfLog: f64,
  trace: f64,
): void {
  const q = get(problem, Field.Q);
  const qPhi = get(problem, Field.QPhi);
  const own = firstSd(problem);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const M = at(problem, Field.M) + row;
  const gradient = at(problem, Field.Gradient);
  const hessian = at(problem, Field.ThetaHessian);
  // the share of phi v
  const beta = load<f64>(at(problem, Field.ScaledV) + row) * load<f64>(at(problem, Field.Inverse) + row);
  const d1 = beta * slopeOfLog;
  const second = 2 * d1 - 2 * beta * beta * trace;
  for (let l = 0; l < qPhi; l++) {
    const ml = load<f64>(M + <usize>l * stride);
    write(aD, l, 2 * beta * ml);
    add(gradient, l, d1 * ml);
    if (order != Order.Hessian) continue;
    add(F, l, 2 * beta * ml * a);
    for (let k = l; k < qPhi; k++) add(hessian, k * q + l, second * load<f64>(M + <usize>k * stride) * ml);
    for (let k = qPhi; k < own; k++) add(hessian, k * q + l, -trace * beta * ml * read(aD, k));
  }
}

/** hessian += (a y_k) y_l for one row, the y_l = D_il q_i + Y_l taken without dividing by a (which may be 0). */
function addSquares(hessian: usize, ay: usize, aD: usize, q: i32, own: i32, e: f64, Y: usize): void {
  for (let l = 0; l < q; l++) {
    let yl = read(Y, l);
    // D_il q_i = (a_i D_il / a_i) (a_i e_i)
    if (l < own) yl += read(aD, l) * e;
    for (let k = l; k < q; k++) add(hessian, k * q + l, read(ay, k) * yl);
  }
}
