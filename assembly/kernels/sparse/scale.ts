// What theta needs from the sparse section (levels.ts has the notation). An element k of theta moves
//
//   a coefficient of sigma    log a_i by rho_ik (rates.ts)        an SD    log omega_u by delta_uk = U_uk
//
// and with q = B r, S_k = dS/dtheta_k and e, c of r (and with the restricted likelihood of X L^-T, whose sums are added),
//
//   d(-log L)/dtheta_k = sum_i -rho_ik (w_i - a_i h_i - a_i e_i^2) / 2 + sum_u delta_uk (beta_u - c_u^2)
//   y_k = S_k q,  in row i  -rho_ik e_i + 2 sum_t delta_tk x_t c_t
//   Hessian: q' S_k B S_l q = y_k' A y_l - g_k' M^-1 g_l,  g_k = Lambda Z'A y_k,
//            less what the second derivatives of S make of e_i^2 and c_u^2: rho's curvature a_i e_i^2 / 2, 2 delta_uk delta_ul c_u^2,
//            and the change of the gradient's h_i and beta_u in direction l: elimination.ts, row-inverse.ts, roots.ts
//   cross: X' B S_k q = E' A y_k

import { Field, Order } from "../../abi";
import { add, clear, copy, read, write } from "../../accumulate";
import { addTrace, whiten } from "../../restricted";
import { at, get } from "../../room";
import { solveHalf } from "../../sparse/solve";
import { changeFactors, changeSelected, precisions, select } from "./elimination";
import { deltaOf, rowCurvature, rowRate } from "./rates";
import { addRootChanges, isOfRoots } from "./roots";
import { levelOf, work } from "./work";

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
}

/** C and E of r in the place of y's, and the scores. */
function takeResiduals(problem: usize): void {
  const p = get(problem, Field.P);
  const beta = at(problem, Field.Beta);
  for (let u = 0; u < work.levels; u++) takeRow(problem, work.C, work.scoresC, u, p, beta);
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
    const c = read(work.C, u * (p + 1) + p);
    sum += c * c;
  }
  add(at(problem, Field.Sums), 1, sum);
}

/** z_u' B r, z_u' B z_u and z_u' B X. */
function levelResults(problem: usize): void {
  const p = get(problem, Field.P);
  const score = at(problem, Field.LevelScore) + work.levelOffset;
  const inverse = at(problem, Field.LevelInverse) + work.levelOffset;
  const solved = at(problem, Field.LevelSolved) + work.levelOffset * <usize>p;
  for (let u = 0; u < work.levels; u++) {
    const omega = read(work.omega, u);
    const c = work.C + ((<usize>(u * (p + 1))) << 3);
    write(score, u, read(c, p) / omega);
    write(inverse, u, read(work.beta, u) / omega / omega);
    for (let j = 0; j < p; j++) write(solved, u * p + j, read(c, j) / omega);
  }
}

/** The sum of squares of the scores of a row or a level. */
function squaresOf(scores: usize, i: i32): f64 {
  let sum: f64 = 0;
  for (let s = 0; s < work.scores; s++) {
    const x = read(scores, i * work.scores + s);
    sum += x * x;
  }
  return sum;
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
    const left = weightOf(problem, i) - ai * (read(shared, i) + squaresOf(work.scoresE, i));
    for (let k = 0; k < ofRows; k++) add(gradient, k, -0.5 * rowRate(problem, i, k) * left);
  }
  for (let u = 0; u < work.levels; u++) {
    const left = read(work.beta, u) - squaresOf(work.scoresC, u);
    for (let k = ofRows; k < work.scales; k++) add(gradient, k, deltaOf(problem, u, k) * left);
  }
}

function weightOf(problem: usize, i: i32): f64 {
  return get(problem, Field.Weighted) != 0 ? read(at(problem, Field.Weights) + work.rowOffset, i) : 1;
}

