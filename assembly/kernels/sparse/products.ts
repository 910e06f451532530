// The Hessian of half the quadratic form, and the cross Hessian. With e, c, b = P c of r (levels.ts; with the restricted likelihood
// those of X_d L^-T, too, whose sums are added), r'B r = e'A e + c'b is the minimum over u of
//
//   (r - X u)'A (r - X u) + u'P u,    at u = c
//
// so that its second derivatives are those of the sum at fixed u, less what the minimum moves. For coefficients of phi and sigma
//
//   y_k in row i  -rho_ik e_i,   w_k = X'A y_k:   y_k' A y_l - w_k' G w_l - rho's curvature a_i e_i^2 / 2
//
// For SDs, D_k = diag(delta_k), both parts have N = X'A X, which cancels: with G N = I - G P there are left
//
//   t_k = D_k c,   -w_k = P t_k + D_k b:   -w_k' t_l - w_k' G w_l
//
// -w_k' G w_l for one of each kind, and of the cross Hessian E_X' A y_k and -C_X' w_k. No sum over rows has an omega in it, and none
// is too large or too small.

import { Field } from "../../abi";
import { add, addScaled, read, write } from "../../accumulate";
import { addTrace } from "../../restricted";
import { at, get } from "../../room";
import { solveHalf } from "../../sparse/solve";
import { precisions } from "./elimination";
import { timesPrecision } from "./levels";
import { deltaOf, rowCurvature, rowRate } from "./rates";
import { levelOf, slopeOf, work } from "./work";

/** Adds the one to the lower triangle at `hessian`, and the cross Hessian to its field. */
export function addProducts(problem: usize, hessian: usize): void {
  const q = get(problem, Field.Q);
  const scales = work.scales;
  const scores = work.scores;
  const width = scales * scores;
  const bytes = (<usize>width) << 3;
  memory.fill(work.products, 0, <usize>work.levels * bytes);
  if (work.ofRows > 0) addRowProducts(problem, hessian);
  if (scales > work.ofRows) addLevelProducts(problem, hessian);
  solveHalf(work.products, width, work.factors, work.nodes);
  let w = work.products;
  for (let u = 0; u < work.levels; u++) {
    for (let k = 0; k < scales; k++) {
      const wk = w + ((<usize>(k * scores)) << 3);
      for (let l = 0; l <= k; l++)
        add(hessian, k * q + l, -inner(wk, w + ((<usize>(l * scores)) << 3), scores));
    }
    w += bytes;
  }
}

/** w_k of phi and sigma, and what rows have of their Hessian. */
function addRowProducts(problem: usize, hessian: usize): void {
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const ofRows = work.ofRows;
  const scores = work.scores;
  const terms = work.terms;
  const width = ofRows * scores;
  const bytes = (<usize>(work.scales * scores)) << 3;
  const a = precisions(problem);
  const cross = at(problem, Field.CrossHessian);
  // the layout that sparseVectors() makes room for
  const y = at(problem, Field.Vectors);
  let own = work.E;
  let e = work.scoresE;
  for (let i = 0; i < work.rows; i++) {
    const ai = read(a, i);
    for (let k = 0; k < ofRows; k++) {
      const rate = -rowRate(problem, i, k);
      for (let s = 0; s < scores; s++) write(y, k * scores + s, rate * read(e, s));
    }
    for (let t = 0; t < terms; t++) {
      const u = levelOf(i, t);
      if (u >= 0) addScaled(work.products + <usize>u * bytes, ai * slopeOf(i, t), y, width);
    }
    const square = inner(e, e, scores);
    for (let k = 0; k < ofRows; k++) {
      const yk = y + ((<usize>(k * scores)) << 3);
      const ay = ai * read(yk, 0);
      for (let j = 0; j < p; j++) add(cross, j * q + k, ay * read(own, j));
      for (let l = 0; l <= k; l++) {
        const product = inner(yk, y + ((<usize>(l * scores)) << 3), scores);
        add(hessian, k * q + l, ai * (product - 0.5 * rowCurvature(problem, i, k, l) * square));
      }
      if (scores > 1) addTrace(problem, k, -rowRate(problem, i, k) * ai, e + 8, e + 8);
    }
    own += (<usize>(p + 1)) << 3;
    e += (<usize>scores) << 3;
  }
}

/** w_k of SDs, and what levels have of their Hessian. */
function addLevelProducts(problem: usize, hessian: usize): void {
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const ofRows = work.ofRows;
  const scores = work.scores;
  const sds = work.scales - ofRows;
  const scoreBytes = (<usize>scores) << 3;
  const cross = at(problem, Field.CrossHessian);
  takeMoved(problem, sds);
  if (work.PT != work.T) timesPrecision(work.PT, work.T, sds * scores);
  let T = work.T;
  let PT = work.PT;
  let w = work.products + <usize>ofRows * scoreBytes;
  let b = work.scoresPC;
  let c = work.scoresC;
  let ofDesign = work.C;
  for (let u = 0; u < work.levels; u++) {
    for (let k = 0; k < sds; k++) {
      const delta = deltaOf(problem, u, ofRows + k);
      if (delta == 0 && work.PT == work.T) continue;
      const place = <usize>k * scoreBytes;
      const wk = w + place;
      addScaled(wk, -1, PT + place, scores);
      addScaled(wk, -delta, b, scores);
      for (let j = 0; j < p; j++) add(cross, j * q + ofRows + k, -read(wk, 0) * read(ofDesign, j));
      for (let l = 0; l <= k; l++)
        add(hessian, (ofRows + k) * q + ofRows + l, -inner(wk, T + <usize>l * scoreBytes, scores));
      if (scores > 1) addTrace(problem, ofRows + k, 2 * delta, b + 8, c + 8);
    }
    T += <usize>sds * scoreBytes;
    PT += <usize>sds * scoreBytes;
    w += <usize>work.scales * scoreBytes;
    b += scoreBytes;
    c += scoreBytes;
    ofDesign += (<usize>(p + 1)) << 3;
  }
}

/** t_k of all SDs and scores. */
function takeMoved(problem: usize, sds: i32): void {
  const scores = work.scores;
  let place: i32 = 0;
  let c = work.scoresC;
  for (let u = 0; u < work.levels; u++) {
    for (let k = 0; k < sds; k++) {
      const delta = deltaOf(problem, u, work.ofRows + k);
      for (let s = 0; s < scores; s++) write(work.T, place++, delta * read(c, s));
    }
    c += (<usize>scores) << 3;
  }
}

/** The inner product of the scores of a row or a level in two arrays. */
export function productOf(scores: usize, others: usize, i: i32): f64 {
  const bytes = (<usize>(i * work.scores)) << 3;
  return inner(scores + bytes, others + bytes, work.scores);
}

function inner(a: usize, b: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (let s = 0; s < n; s++) sum += read(a, s) * read(b, s);
  return sum;
}

/** Doubles worked in at Field.Vectors: y_k of one row. */
export function sparseVectors(ofRows: u64, scores: u64): u64 {
  return ofRows * scores;
}
