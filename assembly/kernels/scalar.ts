// Clusters of one row: V is diagonal and nothing ties the row to another.
//
//   t = v + sigma^2,   -log L = 1/2 sum w (log t + r^2 / t)          r = y - X beta
//
// with u = log sigma, a = sigma^2 / t and e = r^2 / t:
//   d/du       =  w a (1 - e)                        d2/du2    =  2 d/du + w a^2 (4 e - 2)
//   d2/dmu du  =  2 w a r / t                        d2/dmu2   =  w / t
//
// With the restricted likelihood e becomes e + x_i' A^-1 x_i / t in the first two (scalar-restricted.ts).
//
// Cost O(rows (p + q)^2). Rows go in chunks that stay in L1; within a chunk every step is one pass over two lanes, so
// nothing is called per row.

import { Field, Order, Status } from "../abi";
import { add } from "../accumulate";
import { isRestricted } from "../restricted";
import { at, get, set } from "../room";
import { axpy } from "../simd/axpy";
import { columnDots, weightedColumnDots } from "../simd/column-dots";
import { LogLanes } from "../simd/log";
import { multiply } from "../simd/multiply";
import { logLinearVariances } from "./log-linear";
import { addLeverage } from "./scalar-restricted";

/** Rows a chunk, an even number: six vectors of 256 doubles are 12 kB, less than half of any L1 cache. */
export const CHUNK: i32 = 256;

/** Vectors of a chunk that are in use at the same time; with the restricted likelihood p more (scalar-restricted.ts). */
export const SCALAR_VECTORS: i32 = 6;

const SMALLEST_NORMAL: f64 = 2.2250738585072014e-308;
const MANTISSA: i64 = 0x000fffffffffffff;
const EXPONENT_BIAS: i64 = 1023;

/**
 * sigma^2, 1 / (v + sigma^2) and weight / (v + sigma^2) of rows start .. start + m - 1, m even.
 * Returns the sum of weight log(v + sigma^2), NaN when some variance is not positive (BadRow is then set).
 */
export function rowVariances(problem: usize, start: i32, m: i32): f64 {
  const weighted = get(problem, Field.Weighted) != 0;
  const offset = (<usize>start) << 3;
  const bytes = (<usize>m) << 3;
  const sigma2 = at(problem, Field.Sigma2) + offset;
  const inverse = at(problem, Field.Inverse) + offset;
  const weightedInverse = at(problem, Field.WeightedInverse) + offset;
  const v = at(problem, Field.V) + offset;
  const weights = at(problem, Field.Weights) + offset;

  modelVariances(problem, start, m);
  // log t of many rows is the log of one product: exponents are summed, and mantissas in [1, 2) multiplied
  let normal = i64x2.splat(-1);
  let mantissas = f64x2.splat(1);
  let exponents = i64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const t = f64x2.add(v128.load(v + i), v128.load(sigma2 + i));
    normal = v128.and(normal, f64x2.ge(t, f64x2.splat(SMALLEST_NORMAL)));
    normal = v128.and(normal, f64x2.lt(t, f64x2.splat(Infinity)));
    v128.store(inverse + i, f64x2.div(f64x2.splat(1), t));
    exponents = i64x2.add(exponents, i64x2.shr_u(t, 52));
    mantissas = f64x2.mul(mantissas, v128.or(v128.and(t, i64x2.splat(MANTISSA)), f64x2.splat(1)));
  }
  if (weighted) multiply(at(problem, Field.WeightedInverse) + offset, weights, inverse, m);
  if (weighted || !i64x2.all_true(normal)) return sumOfLogs(problem, start, m, weighted);
  const logs = LogLanes.of(mantissas);
  const powers = i64x2.extract_lane(exponents, 0) + i64x2.extract_lane(exponents, 1) - EXPONENT_BIAS * <i64>m;
  return f64x2.extract_lane(logs, 0) + f64x2.extract_lane(logs, 1) + <f64>powers * Math.LN2;
}

/** The sum of weight log(v + sigma^2), row by row. */
function sumOfLogs(problem: usize, start: i32, m: i32, weighted: bool): f64 {
  const offset = (<usize>start) << 3;
  const bytes = (<usize>m) << 3;
  const sigma2 = at(problem, Field.Sigma2) + offset;
  const v = at(problem, Field.V) + offset;
  const weights = at(problem, Field.Weights) + offset;
  let positive = i64x2.splat(-1);
  let logs = f64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const t = f64x2.add(v128.load(v + i), v128.load(sigma2 + i));
    positive = v128.and(positive, f64x2.gt(t, f64x2.splat(0)));
    const logT = LogLanes.of(t);
    logs = f64x2.add(logs, weighted ? f64x2.mul(v128.load(weights + i), logT) : logT);
  }
  if (!i64x2.all_true(positive)) {
    set(problem, Field.BadRow, start + firstNotPositive(v, sigma2, m));
    return NaN;
  }
  return f64x2.extract_lane(logs, 0) + f64x2.extract_lane(logs, 1);
}

/** sigma^2 = exp(2 (offset + W gamma)) of rows start .. start + m - 1. */
export function modelVariances(problem: usize, start: i32, m: i32): void {
  const offset = (<usize>start) << 3;
  logLinearVariances(
    at(problem, Field.Sigma2) + offset,
    at(problem, Field.LogSigmaOffset) + offset,
    at(problem, Field.W) + offset,
    get(problem, Field.Rows),
    at(problem, Field.Theta),
    get(problem, Field.QSigma),
    m,
  );
}

