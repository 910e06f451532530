// What the levels of the nested section take from those that hold them, from the outer ones down (levels.ts, scale.ts).

import { Field } from "../../abi";
import { add, read, write } from "../../accumulate";
import { scoreColumns, whiten } from "../../restricted";
import { at, firstSd, get } from "../../room";
import { KAPPA, LAMBDA, levelAt, nestedWidth, parentOf, RHO, TAU, TO_W, toC, toT, toY } from "./levels";

/** lambda, c for X and, with w turned from y's into r's, for r; scores and inverses of the levels. */
export function descend(problem: usize): void {
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const scores = scoreColumns(problem);
  const width = nestedWidth(p, q, scores);
  const nested = at(problem, Field.Nested);
  const parents = at(problem, Field.LevelParent);
  const beta = at(problem, Field.Beta);
  const score = at(problem, Field.LevelScore);
  const inverse = at(problem, Field.LevelInverse);
  const solved = at(problem, Field.LevelSolved);
  for (let u = get(problem, Field.NestedLevels) - 1; u >= 0; u--) {
    const level = levelAt(nested, u, width);
    const w = level + TO_W;
    const c = level + toC(p);
    let wr = read(w, p);
    for (let j = 0; j < p; j++) wr -= read(beta, j) * read(w, j);
    write(w, p, wr);

    const tau = read(level, TAU);
    const rho = read(level, RHO);
    const kappa = read(level, KAPPA);
    const parent = parentOf(parents, u);
    const above = levelAt(nested, max(parent, 0), width);
    const cAbove = above + toC(p);
    const lambdaAbove = parent < 0 ? 0 : read(above, LAMBDA);
    write(level, LAMBDA, kappa + rho * rho * lambdaAbove);
    for (let j = 0; j <= p; j++) {
      const cParent = parent < 0 ? 0 : read(cAbove, j);
      const wj = read(w, j);
      write(c, j, kappa * wj + rho * cParent);
      const zBx = rho * (wj - tau * cParent);
      if (j < p) write(solved, u * p + j, zBx);
      else write(score, u, zBx);
    }
    write(inverse, u, tau * rho * (1 - lambdaAbove * rho * tau));
    const t = level + toT(p, q);
    write(t, 0, read(score, u));
    if (scores == 1) continue;
    memory.copy(t + 8, solved + ((<usize>(u * p)) << 3), (<usize>p) << 3);
    whiten(problem, t + 8, p);
  }
}

/** Y_uk = D_uk t_u + Y_parent,k: what the levels around a row add to y_k there. */
export function descendProducts(problem: usize): void {
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const from = firstSd(problem);
  const qSd = get(problem, Field.QSd);
  const scores = scoreColumns(problem);
  const width = nestedWidth(p, q, scores);
  const nested = at(problem, Field.Nested);
  const parents = at(problem, Field.LevelParent);
  const U = at(problem, Field.U);
  const stride = (<usize>get(problem, Field.Levels)) << 3;
  const omega2 = at(problem, Field.Omega2);
  for (let u = get(problem, Field.NestedLevels) - 1; u >= 0; u--) {
    const level = levelAt(nested, u, width);
    const Y = level + toY(p, q, scores);
    const parent = parentOf(parents, u);
    if (parent >= 0) {
      memory.copy(Y, levelAt(nested, parent, width) + toY(p, q, scores), (<usize>(scores * q)) << 3);
    }
    for (let s = 0; s < scores; s++) {
      const scale = 2 * read(omega2, u) * read(level + toT(p, q), s);
      for (let k = 0; k < qSd; k++) {
        add(Y, s * q + from + k, scale * load<f64>(U + <usize>k * stride + ((<usize>u) << 3)));
      }
    }
  }
}
