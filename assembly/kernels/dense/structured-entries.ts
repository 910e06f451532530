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
// Where the correlations are of a group (groups.ts), its coefficients kappa are entries as these, with A_ab = omega_a omega_b dK_ab / dkappa_k,
//
//   gradient  sum_ab A_ab M_ab / 2,   h_kl = sum_ab (d2C_ab / dkappa_k dkappa_l) M_ab / 2
//   and with an SD's coefficient l   sum_a U_al sum_b A_ab M_ab
//
// Cost 2 m l^2 flops a coefficient for l levels, beside the m^3 of factor and inverse. Digits are those of independent levels, but
// where levels of different U have a correlation of 1: with SDs of some 50, 150 times a row's own second derivatives are off by 3e-7, 1e-5,
// since B z is small for the sum of such levels only, and not for each.

import { Field, Order } from "../../abi";
import { add, read, write } from "../../accumulate";
import { addTrace } from "../../restricted";
import { at, get } from "../../room";
import { axpy } from "../../simd/axpy";
import { dot } from "../../simd/dot";
import { cursor } from "./cursor";
import { Group } from "./groups";
import { addStructuredCurvature, solveStructured } from "./structured-curvature";
import { rowOf, structured } from "./structured-work";
import { work } from "./work";

/** What the SDs of the cluster's correlated levels add; all other entries have been met. */
export function structuredEntries(problem: usize, weight: f64, order: i32): void {
  const here = structured;
  const n = here.count;
  if (n == 0) return;
  takeScores();
  sumMoments(problem, weight, order);
  for (let k = 0; k < here.sds; k++)
    add(at(problem, Field.Gradient), here.thetaOf(k), weight * dot(rowOf(here.U, k), here.sums, n));
  for (let k = here.sds; k < here.coefficients; k++)
    add(at(problem, Field.Gradient), here.thetaOf(k), 0.5 * weight * sumOf(rowOf(here.sumsK, k), n));
  if (order != Order.Hessian) return;

  solveStructured(problem);
  for (let k = 0; k < here.coefficients; k++) {
    fillMoved(problem, k);
    addSecond(problem, weight, k);
    addCross(problem, weight, k);
    if (work.scores > 1) addMovedTraces(problem, k);
    addStructuredCurvature(problem, weight, k);
  }
}

function takeScores(): void {
  const here = structured;
  const n = here.count;
  for (let c = 0; c < work.scores; c++) {
    const scores = work.t + ((<usize>(c * work.entries + cursor.rows)) << 3);
    const own = rowOf(here.scores, c);
    for (let a = 0; a < n; a++) write(own, a, read(scores, here.levelOf(a)));
  }
}

function sumOf(x: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (let a = 0; a < n; a++) sum += read(x, a);
  return sum;
}

/** Row by row: C_ab M_ab, its sum, and its sums with U_bk; of a group those with its derivatives. */
function sumMoments(problem: usize, weight: f64, order: i32): void {
  const here = structured;
  const n = here.count;
  const scores = work.scores;
  const moments = here.column;
  for (let a = 0; a < n; a++) {
    const first = here.firstOf(a);
    const end = here.endOf(a);
    const offset = (<usize>first) << 3;
    const inverse = work.levelLevels + ((<usize>here.levelOf(a) * <usize>cursor.levels) << 3);
    for (let b = first; b < end; b++) write(moments, b, read(inverse, here.levelOf(b)));
    for (let c = 0; c < scores; c++) {
      const own = rowOf(here.scores, c);
      axpy(moments + offset, -read(own, a), own + offset, end - first);
    }
    sumCorrelations(problem, a, moments, weight, order);
    const C = rowOf(here.C, a);
    let sum: f64 = 0;
    for (let b = first; b < end; b++) {
      const moment = read(C, b) * read(moments, b);
      write(moments, b, moment);
      sum += moment;
    }
    write(here.sums, a, sum);
    for (let k = 0; k < here.coefficients; k++)
      write(here.sumsU, k * n + a, dot(moments + offset, rowOf(here.U, k) + offset, end - first));
  }
}