function addHessian(problem: usize): void {
  const ofRows = work.ofRows;
  addProducts(problem);
  addLevelSquares(problem);
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

/** Of rows all but the traces; then -g_k' M^-1 g_l. */
function addProducts(problem: usize): void {
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const ofRows = work.ofRows;
  const scales = work.scales;
  const scores = work.scores;
  const terms = work.terms;
  const width = scales * scores;
  const bytes = (<usize>width) << 3;
  const a = precisions(problem);
  const omega = work.omega;
  const hessian = at(problem, Field.ThetaHessian);
  const cross = at(problem, Field.CrossHessian);
  const products = work.products;
  // the layout that sparseVectors() makes room for
  const y = at(problem, Field.Vectors);
  memory.fill(products, 0, <usize>work.levels * bytes);
  let own = work.E;
  for (let i = 0; i < work.rows; i++) {
    const ai = read(a, i);
    rowProducts(problem, i, y);
    for (let t = 0; t < terms; t++) {
      const u = levelOf(i, t);
      if (u < 0) continue;
      const scale = ai * read(omega, u);
      const g = products + <usize>u * bytes;
      for (let k = 0; k < width; k++) add(g, k, scale * read(y, k));
    }
    const squares = squaresOf(work.scoresE, i);
    for (let k = 0; k < scales; k++) {
      const yk = y + ((<usize>(k * scores)) << 3);
      const ay = ai * read(yk, 0);
      for (let j = 0; j < p; j++) add(cross, j * q + k, ay * read(own, j));
      for (let l = 0; l <= k; l++) {
        let sum = inner(yk, y + ((<usize>(l * scores)) << 3), scores);
        if (k < ofRows) sum -= 0.5 * rowCurvature(problem, i, k, l) * squares;
        add(hessian, k * q + l, ai * sum);
      }
    }
    own += (<usize>(p + 1)) << 3;
    if (scores == 1) continue;
    const gamma = work.scoresE + ((<usize>(i * scores + 1)) << 3);
    for (let k = 0; k < ofRows; k++) addTrace(problem, k, -rowRate(problem, i, k) * ai, gamma, gamma);
  }
  solveHalf(products, width, work.factors, work.nodes);
  for (let u = 0; u < work.levels; u++) {
    const g = products + <usize>u * bytes;
    for (let k = 0; k < scales; k++) {
      const gk = g + ((<usize>(k * scores)) << 3);
      for (let l = 0; l <= k; l++)
        add(hessian, k * q + l, -inner(gk, g + ((<usize>(l * scores)) << 3), scores));
    }
  }
}

/** y_ik of all k and scores. */
function rowProducts(problem: usize, i: i32, y: usize): void {
  const ofRows = work.ofRows;
  const scores = work.scores;
  const scales = work.scales;
  const terms = work.terms;
  const column = (<usize>get(problem, Field.Levels)) << 3;
  const U = at(problem, Field.U) + work.levelOffset;
  const e = work.scoresE + ((<usize>(i * scores)) << 3);
  for (let k = 0; k < ofRows; k++) {
    const rate = -rowRate(problem, i, k);
    for (let s = 0; s < scores; s++) write(y, k * scores + s, rate * read(e, s));
  }
  y += (<usize>(ofRows * scores)) << 3;
  clear(y, (scales - ofRows) * scores);
  for (let t = 0; t < terms; t++) {
    const u = levelOf(i, t);
    if (u < 0) continue;
    const c = work.scoresC + ((<usize>(u * scores)) << 3);
    const twice = 2 * read(work.omega, u);
    let delta = U + ((<usize>u) << 3);
    for (let k = 0; k < scales - ofRows; k++) {
      const scale = twice * load<f64>(delta);
      delta += column;
      if (scale == 0) continue;
      for (let s = 0; s < scores; s++) add(y, k * scores + s, scale * read(c, s));
    }
  }
}

function inner(a: usize, b: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (let s = 0; s < n; s++) sum += read(a, s) * read(b, s);
  return sum;
}

/** -2 delta_uk delta_ul c_u^2, and the levels' part of Gamma' S_k Gamma. */
function addLevelSquares(problem: usize): void {
  const q = get(problem, Field.Q);
  const ofRows = work.ofRows;
  const hessian = at(problem, Field.ThetaHessian);
  for (let u = 0; u < work.levels; u++) {
    const squares = squaresOf(work.scoresC, u);
    const gamma = work.scoresC + ((<usize>(u * work.scores + 1)) << 3);
    for (let k = ofRows; k < work.scales; k++) {
      const dk = deltaOf(problem, u, k);
      if (dk == 0) continue;
      for (let l = ofRows; l <= k; l++) add(hessian, k * q + l, -2 * dk * deltaOf(problem, u, l) * squares);
      if (work.scores > 1) addTrace(problem, k, 2 * dk, gamma, gamma);
    }
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

/** Doubles worked in at Field.Vectors: y_k of one row. */
export function sparseVectors(scales: u64, scores: u64): u64 {
  return scales * scores;
}
