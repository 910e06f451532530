// Inverse of a symmetric positive definite matrix from its Cholesky factor.
//
//   M = L^-1,   S = A^-1 = M' M
//
// Both in one sweep over block rows, in place (Bientinesi, Gunter and van de Geijn 2008, ACM TOMS 35(1), "Families of
// algorithms related to the inversion of a symmetric positive definite matrix"). When block row k of M is known,
//   rows below:  U_i. -= L_ik M_k.        (U accumulates what M_i. needs; M_k. = L_kk^-1 U_k., U_kk = I)
//   rows above:  S_ij += M_ki' M_kj       (j <= i < k)
//   own rows:    S_kj  = M_kk' M_kj       (j <= k)
// All three read the same packed panels of M_k. Cost 2 n^3 / 3 flops.

import { rankKTile } from "../simd/tile";
import { loadDiagonal, solveTileLeft } from "./diagonal";
import { broadcastPanel, broadcastRows, loadEdge, packRows, storeEdge } from "./panel";
import { BLOCK, BROADCAST, DIAGONAL, EDGE, panelsOffset, SMALL } from "./scratch";
import { invertSmall } from "./small";

const PANEL: usize = <usize>BLOCK * 32;

/**
 * L in the lower triangle -> (L L')^-1 in both triangles, in place, so that rows can be read contiguously.
 * `scratch`: scratchBytes(n) bytes, aligned to 16.
 */
export function invertFromCholesky(a: usize, n: i32, ld: i32, scratch: usize): void {
  if (n <= SMALL) {
    invertSmall(a, n, ld);
    return;
  }
  const stride = (<usize>ld) << 3;
  for (let k0 = 0; k0 < n; k0 += BLOCK) {
    const k1 = min(k0 + BLOCK, n);
    for (let i = k0; i < k1; i += 4) solveRows(a, n, stride, i, k0, scratch);
    for (let i = k1; i < n; i += 4) updateBelow(a, n, stride, i, k0, k1, scratch);
    for (let i = 0; i < k1; i += 4) accumulateInverse(a, n, stride, i, k0, k1, scratch);
  }
  mirrorLower(a, n, stride);
}

/** M_r. = L_rr^-1 (U_r. - sum_{k0 <= s < r} L_rs M_s.) for rows i..i+3, into `a` and into the panels. */
function solveRows(a: usize, n: i32, stride: usize, i: i32, k0: i32, scratch: usize): void {
  const broadcast = scratch + BROADCAST;
  const diagonal = scratch + DIAGONAL;
  const edge = scratch + EDGE;
  const panels = scratch + panelsOffset(n);
  const rows = min(n - i, 4);
  const k = i - k0;
  const depth = <usize>k;
  const row = a + <usize>i * stride;
  const block = row + ((<usize>k0) << 3);

  // the rows of L_kk move to scratch: their place is needed for U_kk = I
  if (rows == 4) {
    broadcastRows(broadcast, block, stride, k);
  } else {
    const spare = panels + <usize>(i >> 2) * PANEL; // panel i is written last
    packRows(spare, block, stride, rows, k, k);
    broadcastPanel(broadcast, spare, k);
  }
  loadDiagonal(diagonal, block + (depth << 3), stride, rows);
  for (let r = 0; r < rows; r++) {
    const p = block + <usize>r * stride;
    memory.fill(p, 0, (depth + <usize>rows) << 3);
    store<f64>(p + ((depth + <usize>r) << 3), 1.0);
  }

  for (let j = 0; j <= i; j += 4) {
    const panel = panels + <usize>(j >> 2) * PANEL;
    const c = row + ((<usize>j) << 3);
    const skip = max(j - k0, 0); // M_s. is 0 left of the diagonal tile
    if (skip == k && k > 0) memory.fill(panel, 0, depth << 5);
    let target = c;
    let step = stride;
    const cols = min(n - j, 4);
    if (rows < 4) {
      loadEdge(edge, c, stride, rows, cols);
      target = edge;
      step = 32;
    }
    if (skip < k) {
      rankKTile(target, step, broadcast + ((<usize>skip) << 6), panel + ((<usize>skip) << 5), k - skip, -1.0);
    }
    solveTileLeft(target, step, diagonal, panel + (depth << 5));
    if (rows < 4) storeEdge(edge, c, stride, rows, cols);
  }
}

