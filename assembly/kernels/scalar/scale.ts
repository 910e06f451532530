// Clusters of one row: V is diagonal and nothing ties the row to another.
//
//   t = v + sigma^2,   -log L = 1/2 sum w (log t + r^2 / t)          r = y - X beta
//
// with u = log sigma, a = sigma^2 / t and e = r^2 / t:
//   d/du       =  w a (1 - e)                        d2/du2    =  2 d/du + w a^2 (4 e - 2)
//   d2/dmu du  =  2 w a r / t                        d2/dmu2   =  w / t
//
// With the restricted likelihood e becomes e + x_i' A^-1 x_i / t in the first two (leverage.ts).
//
// Cost O(rows (p + q)^2). Rows go in chunks that stay in L1; within a chunk every step is one pass over two lanes, so
// nothing is called per row.

import { Field, Order } from "../../abi";
import { add } from "../../accumulate";
import { isRestricted } from "../../restricted";
import { at, get } from "../../room";
import { axpy } from "../../simd/axpy";
import { columnDots, weightedColumnDots } from "../../simd/column-dots";
import { CHUNK } from "../precisions";
import { addLeverage } from "./leverage";

/** Doubles that scalarScale() works in, at Field.Vectors: six vectors of a chunk, and p more for addLeverage(). */
export function scalarVectors(scores: u64): u64 {
  return <u64>CHUNK * (5 + scores);
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

  // the layout that scalarVectors() makes room for
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
