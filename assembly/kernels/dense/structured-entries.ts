// Levels that are correlated, as a tree or a known matrix says. With z_a the slopes of the rows of level a (1 for an intercept) and
// K_ab the correlation of levels a and b of one structure (0 of two structures), they add
//
//   sum over a, b of C_ab z_a z_b',  C_ab = omega_a omega_b K_ab
//
// to S. log omega_a is linear in alpha, and what it moves is taken a coefficient at a time, for these are few:
//
//   N_k = dS/dalpha_k = sum of A_ab z_a z_b',  A_ab = (U_ak + U_bk) C_ab
//   d2S/dalpha_k dalpha_l = sum of (U_ak + U_bk) (U_al + U_bl) C_ab z_a z_b'
//
// so that coefficient k is one more entry, with N_k in the place of E and D = 1 (derivatives.ts has the rest of the notation), whose
// second derivatives are added by themselves. With Q = B Z and the scores' products M_ab = z_a' B z_b - z_a' (q q' + Gamma Gamma') z_b,
//
//   gradient  sum_a U_ak s_a,   s_a = sum_b C_ab M_ab
//   h_kl      sum_a U_ak U_al s_a + sum_ab U_ak C_ab M_ab U_bl
//   K         B N_k B = F Q', F = Q A:  structured-curvature.ts
//
// Cost 2 m l^2 flops a coefficient for l levels, beside the m^3 of factor and inverse.

import { Field, Order } from "../../abi";
import { add, read, write } from "../../accumulate";
import { addTrace } from "../../restricted";
import { at, get } from "../../room";
import { dot } from "../../simd/dot";
import { cursor } from "./cursor";
import { addStructuredCurvature, solveStructured } from "./structured-curvature";
import { structured } from "./structured-work";
import { work } from "./work";

/** What the SDs of the cluster's correlated levels add; all other entries have been met. */
export function structuredEntries(problem: usize, weight: f64, order: i32): void {
  const here = structured;
  const n = here.count;
  if (n == 0) return;
  takeScores();
  fillMoments();
  for (let k = 0; k < here.coefficients; k++)
    add(at(problem, Field.Gradient), here.thetaOf(k), weight * dot(designOf(k), here.momentSums, n));
  if (order != Order.Hessian) return;

  solveStructured();
  for (let k = 0; k < here.coefficients; k++) {
    fillMoved(k);
    addSecond(problem, weight, k);
    addCross(problem, weight, k);
    if (work.scores > 1) addMovedTraces(problem, k);
    addStructuredCurvature(problem, weight, k);
  }
}

/** Row k of U. */
function designOf(k: i32): usize {
  return structured.U + ((<usize>k * <usize>structured.count) << 3);
}

function takeScores(): void {
  const n = structured.count;
  for (let c = 0; c < work.scores; c++)
    for (let a = 0; a < n; a++)
      write(
        structured.scores,
        c * n + a,
        read(work.t, c * work.entries + cursor.rows + structured.levelOf(a)),
      );
}

function fillMoments(): void {
  const here = structured;
  const n = here.count;
  const m = cursor.rows;
  const levels = cursor.levels;
  memory.fill(here.moments, 0, (<usize>n * <usize>n) << 3);
  memory.fill(here.momentSums, 0, (<usize>n) << 3);
  for (let a = 0; a < n; a++) {
    const u = here.levelOf(a);
    for (let b = here.firstOf(a); b <= a; b++) {
      const v = here.levelOf(b);
      const moment =
        here.covariance(a, b) * (read(work.levelLevels, u * levels + v) - work.product(m + u, m + v));
      write(here.moments, a * n + b, moment);
      add(here.momentSums, a, moment);
      if (b == a) continue;
      write(here.moments, b * n + a, moment);
      add(here.momentSums, b, moment);
    }
  }
}

/** A of coefficient k, and A times the scores. */
function fillMoved(k: i32): void {
  const here = structured;
  const n = here.count;
  const U = designOf(k);
  memory.fill(here.A, 0, (<usize>n * <usize>n) << 3);
  for (let a = 0; a < n; a++) {
    for (let b = here.firstOf(a); b <= a; b++) {
      const moved = (read(U, a) + read(U, b)) * here.covariance(a, b);
      write(here.A, a * n + b, moved);
      write(here.A, b * n + a, moved);
    }
  }
  const bytes = (<usize>n) << 3;
  let moved = here.moved + <usize>(k * work.scores) * bytes;
  for (let c = 0; c < work.scores; c++) {
    const scores = here.scores + <usize>c * bytes;
    for (let a = 0; a < n; a++) write(moved, a, dot(here.A + <usize>a * bytes, scores, n));
    moved += bytes;
  }
}

function addSecond(problem: usize, weight: f64, k: i32): void {
  const here = structured;
  const n = here.count;
  const q = get(problem, Field.Q);
  const U = designOf(k);
  const hessian = at(problem, Field.ThetaHessian);
  for (let a = 0; a < n; a++) {
    const row = here.moments + ((<usize>a * <usize>n) << 3);
    write(here.column, a, read(U, a) * read(here.momentSums, a) + dot(row, U, n));
  }
  for (let l = 0; l <= k; l++)
    add(hessian, here.thetaOf(k) * q + here.thetaOf(l), weight * dot(designOf(l), here.column, n));
}

/** X' B N_k q */
function addCross(problem: usize, weight: f64, k: i32): void {
  const here = structured;
  const n = here.count;
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const cross = at(problem, Field.CrossHessian);
  const moved = here.moved + ((<usize>(k * work.scores) * <usize>n) << 3);
  for (let j = 0; j < p; j++) {
    let sum: f64 = 0;
    for (let a = 0; a < n; a++) sum += read(work.levelX, here.levelOf(a) * p + j) * read(moved, a);
    add(cross, j * q + here.thetaOf(k), weight * sum);
  }
}

/** Gamma' N_k Gamma */
function addMovedTraces(problem: usize, k: i32): void {
  const here = structured;
  const n = here.count;
  const p = get(problem, Field.P);
  const moved = here.moved + ((<usize>(k * work.scores + 1) * <usize>n) << 3);
  for (let a = 0; a < n; a++) {
    for (let j = 0; j < p; j++) write(here.column, j, read(moved, j * n + a));
    addTrace(problem, here.thetaOf(k), 1, work.gammaOf(cursor.rows + here.levelOf(a)), here.column);
  }
}
