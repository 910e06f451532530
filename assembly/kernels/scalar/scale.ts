// Clusters of one row: V is diagonal and nothing ties the row to another.
//
//   t = phi v + sigma^2,   -log L = 1/2 sum w (log t + r^2 / t)          r = y - X beta
//
// t has two parts: sigma^2 and phi v, of which the latter is in theta where V is known up to multipliers. With u half the log
// of a part, a its share of t, and e = r^2 / t:
//   d/du       =  w a (1 - e)                        d2/du2     =  2 d/du + w a^2 (4 e - 2)
//   d2/dmu du  =  2 w a r / t                        d2/dmu2    =  w / t
//                                                    d2/du du'  =  w a a' (4 e - 2), u' of the other part
//
// With the restricted likelihood e becomes e + x_i' A^-1 x_i / t in all but d2/dmu du (leverage.ts).
//
// Cost O(rows (p + q)^2). Rows go in chunks that stay in L1; within a chunk every step is one pass over two lanes, so
// nothing is called per row.

import { Field, Order } from "../../abi";
import { add } from "../../accumulate";
import { isRestricted } from "../../restricted";
import { at, get, isProportional } from "../../room";
import { axpy } from "../../simd/axpy";
import { columnDots, weightedColumnDots } from "../../simd/column-dots";
import { CHUNK } from "../precisions";
import { addLeverage } from "./leverage";
import { RowPart } from "./row-parts";
import { FIRST, MIXED, PRODUCT, SECOND, SOLVED } from "./vectors";

/** Adds the scalar rows' r' Sigma^-1 r and, by order, their derivatives in theta. Beta has been solved for. */
export function scalarScale(problem: usize, order: i32): void {
  const n = get(problem, Field.ScalarRows);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const p = get(problem, Field.P);
  const proportional = isProportional(problem);
  const beta = at(problem, Field.Beta);
  const slope = at(problem, Field.LocationGradient);
  const residual = at(problem, Field.Vectors);
  const sigma = RowPart.sigma(problem);
  const phi = RowPart.phi(problem);
  let quadratic: f64 = 0;

  for (let start = 0; start < n; start += CHUNK) {
    const m = min(CHUNK, n - start);
    const offset = (<usize>start) << 3;
    const x = at(problem, Field.X) + offset;

    memory.copy(residual, at(problem, Field.Y) + offset, (<usize>m) << 3);
    for (let j = 0; j < p; j++)
      axpy(residual, -load<f64>(beta + ((<usize>j) << 3)), x + <usize>j * stride, m);

    quadratic += differentiate(problem, start, m, order, sigma);
    if (order == Order.Value) continue;
    columnDots(residual + SOLVED, x, stride, p, m, slope);
    addSums(problem, start, m, order, sigma);
    if (!proportional) continue;
    if (order == Order.Hessian) addSumsOfBoth(problem, start, m, sigma, phi);
    differentiate(problem, start, m, order, phi);
    addSums(problem, start, m, order, phi);
  }
  add(at(problem, Field.Sums), 1, quadratic);
}

/** r' Sigma^-1 r of rows start .. start + m - 1; by order, leaves behind their derivatives in u of a part. */
function differentiate(problem: usize, start: i32, m: i32, order: i32, part: RowPart): f64 {
  const offset = (<usize>start) << 3;
  const weighted = get(problem, Field.Weighted) != 0;
  const variances = part.variances + offset;
  const inverse = at(problem, Field.Inverse) + offset;
  const weightedInverse = at(problem, Field.WeightedInverse) + offset;
  const weights = at(problem, Field.Weights) + offset;
  const residual = at(problem, Field.Vectors);
  const first = residual + FIRST;
  const second = residual + SECOND;
  const mixed = residual + MIXED;
  const negativeSolved = residual + SOLVED;
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
      const a = f64x2.mul(v128.load(variances + i), inv);
      const e = f64x2.mul(f64x2.mul(r, r), inv);
      const wa = weighted ? f64x2.mul(v128.load(weights + i), a) : a;
      const d1 = f64x2.mul(wa, f64x2.sub(f64x2.splat(1), e));
      const curvature = f64x2.sub(f64x2.mul(f64x2.splat(4), e), f64x2.splat(2));
      v128.store(first + i, d1);
      v128.store(second + i, f64x2.add(f64x2.add(d1, d1), f64x2.mul(f64x2.mul(wa, a), curvature)));
      v128.store(mixed + i, f64x2.mul(f64x2.add(a, a), solved));
    }
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Adds what these derivatives are in the part's coefficients. */
function addSums(problem: usize, start: i32, m: i32, order: i32, part: RowPart): void {
  const offset = (<usize>start) << 3;
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const x = at(problem, Field.X) + offset;
  const w = part.design + offset;
  const columns = part.columns;
  const from = (<usize>part.from) << 3;
  const cross = at(problem, Field.CrossHessian) + from;
  const hessian = at(problem, Field.ThetaHessian) + <usize>q * from + from;
  const vectors = at(problem, Field.Vectors);
  if (isRestricted(problem)) addLeverage(problem, start, m, order, part);
  columnDots(vectors + FIRST, w, stride, columns, m, at(problem, Field.Gradient) + from);
  if (order == Order.Gradient) return;
  for (let k = 0; k < columns; k++) {
    const wk = w + <usize>k * stride;
    weightedColumnDots(vectors + SECOND, wk, w, stride, k + 1, m, hessian + ((<usize>(k * q)) << 3));
    weightedColumnDots(vectors + MIXED, wk, x, stride, p, m, cross + ((<usize>k) << 3), (<usize>q) << 3);
  }
}

/** Adds the second derivatives in sigma's and phi's coefficients; sigma's first derivatives have been left behind. */
function addSumsOfBoth(problem: usize, start: i32, m: i32, sigma: RowPart, phi: RowPart): void {
  const offset = (<usize>start) << 3;
  const bytes = (<usize>m) << 3;
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const q = get(problem, Field.Q);
  const weighted = get(problem, Field.Weighted) != 0;
  const weights = at(problem, Field.Weights) + offset;
  const inverse = at(problem, Field.Inverse) + offset;
  const sigma2 = sigma.variances + offset;
  const scaledV = phi.variances + offset;
  const first = at(problem, Field.Vectors) + FIRST;
  const product = at(problem, Field.Vectors) + PRODUCT;
  for (let i: usize = 0; i < bytes; i += 16) {
    const inv = v128.load(inverse + i);
    const a = f64x2.mul(v128.load(sigma2 + i), inv);
    const wa = weighted ? f64x2.mul(v128.load(weights + i), a) : a;
    // w a (4 e - 2), e with its leverage
    const curvature = f64x2.sub(f64x2.add(wa, wa), f64x2.mul(f64x2.splat(4), v128.load(first + i)));
    v128.store(product + i, f64x2.mul(f64x2.mul(v128.load(scaledV + i), inv), curvature));
  }
  let row = at(problem, Field.ThetaHessian) + ((<usize>(sigma.from * q + phi.from)) << 3);
  for (let k = 0; k < sigma.columns; k++) {
    const wk = sigma.design + offset + <usize>k * stride;
    weightedColumnDots(product, wk, phi.design + offset, stride, phi.columns, m, row);
    row += (<usize>q) << 3;
  }
}
