// Clusters with a covariance as one m x m matrix:
//
//   S = V + diag(sigma^2) + sum over levels u of omega_u^2 z_u z_u' + sum over studies s of c_s (e_a e_b' + e_b e_a')
//
// (z_u: rows of level u; a, b: the two rows of study s; c_s = rho_s sigma_a sigma_b). What the model moves are the
// coefficients e of these matrices E_e: one a row, one a level, one a study. With B = S^-1 and q = B r,
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
import { scoreColumns, whiten } from "../../restricted";
import { at, get } from "../../room";
import { dot } from "../../simd/dot";
import { cursor } from "./cursor";
import { Entries } from "./entries";
import { gatherUnits } from "./level-rows";

const entries = new Entries();

export function clusterDerivatives(problem: usize, weight: f64, order: i32): void {
  const n = get(problem, Field.Rows);
  const p = get(problem, Field.P);
  const m = cursor.rows;
  const units = cursor.units;
  const stride = (<usize>n) << 3;
  const column = (<usize>m) << 3;
  const offset = (<usize>cursor.row) << 3;
  const B = cursor.matrix;
  const x = at(problem, Field.X) + offset;

  // the layout that vectorDoubles() in problem.ts makes room for
  const solved = at(problem, Field.Vectors); // B X, m x p
  const residual = solved + <usize>p * column;
  const t = residual + column; // x_e' q of rows and levels, then x_e' Gamma column by column
  const count = m + units + cursor.pairs;
  const scores = scoreColumns(problem);
  const unitRows = t + ((<usize>(count * scores)) << 3); // z_u' B, units x m
  const unitUnits = unitRows + ((<usize>units * <usize>m) << 3); // z_u' B z_v, units x units
  const unitX = unitUnits + ((<usize>units * <usize>units) << 3); // z_u' B X, units x p
  const work = unitX + ((<usize>units * <usize>p) << 3);

  for (let i: usize = 0; i < column; i += 8) {
    let r = load<f64>(at(problem, Field.Y) + offset + i);
    for (let j = 0; j < p; j++) r -= read(at(problem, Field.Beta), j) * load<f64>(x + <usize>j * stride + i);
    store<f64>(residual + i, r);
  }
  symmetricTimes(B, m, m, residual, m, t, m, 1);
  const slope = at(problem, Field.LocationGradient);
  for (let j = 0; j < p; j++) add(slope, j, -weight * dot(t, x + <usize>j * stride, m));
  const needsSolved = order == Order.Hessian || scores > 1;
  if (needsSolved) symmetricTimes(B, m, m, x, n, solved, m, p);
  if (units > 0) gatherUnits(problem, B, t, solved, unitRows, unitUnits, unitX, needsSolved);
  const gamma = work + ((<usize>count * <usize>(get(problem, Field.Q) + 1)) << 3);
  if (scores > 1) locationScores(problem, solved, unitX, t, gamma, count);

  entries.rows = m;
  entries.units = units;
  entries.pairs = cursor.pairs;
  entries.firstRow = cursor.row;
  entries.firstUnit = cursor.unit;
  entries.firstPair = cursor.pair;
  entries.pairFirst = cursor.pairFirst;
  entries.B = B;
  entries.t = t;
  entries.scores = scores;
  entries.gamma = gamma;
  entries.unitRows = unitRows;
  entries.unitUnits = unitUnits;
  entries.solved = solved;
  entries.unitX = unitX;
  entries.work = work;
  entries.accumulate(problem, weight, order);
}

/** x_e' Gamma = x_e' B X L^-T of rows and levels: row-major to `gamma`, column by column after t. */
function locationScores(
  problem: usize,
  solved: usize,
  unitX: usize,
  t: usize,
  gamma: usize,
  count: i32,
): void {
  const p = get(problem, Field.P);
  const m = cursor.rows;
  let g = gamma;
  for (let e = 0; e < m + cursor.units; e++) {
    for (let j = 0; j < p; j++) write(g, j, e < m ? read(solved, j * m + e) : read(unitX, (e - m) * p + j));
    whiten(problem, g, p);
    for (let j = 0; j < p; j++) write(t, (j + 1) * count + e, read(g, j));
    g += (<usize>p) << 3;
  }
}
