// Cholesky factor of a symmetric positive definite matrix, and its log-determinant.
//
//   A = L L',  L lower triangular;   log |A| = 2 sum log L_ii
//
// Cost n^3/3 flops. A pivot counts as positive when it exceeds n * 2.2e-16 times its original diagonal: below that
// it is rounding noise, and the matrix is singular to working precision (Higham 2002, Accuracy and Stability of
// Numerical Algorithms, section 10.3).

import { log } from "../simd/log";
import { rankKTile } from "../simd/tile";
import { factorTile, solveTileRight } from "./diagonal";
import { loadEdge, storeEdge } from "./panel";
import { BLOCK, BROADCAST, DIAGONAL, EDGE, PIVOTS, panelsOffset, SMALL } from "./scratch";
import { choleskySmall } from "./small";

/**
 * Factors the lower triangle of the n x n matrix at `a` in place; the strict upper triangle is left undefined.
 * `scratch`: scratchBytes(n) bytes, aligned to 16. Returns 0, or the 1-based row of the first bad pivot (then the
 * lower triangle is undefined too).
 */
export function cholesky(a: usize, n: i32, ld: i32, scratch: usize): i32 {
  if (n <= SMALL) return choleskySmall(a, n, ld);

  const stride = (<usize>ld) << 3;
  const bounds = scratch + PIVOTS;
  const panels = scratch + panelsOffset(n);
  const epsilon = <f64>n * 2.220446049250313e-16;
  for (let i = 0; i < n; i++) {
    store<f64>(bounds + ((<usize>i) << 3), epsilon * load<f64>(a + <usize>i * (stride + 8)));
  }

  // Right-looking over block columns [j0, j1): A22 -= L21 L21' has depth BLOCK and is nearly all the work.
  for (let j0 = 0; j0 < n; j0 += BLOCK) {
    const j1 = min(j0 + BLOCK, n);
    // Row panels go down the block column; panel i is complete before the panels below read it.
    for (let i = j0; i < n; i += 4) {
      const status = rowPanel(a, n, stride, i, j0, j1, scratch, panels, bounds);
      if (status != 0) return status;
    }
  }
  return 0;
}

/**
 * Rows i..i+3 of one block column: L_ij = (A_ij - sum_{j0 <= k < j} L_ik L_jk') L_jj^-T tile by tile, then the
 * part of A22 -= L21 L21' in these rows. `panels` holds 4-row panels of L21 from row j0 on.
 */
function rowPanel(
  a: usize,
  n: i32,
  stride: usize,
  i: i32,
  j0: i32,
  j1: i32,
  scratch: usize,
  panels: usize,
  bounds: usize,
): i32 {
  const broadcast = scratch + BROADCAST;
  const diagonal = scratch + DIAGONAL;
  const rows = min(n - i, 4);
  const own = panels + <usize>(i - j0) * (<usize>BLOCK * 8);
  let c = a + <usize>i * stride + ((<usize>j0) << 3);
  const edge = scratch + EDGE;
  const ragged = rows < 4;

  let d = diagonal;
  const solved = min(i, j1);
  for (let j = j0; j < solved; j += 4) {
    const k = j - j0;
    const panel = panels + <usize>k * (<usize>BLOCK * 8);
    let target = c;
    let step = stride;
    if (ragged) {
      loadEdge(edge, c, stride, rows, 4);
      target = edge;
      step = 32;
    }
    if (k > 0) rankKTile(target, step, broadcast, panel, k, -1.0);
    solveTileRight(target, step, d, own + ((<usize>k) << 5), broadcast + ((<usize>k) << 6));
    if (ragged) storeEdge(edge, c, stride, rows, 4);
    d += 128;
    c += 32;
  }

  if (i < j1) {
    const k = i - j0;
    let target = c;
    let step = stride;
    if (ragged) {
      loadEdge(edge, c, stride, rows, rows);
      target = edge;
      step = 32;
    }
    if (k > 0) rankKTile(target, step, broadcast, own, k, -1.0);
    const status = factorTile(target, step, rows, d, bounds + ((<usize>i) << 3));
    if (status != 0) return i + status;
    if (ragged) storeEdge(edge, c, stride, rows, rows);
    return 0;
  }

  const depth = j1 - j0;
  let panel = panels + <usize>depth * (<usize>BLOCK * 8);
  if (ragged) {
    for (let j = j1; j <= i; j += 4) {
      const cols = min(n - j, 4);
      loadEdge(edge, c, stride, rows, cols);
      rankKTile(edge, 32, broadcast, panel, depth, -1.0);
      storeEdge(edge, c, stride, rows, cols);
      panel += <usize>BLOCK * 32;
      c += 32;
    }
  } else {
    for (let j = j1; j <= i; j += 4) {
      rankKTile(c, stride, broadcast, panel, depth, -1.0);
      panel += <usize>BLOCK * 32;
      c += 32;
    }
  }
  return 0;
}

/**
 * log |A| from its factor. Exponents are summed as integers and mantissas multiplied, one logarithm for every 512
 * rows: the product of 512 mantissas in [1, 2) stays below 2^512. The factor's diagonal must be normal numbers,
 * which `cholesky` ensures (a square root is never subnormal).
 */
export function logDetFromCholesky(a: usize, n: i32, ld: i32): f64 {
  const step = (<usize>ld + 1) << 3;
  let exponent: i64 = 0;
  let product: f64 = 1;
  let logs: f64 = 0;
  for (let i = 0; i < n; i++) {
    const bits = load<u64>(a);
    exponent += <i64>(bits >> 52) - 1023;
    product *= reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
    if ((i & 511) == 511) {
      logs += log(product);
      product = 1;
    }
    a += step;
  }
  logs += log(product);
  return 2 * (<f64>exponent * 0.6931471805599453 + logs);
}
