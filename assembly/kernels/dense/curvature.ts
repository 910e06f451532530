// K of the dense clusters' entries (derivatives.ts has the notation). Each entry is met once, with all those before it: its
// row of K is written to work.K and multiplied into the columns of D.

import { Field } from "../../abi";
import { add, read, write } from "../../accumulate";
import { addTrace } from "../../restricted";
import { at, get } from "../../room";
import { axpy } from "../../simd/axpy";
import { dot } from "../../simd/dot";
import { work } from "./work";

/**
 * K[first + j] = weight b_j (work.product(e, first + j) - b_j / 2), j < n: entries that are all of the form x x', e one of
 * them.
 */
export function squaresRow(b: usize, first: i32, e: i32, weight: f64, n: i32): void {
  const skip = (<usize>first) << 3;
  const K = work.K + skip;
  const scores = work.scores;
  const bytes = (<usize>work.entries) << 3;
  let column = work.t;
  if (scores == 1) {
    ownScoreRow(K, b, column + skip, read(column, e), weight, n);
    return;
  }
  memory.fill(K, 0, (<usize>n) << 3);
  for (let c = 0; c < scores; c++) {
    axpy(K, read(column, e), column + skip, n);
    column += bytes;
  }
  allScoresRow(K, b, n);
}

/** K[j] = b_j (K[j] - b_j / 2), j < n */
function allScoresRow(K: usize, b: usize, n: i32): void {
  for (let j = 0; j < n; j++) {
    const bj = read(b, j);
    write(K, j, bj * (read(K, j) - 0.5 * bj));
  }
}

/** K[j] = weight b_j (t t_j - b_j / 2), j < n */
function ownScoreRow(K: usize, b: usize, t: usize, own: f64, weight: f64, n: i32): void {
  const ownLanes = f64x2.splat(own);
  const half = f64x2.splat(0.5);
  const scale = f64x2.splat(weight);
  let j: usize = 0;
  const pairs = (<usize>(n & ~1)) << 3;
  for (; j < pairs; j += 16) {
    const bj = v128.load(b + j);
    const inner = f64x2.sub(f64x2.mul(ownLanes, v128.load(t + j)), f64x2.mul(half, bj));
    v128.store(K + j, f64x2.mul(f64x2.mul(scale, bj), inner));
  }
  if (n & 1) {
    const bj = load<f64>(b + j);
    store<f64>(K + j, weight * bj * (own * load<f64>(t + j) - 0.5 * bj));
  }
}

/** Hessian += what entry e adds: K_ef with each f < e twice, as (e, f) and (f, e), and K_ee once. */
export function addCurvature(problem: usize, e: i32, own: f64): void {
  const q = get(problem, Field.Q);
  const hessian = at(problem, Field.ThetaHessian);
  const K = work.K;
  const D = work.D;
  const entries = work.entries;
  for (let k = 0; k < q; k++) {
    const column = D + ((<usize>k * <usize>entries) << 3);
    const left = dot(K, column, e);
    const dk = read(column, e);
    for (let l = 0; l < q; l++) {
      const dl = read(D, l * entries + e);
      if (l <= k) add(hessian, k * q + l, left * dl + own * dk * dl);
      if (l >= k) add(hessian, l * q + k, left * dl);
    }
  }
}

/** What row or level e adds to the M_k of the restricted likelihood. */
export function addTraces(problem: usize, e: i32): void {
  if (work.scores == 1) return;
  const q = get(problem, Field.Q);
  const D = work.D;
  const entries = work.entries;
  const g = work.gamma + ((<usize>(e * (work.scores - 1))) << 3);
  for (let k = 0; k < q; k++) {
    const d = read(D, k * entries + e);
    if (d != 0) addTrace(problem, k, d, g, g);
  }
}
