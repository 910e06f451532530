// What the levels of the nested section add to the sums in scale.ts, from the inner ones up.

import { Field, Order } from "../../abi";
import { add, read, write } from "../../accumulate";
import { addTrace, scoreColumns } from "../../restricted";
import { at, firstSd, get } from "../../room";
import { KAPPA, LAMBDA, levelAt, nestedWidth, parentOf, RHO, TAU, TO_W, toF, toT, toWy } from "./levels";

export function levelSums(problem: usize, order: i32): void {
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const from = firstSd(problem);
  const qSd = get(problem, Field.QSd);
  const scores = scoreColumns(problem);
  const width = nestedWidth(p, q, scores);
  const nested = at(problem, Field.Nested);
  const levels = get(problem, Field.NestedLevels);
  const parents = at(problem, Field.LevelParent);
  const U = at(problem, Field.U);
  const stride = (<usize>get(problem, Field.Levels)) << 3;
  const omega2 = at(problem, Field.Omega2);
  const inverse = at(problem, Field.LevelInverse);
  const gradient = at(problem, Field.Gradient);
  const hessian = at(problem, Field.ThetaHessian);
  const cross = at(problem, Field.CrossHessian);
  // the layout that nestedVectors() makes room for
  const D = at(problem, Field.Vectors); // D_uk, k < q
  const G = D + ((<usize>q) << 3);

  for (let u = 0; u < levels; u++) {
    const o2 = read(omega2, u);
    const level = levelAt(nested, u, width);
    const t = level + toT(p, q);
    let squares: f64 = 0;
    for (let s = 0; s < scores; s++) squares += read(t, s) * read(t, s);
    const d1 = o2 * (read(inverse, u) - squares);
    for (let k = 0; k < qSd; k++) {
      add(gradient, from + k, d1 * load<f64>(U + <usize>k * stride + ((<usize>u) << 3)));
    }
    if (order != Order.Hessian) continue;

    const tau = read(level, TAU);
    const rho = read(level, RHO);
    const kappa = read(level, KAPPA);
    const lambda = read(level, LAMBDA);
    const w = level + TO_W;
    const F = level + toF(p);
    const wy = level + toWy(p, q, scores);
    const parent = parentOf(parents, u);
    const above = levelAt(nested, max(parent, 0), width);
    const lambdaAbove = parent < 0 ? 0 : read(above, LAMBDA);
    const beta = rho * (1 - lambdaAbove * rho * tau);
    const beta2 = beta * beta;

    for (let k = 0; k < q; k++) {
      const isSd = k >= from && k < from + qSd;
      const uk = isSd ? load<f64>(U + <usize>(k - from) * stride + ((<usize>u) << 3)) : 0;
      write(D, k, 2 * o2 * uk);
      write(G, k, rho * rho * (read(F, k) + 2 * o2 * uk * tau * tau));
    }
    for (let k = 0; k < q; k++) {
      const dk = read(D, k);
      const fk = read(F, k);
      const gk = read(G, k);
      const wyk = read(wy, k);
      for (let l = 0; l <= k; l++) {
        const dl = read(D, l);
        const fl = read(F, l);
        let trace = lambda * lambda * fk * fl + beta2 * (dk * fl + dl * fk + dk * dl * tau * tau);
        if (parent >= 0) trace -= lambdaAbove * lambdaAbove * gk * read(G, l);
        let sum = -0.5 * trace - kappa * wyk * read(wy, l);
        for (let s = 1; s < scores; s++) sum -= kappa * read(wy, s * q + k) * read(wy, s * q + l);
        // the coefficient's own second derivative: D_uk D_ul / omega_u^2 times (z'Bz - t^2) / 2
        if (o2 > 0) sum += 0.5 * ((dk * dl) / o2) * (read(inverse, u) - squares);
        add(hessian, k * q + l, sum);
      }
      for (let j = 0; j < p; j++) add(cross, j * q + k, -kappa * read(w, j) * wyk);
      if (scores > 1 && dk != 0) addTrace(problem, k, dk, t + 8, t + 8);
    }
    if (parent < 0) continue;
    const aboveF = above + toF(p);
    for (let k = 0; k < q; k++) add(aboveF, k, read(G, k));
    const aboveWy = above + toWy(p, q, scores);
    for (let k = 0; k < scores * q; k++) add(aboveWy, k, rho * read(wy, k));
  }
}