/** Row a of what a group's coefficients have: sums of A_ab M_ab, and second derivatives of two of them. M's row is in `moments`. */
function sumCorrelations(problem: usize, a: i32, moments: usize, weight: f64, order: i32): void {
  const here = structured;
  const g = here.groupOf(a);
  const q = get(problem, Field.Q);
  const hessian = at(problem, Field.ThetaHessian);
  const first = here.firstOf(a);
  const width = here.endOf(a) - first;
  const offset = (<usize>first) << 3;
  const row = here.A; // free until the moments are summed
  const sd = read(here.sd, a);
  for (let k = here.sds; k < here.coefficients; k++) {
    if (g < 0 || here.groupOfCoefficient(k) != g) {
      write(rowOf(here.sumsK, k), a, 0);
      continue;
    }
    const group = Group.at(problem, g);
    const number = here.numberInGroup(k);
    here.fillRoles(group, group.firstOf(number), a, row);
    write(rowOf(here.sumsK, k), a, sd * dot(row + offset, moments + offset, width));
    if (order != Order.Hessian) continue;
    for (let l = 0; l <= number; l++) {
      here.fillRoles(group, group.secondOf(number, l), a, row);
      const sum = 0.5 * weight * sd * dot(row + offset, moments + offset, width);
      add(hessian, here.thetaOf(k) * q + here.thetaOf(k) - number + l, sum);
    }
  }
}

/** A of coefficient k, and A times the scores. */
function fillMoved(problem: usize, k: i32): void {
  const here = structured;
  const n = here.count;
  const U = rowOf(here.U, k);
  const moved = here.movedOf(k, 0);
  for (let a = 0; a < n; a++) {
    const first = here.firstOf(a);
    const end = here.endOf(a);
    const offset = (<usize>first) << 3;
    const A = rowOf(here.A, a);
    const C = rowOf(here.C, a);
    const own = read(U, a);
    const g = here.groupOfCoefficient(k);
    if (g >= 0) fillDerivative(problem, k, a, A);
    else for (let b = first; b < end; b++) write(A, b, (own + read(U, b)) * read(C, b));
    for (let c = 0; c < work.scores; c++)
      write(moved, c * n + a, dot(A + offset, rowOf(here.scores, c) + offset, end - first));
  }
}

/** Row a of A of a correlation's coefficient. */
function fillDerivative(problem: usize, k: i32, a: i32, A: usize): void {
  const here = structured;
  const end = here.endOf(a);
  const g = here.groupOfCoefficient(k);
  if (here.groupOf(a) != g) {
    for (let b = here.firstOf(a); b < end; b++) write(A, b, 0);
    return;
  }
  const group = Group.at(problem, g);
  here.fillRoles(group, group.firstOf(here.numberInGroup(k)), a, A);
  const sd = read(here.sd, a);
  for (let b = here.firstOf(a); b < end; b++) write(A, b, sd * read(A, b));
}

/** Second derivatives of S in coefficient k and the SDs' up to it; those of two correlations have been added. */
function addSecond(problem: usize, weight: f64, k: i32): void {
  const here = structured;
  const n = here.count;
  const q = get(problem, Field.Q);
  const U = rowOf(here.U, k);
  const sumsU = rowOf(here.sumsU, k);
  const hessian = at(problem, Field.ThetaHessian);
  if (k >= here.sds) {
    const moved = rowOf(here.sumsK, k);
    for (let l = 0; l < here.sds; l++)
      add(hessian, here.thetaOf(k) * q + here.thetaOf(l), weight * dot(rowOf(here.U, l), moved, n));
    return;
  }
  for (let l = 0; l <= k; l++) {
    const other = rowOf(here.U, l);
    let h: f64 = 0;
    for (let a = 0; a < n; a++) h += read(other, a) * (read(U, a) * read(here.sums, a) + read(sumsU, a));
    add(hessian, here.thetaOf(k) * q + here.thetaOf(l), weight * h);
  }
}

/** X' B N_k q */
function addCross(problem: usize, weight: f64, k: i32): void {
  const here = structured;
  const n = here.count;
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const cross = at(problem, Field.CrossHessian);
  const moved = here.movedOf(k, 0);
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
  const moved = here.movedOf(k, 1);
  for (let a = 0; a < n; a++) {
    for (let j = 0; j < p; j++) write(here.column, j, read(moved, j * n + a));
    addTrace(problem, here.thetaOf(k), 1, work.gammaOf(cursor.rows + here.levelOf(a)), here.column);
  }
}