/** U_i. -= L_ik M_k. for rows i..i+3 below the block; the place of L_ik becomes U_ik, which starts at 0. */
function updateBelow(a: usize, n: i32, stride: usize, i: i32, k0: i32, k1: i32, scratch: usize): void {
  const broadcast = scratch + BROADCAST;
  const edge = scratch + EDGE;
  const rows = min(n - i, 4);
  const depth = k1 - k0;
  let panel = scratch + panelsOffset(n);
  let c = a + <usize>i * stride;
  const block = c + ((<usize>k0) << 3);

  if (rows == 4) {
    broadcastRows(broadcast, block, stride, depth);
  } else {
    // the panels of columns from k1 on are not in use yet
    const spare = panel + <usize>(k1 >> 2) * PANEL;
    packRows(spare, block, stride, rows, depth, depth);
    broadcastPanel(broadcast, spare, depth);
  }
  for (let r = 0; r < rows; r++) memory.fill(block + <usize>r * stride, 0, (<usize>depth) << 3);

  for (let j = 0; j < k1; j += 4) {
    const skip = max(j - k0, 0); // M_kj is 0 above its diagonal tile
    const from = broadcast + ((<usize>skip) << 6);
    const own = panel + ((<usize>skip) << 5);
    if (rows == 4) {
      rankKTile(c, stride, from, own, depth - skip, -1.0);
    } else {
      loadEdge(edge, c, stride, rows, 4);
      rankKTile(edge, 32, from, own, depth - skip, -1.0);
      storeEdge(edge, c, stride, rows, 4);
    }
    panel += PANEL;
    c += 32;
  }
}

/** S_ij += M_ki' M_kj for rows i..i+3 and j <= i; inside the block (i >= k0) the rows start at 0. */
function accumulateInverse(a: usize, n: i32, stride: usize, i: i32, k0: i32, k1: i32, scratch: usize): void {
  const broadcast = scratch + BROADCAST;
  const edge = scratch + EDGE;
  const rows = min(n - i, 4);
  const panels = scratch + panelsOffset(n);
  // M_ki is 0 above its diagonal tile, and padded with 0 to a multiple of 4 steps
  const skip = max(i - k0, 0);
  const depth = ((k1 - k0 + 3) & ~3) - skip;
  const offset = (<usize>skip) << 5;
  let c = a + <usize>i * stride;

  broadcastPanel(broadcast, panels + <usize>(i >> 2) * PANEL + offset, depth);
  if (i >= k0) {
    for (let r = 0; r < rows; r++) memory.fill(c + <usize>r * stride, 0, (<usize>(i + rows)) << 3);
  }

  let panel = panels + offset;
  if (rows == 4) {
    for (let j = 0; j <= i; j += 4) {
      rankKTile(c, stride, broadcast, panel, depth, 1.0);
      panel += PANEL;
      c += 32;
    }
  } else {
    for (let j = 0; j <= i; j += 4) {
      const cols = min(n - j, 4);
      loadEdge(edge, c, stride, rows, cols);
      rankKTile(edge, 32, broadcast, panel, depth, 1.0);
      storeEdge(edge, c, stride, rows, cols);
      panel += PANEL;
      c += 32;
    }
  }
}

/** Copies the strict lower triangle to the upper one, 2 x 2 at a time inside 32 x 32 squares that stay in L1. */
function mirrorLower(a: usize, n: i32, stride: usize): void {
  for (let i0 = 0; i0 < n; i0 += 32) {
    const i1 = min(i0 + 32, n);
    for (let j0 = 0; j0 <= i0; j0 += 32) {
      for (let i = i0; i < i1; i += 2) {
        const j1 = min(j0 + 32, i);
        let from = a + <usize>i * stride + ((<usize>j0) << 3);
        let to = a + <usize>j0 * stride + ((<usize>i) << 3);
        if (i + 1 < i1) {
          for (let j = j0; j < j1; j += 2) {
            const u = v128.load(from);
            const v = v128.load(from + stride);
            v128.store(to, v128.shuffle<f64>(u, v, 0, 2));
            v128.store(to + stride, v128.shuffle<f64>(u, v, 1, 3));
            from += 16;
            to += stride << 1;
          }
          // i is even, so pairs of columns end at the diagonal pair
          if (j0 == i0)
            store<f64>(
              a + <usize>i * stride + ((<usize>(i + 1)) << 3),
              load<f64>(a + <usize>(i + 1) * stride + ((<usize>i) << 3)),
            );
        } else {
          for (let j = j0; j < j1; j++) {
            store<f64>(to, load<f64>(from));
            from += 8;
            to += stride;
          }
        }
      }
    }
  }
}