/** Adds the scalar rows' log|Sigma|, X' Sigma^-1 X and X' Sigma^-1 y. */
export function scalarLocation(problem: usize): i32 {
  const n = get(problem, Field.ScalarRows);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const p = get(problem, Field.P);
  const gram = at(problem, Field.LocationHessian);
  const right = at(problem, Field.LocationRight);
  let logDet: f64 = 0;

  for (let start = 0; start < n; start += CHUNK) {
    const m = min(CHUNK, n - start);
    logDet += rowVariances(problem, start, m);
    if (isNaN(logDet)) return Status.NotPositiveDefinite;

    const offset = (<usize>start) << 3;
    const weightedInverse = at(problem, Field.WeightedInverse) + offset;
    const y = at(problem, Field.Y) + offset;
    const x = at(problem, Field.X) + offset;
    weightedColumnDots(weightedInverse, y, x, stride, p, m, right);
    for (let j = 0; j < p; j++) {
      const row = gram + ((<usize>(j * p)) << 3);
      weightedColumnDots(weightedInverse, x + <usize>j * stride, x, stride, j + 1, m, row);
    }
  }
  add(at(problem, Field.Sums), 0, logDet);
  return Status.Ok;
}

function firstNotPositive(v: usize, sigma2: usize, m: i32): i32 {
  for (let i = 0; i < m; i++) {
    const offset = (<usize>i) << 3;
    if (!(load<f64>(v + offset) + load<f64>(sigma2 + offset) > 0)) return i;
  }
  return 0;
}

/** Adds the scalar rows' r' Sigma^-1 r and, by order, their derivatives in theta. Beta has been solved for. */
export function scalarScale(problem: usize, order: i32): void {
  const n = get(problem, Field.ScalarRows);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const p = get(problem, Field.P);
  const qSigma = get(problem, Field.QSigma);
  const q = get(problem, Field.Q);
  const weighted = get(problem, Field.Weighted) != 0;
  const restricted = isRestricted(problem);
  const beta = at(problem, Field.Beta);
  const gradient = at(problem, Field.Gradient);
  const slope = at(problem, Field.LocationGradient);
  const hessian = at(problem, Field.ThetaHessian);
  const cross = at(problem, Field.CrossHessian);

  const vector: usize = (<usize>CHUNK) << 3;
  const residual = at(problem, Field.Vectors);
  const first = residual + vector; // d/du
  const second = first + vector; // d2/du2
  const mixed = second + vector; // d2/dmu du
  const product = mixed + vector;
  const negativeSolved = product + vector; // -Sigma^-1 r
  let quadratic: f64 = 0;

  for (let start = 0; start < n; start += CHUNK) {
    const m = min(CHUNK, n - start);
    const offset = (<usize>start) << 3;
    const x = at(problem, Field.X) + offset;
    const w = at(problem, Field.W) + offset;

    memory.copy(residual, at(problem, Field.Y) + offset, (<usize>m) << 3);
    for (let j = 0; j < p; j++)
      axpy(residual, -load<f64>(beta + ((<usize>j) << 3)), x + <usize>j * stride, m);

    const sigma2 = at(problem, Field.Sigma2) + offset;
    const inverse = at(problem, Field.Inverse) + offset;
    const weightedInverse = at(problem, Field.WeightedInverse) + offset;
    const weights = at(problem, Field.Weights) + offset;
    let sum = f64x2.splat(0);
    const bytes = (<usize>m) << 3;
    for (let i: usize = 0; i < bytes; i += 16) {
      const r = v128.load(residual + i);
      const inv = v128.load(inverse + i);
      const winv = v128.load(weightedInverse + i);
      const solved = f64x2.mul(winv, r);
      sum = f64x2.add(sum, f64x2.mul(solved, r));
      if (order > Order.Value) {
        v128.store(negativeSolved + i, f64x2.neg(solved));
        const a = f64x2.mul(v128.load(sigma2 + i), inv);
        const e = f64x2.mul(f64x2.mul(r, r), inv);
        const wa = weighted ? f64x2.mul(v128.load(weights + i), a) : a;
        const d1 = f64x2.mul(wa, f64x2.sub(f64x2.splat(1), e));
        const curvature = f64x2.sub(f64x2.mul(f64x2.splat(4), e), f64x2.splat(2));
        v128.store(first + i, d1);
        v128.store(second + i, f64x2.add(f64x2.add(d1, d1), f64x2.mul(f64x2.mul(wa, a), curvature)));
        v128.store(mixed + i, f64x2.mul(f64x2.add(a, a), solved));
      }
    }
    quadratic += f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    if (order == Order.Value) continue;

    columnDots(negativeSolved, x, stride, p, m, slope);
    if (restricted)
      addLeverage(problem, start, m, order, first, second, residual, product, negativeSolved + vector);
    columnDots(first, w, stride, qSigma, m, gradient);
    if (order == Order.Gradient) continue;
    for (let k = 0; k < qSigma; k++) {
      const wk = w + <usize>k * stride;
      weightedColumnDots(second, wk, w, stride, k + 1, m, hessian + ((<usize>(k * q)) << 3));
      weightedColumnDots(mixed, wk, x, stride, p, m, cross + ((<usize>k) << 3), (<usize>q) << 3);
    }
  }
  add(at(problem, Field.Sums), 1, quadratic);
}
