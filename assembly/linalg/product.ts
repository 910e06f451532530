// Products of two matrices that are both read along their rows: C += alpha A B'.

import { dot } from "../simd/dot";
import { rankKTile } from "../simd/tile";
import { broadcastPanel, broadcastRows, loadEdge, packRows, storeEdge } from "./panel";
import { BLOCK, BROADCAST, EDGE, panelsOffset } from "./scratch";

/** Below so many multiplications inner products are faster than packing ... */
const FEW: i32 = 400;
/** ... and below so many of one inner product, too. */
const SHORT: i32 = 4;

/**
 * C += alpha A B';  C m x n, A m x k, B n x k, row-major. C overlaps neither. `scratch`: scratchBytes(n + 4) bytes, aligned to
 * 16.
 * Cost 2 m n k flops.
 */
export function addProduct(
  c: usize,
  m: i32,
  n: i32,
  ldc: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  k: i32,
  alpha: f64,
  scratch: usize,
): void {
  if (isSmall(m, n, k)) {
    for (let i = 0; i < m; i++) addDots(c, n, a, b, ldb, k, alpha, i, ldc, lda);
    return;
  }
  addTiles(c, m, n, ldc, a, lda, b, ldb, k, alpha, false, scratch);
}

/** The lower triangle of C += alpha A B', m = n; the strict upper triangle of C is undefined afterwards. Half the cost. */
export function addProductLower(
  c: usize,
  n: i32,
  ldc: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  k: i32,
  alpha: f64,
  scratch: usize,
): void {
  if (isSmall(n, n, k)) {
    for (let i = 0; i < n; i++) addDots(c, i + 1, a, b, ldb, k, alpha, i, ldc, lda);
    return;
  }
  addTiles(c, n, n, ldc, a, lda, b, ldb, k, alpha, true, scratch);
}

function isSmall(m: i32, n: i32, k: i32): bool {
  return k < SHORT || <i64>m * <i64>n * <i64>k < FEW;
}

/** Row i of C, its first n entries. */
function addDots(
  c: usize,
  n: i32,
  a: usize,
  b: usize,
  ldb: i32,
  k: i32,
  alpha: f64,
  i: i32,
  ldc: i32,
  lda: i32,
): void {
  let to = c + ((<usize>i * <usize>ldc) << 3);
  const row = a + ((<usize>i * <usize>lda) << 3);
  const stride = (<usize>ldb) << 3;
  const end = to + ((<usize>n) << 3);
  while (to < end) {
    store<f64>(to, load<f64>(to) + alpha * dot(row, b, k));
    b += stride;
    to += 8;
  }
}

/** Four rows of C at a time against the packed rows of B, in depths of BLOCK. */
function addTiles(
  c: usize,
  m: i32,
  n: i32,
  ldc: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  k: i32,
  alpha: f64,
  lower: bool,
  scratch: usize,
): void {
  const stride = (<usize>ldc) << 3;
  const strideA = (<usize>lda) << 3;
  const strideB = (<usize>ldb) << 3;
  const broadcast = scratch + BROADCAST;
  const edge = scratch + EDGE;
  const panels = scratch + panelsOffset(n);
  for (let k0 = 0; k0 < k; k0 += BLOCK) {
    const steps = min(k - k0, BLOCK);
    const depth = (steps + 3) & ~3;
    const size = (<usize>depth) << 5;
    const offset = (<usize>k0) << 3;
    let panel = panels;
    for (let j = 0; j < n; j += 4) {
      packRows(panel, b + <usize>j * strideB + offset, strideB, min(n - j, 4), steps, depth);
      panel += size;
    }
    for (let i = 0; i < m; i += 4) {
      const rows = min(m - i, 4);
      const from = a + <usize>i * strideA + offset;
      if (rows == 4 && steps == depth) {
        broadcastRows(broadcast, from, strideA, steps);
      } else {
        // the panel beyond the last one is free
        packRows(panel, from, strideA, rows, steps, depth);
        broadcastPanel(broadcast, panel, depth);
      }
      const columns = lower ? min(n, i + 4) : n;
      let tile = c + <usize>i * stride;
      let other = panels;
      for (let j = 0; j < columns; j += 4) {
        const width = min(n - j, 4);
        if (rows == 4 && width == 4) {
          rankKTile(tile, stride, broadcast, other, depth, alpha);
        } else {
          loadEdge(edge, tile, stride, rows, width);
          rankKTile(edge, 32, broadcast, other, depth, alpha);
          storeEdge(edge, tile, stride, rows, width);
        }
        other += size;
        tile += 32;
      }
    }
  }
}
