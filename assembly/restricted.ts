// What the restricted likelihood (Patterson & Thompson 1971) adds to the profiled one:
//
//   f_R = f + 1/2 log|A|,   A = X' B X = L L',   B = Sigma^-1
//
// Its derivatives are those of f with one more kind of score. With the q = B r of f and the p columns of Gamma = B X L^-T,
//
//   P = B - Gamma Gamma'
//   df_R/de     = (tr(B E_e) - q' E_e q - tr(Gamma' E_e Gamma)) / 2
//   d2f_R/de df = -tr(B E_e B E_f) / 2 + q' E_e B E_f q + tr(Gamma' E_e B E_f Gamma) - tr(M_e M_f) / 2,
//   M_e         = Gamma' E_e Gamma
//
// so that the kernels put q q' + Gamma Gamma' where f has q q', and the last term is one trace for all of them: each
// adds its part of M_k = sum_e D_ek M_e to Field.Traces. The derivatives in beta have q alone, as in f.
// A weight does not go with this: it would make of Gamma something else.

import { Field } from "./abi";
import { add, read } from "./accumulate";
import { at, get } from "./room";
import { log } from "./simd/log";

export function isRestricted(problem: usize): bool {
  return get(problem, Field.Reml) != 0;
}

/** How many vectors of scores there are: q, and with the restricted likelihood Gamma's columns after it. */
export function scoreColumns(problem: usize): i32 {
  return isRestricted(problem) ? get(problem, Field.P) + 1 : 1;
}

/** x := L^-1 x, p contiguous doubles. */
export function whiten(problem: usize, x: usize, p: i32): void {
  let row = at(problem, Field.LocationFactor);
  for (let j = 0; j < p; j++) {
    let sum = read(x, j);
    for (let k = 0; k < j; k++) sum -= read(row, k) * read(x, k);
    store<f64>(x + ((<usize>j) << 3), sum / read(row, j));
    row += (<usize>p) << 3;
  }
}

/** M_k += d (a b' + b a') / 2 for p-vectors a and b, lower triangle. */
export function addTrace(problem: usize, k: i32, d: f64, a: usize, b: usize): void {
  const p = get(problem, Field.P);
  const M = traceMatrix(problem, k);
  for (let i = 0; i < p; i++) {
    const ai = 0.5 * d * read(a, i);
    const bi = 0.5 * d * read(b, i);
    for (let j = 0; j <= i; j++) add(M, i * p + j, ai * read(b, j) + bi * read(a, j));
  }
}

/** Address of M_k. */
export function traceMatrix(problem: usize, k: i32): usize {
  const p = <usize>get(problem, Field.P);
  return at(problem, Field.Traces) + ((<usize>k * p * p) << 3);
}

/** Adds -tr(M_k M_l) / 2 to the lower triangle of the Hessian in theta. */
export function addTraceProducts(problem: usize): void {
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const hessian = at(problem, Field.ThetaHessian);
  for (let k = 0; k < q; k++) {
    const Mk = traceMatrix(problem, k);
    for (let l = 0; l <= k; l++) {
      const Ml = traceMatrix(problem, l);
      let sum: f64 = 0;
      for (let i = 0; i < p; i++) {
        for (let j = 0; j < i; j++) sum += read(Mk, i * p + j) * read(Ml, i * p + j);
        sum += 0.5 * read(Mk, i * p + i) * read(Ml, i * p + i);
      }
      add(hessian, k * q + l, -sum);
    }
  }
}

/** log|A| / 2 */
export function halfLogDet(problem: usize): f64 {
  const p = get(problem, Field.P);
  const factor = at(problem, Field.LocationFactor);
  let sum: f64 = 0;
  for (let j = 0; j < p; j++) sum += log(read(factor, j * (p + 1)));
  return sum;
}
