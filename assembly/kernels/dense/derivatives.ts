// Clusters with a covariance as one m x m matrix:
//
//   S = V + diag(sigma^2) + sum over levels u of omega_u^2 z_u z_u' + sum over pairs s of c_s (e_a e_b' + e_b e_a')
//
// (z_u: rows of level u, or where its effect is a slope what that is multiplied by in each; a, b: the two rows of pair s;
// c_s = rho_s sigma_a sigma_b). What the model moves are the coefficients e of these matrices E_e: one a row, one a level, one a
// pair (and where V is known up to multipliers those of the rows, multiplier-entries.ts; levels that are correlated have an entry a
// coefficient of theta, structured-entries.ts). With B = S^-1 and q = B r,
//
//   d(-log L)/de  = h_e = (tr(B E_e) - q' E_e q) / 2
//   d2/de df      = K_ef = -tr(B E_e B E_f) / 2 + q' E_e B E_f q
//   in theta:       gradient D'h,  Hessian D' K D + sum_e h_e d2e/dtheta2,  D = de/dtheta
//   with beta:      X' B (sum_e D_ek E_e) q
//
// With the restricted likelihood q q' becomes q q' + Gamma Gamma' in the first two lines (restricted.ts).
//
// All E are of rank one or two, so K_ef is a few products of entries of B (its elementwise square, for two rows), and
// beside Cholesky (m^3/3) and inverse (2 m^3/3) everything is O(m^2). A weight multiplies the cluster's log-likelihood.

import { Field, Order } from "../../abi";
import { add, read, write } from "../../accumulate";
import { symmetricTimes } from "../../linalg";
import { whiten } from "../../restricted";
import { at, get, isProportional } from "../../room";
import { dot } from "../../simd/dot";
import { cursor } from "./cursor";
import { levelEntries } from "./level-entries";
import { gatherLevels } from "./level-rows";
import { multiplierEntries } from "./multiplier-entries";
import { pairEntries } from "./pair-entries";
import { rowEntries } from "./row-entries";
import { structuredEntries } from "./structured-entries";
import { structured } from "./structured-work";
import { work } from "./work";

/** What the cluster at the cursor adds to the gradient and, by order, the Hessians. */
export function clusterDerivatives(problem: usize, weight: f64, order: i32): void {
  const n = get(problem, Field.Rows);
  const p = get(problem, Field.P);
  const m = cursor.rows;
  const stride = (<usize>n) << 3;
  const column = (<usize>m) << 3;
  const offset = (<usize>cursor.row) << 3;
  const x = at(problem, Field.X) + offset;

  work.layOut(problem);
  structured.find(problem);
  const residual = work.residual;
  const t = work.t;
  for (let i: usize = 0; i < column; i += 8) {
    let r = load<f64>(at(problem, Field.Y) + offset + i);
    for (let j = 0; j < p; j++) r -= read(at(problem, Field.Beta), j) * load<f64>(x + <usize>j * stride + i);
    store<f64>(residual + i, r);
  }
  symmetricTimes(work.B, m, m, residual, m, t, m, 1);
  const slope = at(problem, Field.LocationGradient);
  for (let j = 0; j < p; j++) add(slope, j, -weight * dot(t, x + <usize>j * stride, m));
  const needsSolved = order == Order.Hessian || work.scores > 1;
  if (needsSolved) symmetricTimes(work.B, m, m, x, n, work.solved, m, p);
  if (cursor.levels > 0) gatherLevels(problem, needsSolved);
  if (work.scores > 1) locationScores(problem);

  memory.fill(work.D, 0, (<usize>work.entries * <usize>get(problem, Field.Q)) << 3);
  rowEntries(problem, weight, order);
  levelEntries(problem, weight, order);
  pairEntries(problem, weight, order);
  if (isProportional(problem)) multiplierEntries(problem, weight, order);
  structuredEntries(problem, weight, order);
}

/** x_e' Gamma = x_e' B X L^-T of rows and levels: row-major to gamma, column by column after q's in t. */
function locationScores(problem: usize): void {
  const p = get(problem, Field.P);
  const m = cursor.rows;
  let g = work.gamma;
  for (let e = 0; e < m + cursor.levels; e++) {
    for (let j = 0; j < p; j++)
      write(g, j, e < m ? read(work.solved, j * m + e) : read(work.levelX, (e - m) * p + j));
    whiten(problem, g, p);
    for (let j = 0; j < p; j++) write(work.t, (j + 1) * work.entries + e, read(g, j));
    g += (<usize>p) << 3;
  }
}
