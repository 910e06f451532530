// Rows whose V is diagonal: their precision 1 / (phi v + sigma^2), a chunk at a time.

import { Field } from "../abi";
import { at, get, set } from "../room";
import { LogLanes } from "../simd/log";
import { multiply } from "../simd/multiply";
import { modelVariances } from "./variances";

/** Rows a chunk, an even number: six vectors of 256 doubles are 12 kB, less than half of any L1 cache. */
export const CHUNK: i32 = 256;

const SMALLEST_NORMAL: f64 = 2.2250738585072014e-308;
const MANTISSA: i64 = 0x000fffffffffffff;
const EXPONENT_BIAS: i64 = 1023;

/**
 * sigma^2, phi v, 1 / (phi v + sigma^2) and weight / (phi v + sigma^2) of rows start .. start + m - 1, m even.
 * Returns the sum of weight log(phi v + sigma^2), NaN when some variance is not positive (BadRow is then set).
 */
export function rowPrecisions(problem: usize, start: i32, m: i32): f64 {
  const weighted = get(problem, Field.Weighted) != 0;
  const offset = (<usize>start) << 3;
  const bytes = (<usize>m) << 3;
  const sigma2 = at(problem, Field.Sigma2) + offset;
  const inverse = at(problem, Field.Inverse) + offset;
  const weightedInverse = at(problem, Field.WeightedInverse) + offset;
  const v = at(problem, Field.ScaledV) + offset;
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

/** The sum of weight log(phi v + sigma^2), row by row. */
function sumOfLogs(problem: usize, start: i32, m: i32, weighted: bool): f64 {
  const offset = (<usize>start) << 3;
  const bytes = (<usize>m) << 3;
  const sigma2 = at(problem, Field.Sigma2) + offset;
  const v = at(problem, Field.ScaledV) + offset;
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

function firstNotPositive(v: usize, sigma2: usize, m: i32): i32 {
  for (let i = 0; i < m; i++) {
    const offset = (<usize>i) << 3;
    if (!(load<f64>(v + offset) + load<f64>(sigma2 + offset) > 0)) return i;
  }
  return 0;
}
