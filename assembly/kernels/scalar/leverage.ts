// The restricted likelihood's part of the scalar rows (restricted.ts). A row's score is x_i' L^-T / t, so that with the
// leverage l = x_i' A^-1 x_i / t and a, a part's share of t
//
//   d/du   -=  a l              d2/du2  +=  a l (4 a - 2)          M_k  =  sum_i 2 a W_ik / t (L^-1 x_i) (L^-1 x_i)'

import { Field, Order } from "../../abi";
import { add, read } from "../../accumulate";
import { traceMatrix } from "../../restricted";
import { at, get } from "../../room";
import { axpy } from "../../simd/axpy";
import { dot } from "../../simd/dot";
import { multiply } from "../../simd/multiply";
import { RowPart } from "./row-parts";
import { FIRST, PRODUCT, SECOND, SOLVED, WHITENED } from "./vectors";

/** Adds it to the derivatives of rows start .. start + m - 1 in u of a part, first and second, and to the M_k. */
export function addLeverage(problem: usize, start: i32, m: i32, order: i32, part: RowPart): void {
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const offset = (<usize>start) << 3;
  const bytes = (<usize>m) << 3;
  const p = get(problem, Field.P);
  const variances = part.variances + offset;
  const inverse = at(problem, Field.Inverse) + offset;

  const first = at(problem, Field.Vectors) + FIRST;
  const second = at(problem, Field.Vectors) + SECOND;
  const product = at(problem, Field.Vectors) + PRODUCT;
  const leverage = at(problem, Field.Vectors) + SOLVED;
  const whitened = at(problem, Field.Vectors) + WHITENED;

  memory.fill(leverage, 0, bytes);
  let factor = at(problem, Field.LocationFactor);
  for (let j = 0; j < p; j++) {
    const z = whitened + <usize>j * bytes;
    memory.copy(z, at(problem, Field.X) + <usize>j * stride + offset, bytes);
    for (let k = 0; k < j; k++) axpy(z, -read(factor, k), whitened + <usize>k * bytes, m);
    const scale = f64x2.splat(1 / read(factor, j));
    for (let i: usize = 0; i < bytes; i += 16) {
      const zi = f64x2.mul(scale, v128.load(z + i));
      v128.store(z + i, zi);
      v128.store(leverage + i, f64x2.add(v128.load(leverage + i), f64x2.mul(zi, zi)));
    }
    factor += (<usize>p) << 3;
  }
  // leverage turns into 2 a / t, which is what the M_k need
  for (let i: usize = 0; i < bytes; i += 16) {
    const inv = v128.load(inverse + i);
    const a = f64x2.mul(v128.load(variances + i), inv);
    const al = f64x2.mul(a, f64x2.mul(v128.load(leverage + i), inv));
    const curvature = f64x2.sub(f64x2.mul(f64x2.splat(4), a), f64x2.splat(2));
    v128.store(first + i, f64x2.sub(v128.load(first + i), al));
    v128.store(second + i, f64x2.add(v128.load(second + i), f64x2.mul(al, curvature)));
    v128.store(leverage + i, f64x2.mul(f64x2.add(a, a), inv));
  }
  if (order != Order.Hessian) return;
  const w = part.design + offset;
  for (let j = 0; j < p; j++) {
    for (let l = 0; l <= j; l++) {
      multiply(product, whitened + <usize>j * bytes, whitened + <usize>l * bytes, m);
      multiply(product, product, leverage, m);
      for (let k = 0; k < part.columns; k++)
        add(traceMatrix(problem, part.from + k), j * p + l, dot(product, w + <usize>k * stride, m));
    }
  }
}
