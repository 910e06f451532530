// What theta needs from the sparse section (levels.ts has the notation). An element k of theta moves
//
//   a coefficient of phi or sigma   log a_i by rho_ik (rates.ts)     an SD   log omega_u by delta_uk = U_uk
//
// With e, c and b = P c of r (and with the restricted likelihood of X_d L^-T, whose sums are added),
//
//   d(-log L)/dtheta_k = sum_i -rho_ik (w_i - a_i h_i - a_i e_i^2) / 2 + sum_u delta_uk (beta_u - b_u c_u)
//
// Its own derivatives at fixed h and beta_u are in products.ts; the change of these two in direction l is that of G:
// elimination.ts, row-inverse.ts, roots.ts.

import { Field, Order } from "../../abi";
import { add, copy, read, write } from "../../accumulate";
import { whiten } from "../../restricted";
import { at, get } from "../../room";
import { node } from "../../sparse/nodes";
import { addAverage } from "./average";
import { changeFactors, changeSelected, precisions, select } from "./elimination";
import { diagonalOf } from "./levels";
import { addProducts, productOf } from "./products";
import { deltaOf, rowRate, rowWeight } from "./rates";
import { addRootChanges, isOfRoots } from "./roots";
import { firstPlace, levelAt, secondPlace, work } from "./work";

/** Adds r' B r and, by order, the derivatives in theta. Beta has been solved for. */
export function sparseScale(problem: usize, order: i32): void {
  if (get(problem, Field.SparseLevels) == 0) return;
  work.layOut(problem);
  takeResiduals(problem);
  addQuadratic(problem);
  if (order == Order.Value) return;
  select(problem);
  levelResults(problem);
  addGradient(problem);
  if (order == Order.Hessian) addHessian(problem);
  if (order == Order.Average) addAverage(problem);
}

/** C, P C and E of r in the place of y's, and the scores. */
function takeResiduals(problem: usize): void {
  const p = get(problem, Field.P);
  const beta = at(problem, Field.Beta);
  for (let u = 0; u < work.levels; u++) takeRow(problem, work.C, work.scoresC, u, p, beta);
  if (work.PC != work.C) {
    for (let u = 0; u < work.levels; u++) takeRow(problem, work.PC, work.scoresPC, u, p, beta);
  }
  for (let i = 0; i < work.rows; i++) takeRow(problem, work.E, work.scoresE, i, p, beta);
}

function takeRow(problem: usize, matrix: usize, scores: usize, i: i32, p: i32, beta: usize): void {
  const row = matrix + ((<usize>(i * (p + 1))) << 3);
  let r = read(row, p);
  for (let j = 0; j < p; j++) r -= read(beta, j) * read(row, j);
  write(row, p, r);
  const own = scores + ((<usize>(i * work.scores)) << 3);
  write(own, 0, r);
  if (work.scores == 1) return;
  copy(own + 8, row, p);
  whiten(problem, own + 8, p);
}

function addQuadratic(problem: usize): void {
  const p = get(problem, Field.P);
  const a = precisions(problem);
  let sum: f64 = 0;
  for (let i = 0; i < work.rows; i++) {
    const e = read(work.E, i * (p + 1) + p);
    sum += read(a, i) * e * e;
  }
  for (let u = 0; u < work.levels; u++) {
    const place = u * (p + 1) + p;
    sum += read(work.C, place) * read(work.PC, place);
  }
  add(at(problem, Field.Sums), 1, sum);
}

/** z_u' B r, z_u' B X, of levels that are independent z_u' B z_u, and of G the diagonal and where P has entries. */
function levelResults(problem: usize): void {
  const p = get(problem, Field.P);
  const score = at(problem, Field.LevelScore) + work.levelOffset;
  const inverse = at(problem, Field.LevelInverse) + work.levelOffset;
  const solved = at(problem, Field.LevelSolved) + work.levelOffset * <usize>p;
  for (let u = 0; u < work.levels; u++) {
    const omega = read(work.omega, u);
    const b = work.PC + ((<usize>(u * (p + 1))) << 3);
    write(score, u, read(b, p) / omega);
    write(inverse, u, diagonalOf(u) == 1 ? read(work.beta, u) / omega / omega : NaN);
    for (let j = 0; j < p; j++) write(solved, u * p + j, read(b, j) / omega);
  }
  const variances = at(problem, Field.SparseVariances);
  const covariances = at(problem, Field.SparseCovariances);
  for (let index = 0; index < work.nodes; index++) {
    node.moveTo(index);
    const side = work.inverses + node.panel + ((<usize>node.columns * <usize>node.columns) << 3);
    const own = work.selected + node.panel;
    for (let j = 0; j < node.columns; j++)
      write(variances, node.first + j, read(own, j * (node.columns + 1)));
    for (let e = node.firstEdge; e < node.endEdge; e++) {
      const first = firstPlace(e);
      const second = secondPlace(e);
      write(inverse, levelAt(first), NaN);
      write(inverse, levelAt(second), NaN);
      const entry =
        second < node.columns
          ? read(own, first * node.columns + second)
          : read(side, first * node.below + second - node.columns);
      write(covariances, e, entry);
    }
  }
}

function addGradient(problem: usize): void {
  const p = get(problem, Field.P);
  const ofRows = work.ofRows;
  const a = precisions(problem);
  const shared = at(problem, Field.RowShared);
  const gradient = at(problem, Field.Gradient);
  const slope = at(problem, Field.LocationGradient);
  const rows = get(problem, Field.Rows);
  const x = at(problem, Field.X) + work.rowOffset;
  for (let i = 0; i < work.rows; i++) {
    const ai = read(a, i);
    const q = ai * read(work.E, i * (p + 1) + p);
    for (let j = 0; j < p; j++) add(slope, j, -q * read(x, j * rows + i));
    const left = rowWeight(problem, i) - ai * (read(shared, i) + productOf(work.scoresE, work.scoresE, i));
    for (let k = 0; k < ofRows; k++) add(gradient, k, -0.5 * rowRate(problem, i, k) * left);
  }
  for (let u = 0; u < work.levels; u++) {
    const left = read(work.beta, u) - productOf(work.scoresPC, work.scoresC, u);
    for (let k = ofRows; k < work.scales; k++) add(gradient, k, deltaOf(problem, u, k) * left);
  }
}

function addHessian(problem: usize): void {
  const ofRows = work.ofRows;
  addProducts(problem, at(problem, Field.ThetaHessian));
  for (let l = 0; l < work.scales; l++) {
    if (isOfRoots(problem, l)) {
      for (let k = l; k < work.scales; k++) if (isOfRoots(problem, k)) addRootChanges(problem, k, l);
      continue;
    }
    for (let i = 0; i < work.rows; i++) write(work.rate, i, l < ofRows ? rowRate(problem, i, l) : 0);
    for (let u = 0; u < work.levels; u++) write(work.delta, u, l < ofRows ? 0 : deltaOf(problem, u, l));
    changeFactors(problem);
    changeSelected(problem, l);
    addLevelChanges(problem, l);
  }
}

/** What the change of beta_u in direction l is to the SDs' rows of the Hessian, and to those of roots above it. */
function addLevelChanges(problem: usize, l: i32): void {
  const q = get(problem, Field.Q);
  const hessian = at(problem, Field.ThetaHessian);
  for (let k = work.ofRows; k < work.scales; k++) {
    if (k < l && !isOfRoots(problem, k)) continue;
    let sum: f64 = 0;
    for (let u = 0; u < work.levels; u++) sum += deltaOf(problem, u, k) * read(work.betaChange, u);
    add(hessian, max(k, l) * q + min(k, l), sum);
  }
}
