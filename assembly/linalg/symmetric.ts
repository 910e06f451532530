// Products with symmetric matrices.

import { dot } from "../simd/dot";

/**
 * C = A B; A full symmetric n x n row-major (as `invertFromCholesky` leaves it), B and C n x nrhs with contiguous
 * columns, ldb and ldc elements apart; C overlaps neither. Entries are inner products of rows of A and columns of
 * B, 4 x 2 at a time. Cost 2 n^2 nrhs flops; A is read once for every two columns.
 */
export function symmetricTimes(
  a: usize,
  n: i32,
  ld: i32,
  b: usize,
  ldb: i32,
  c: usize,
  ldc: i32,
  nrhs: i32,
): void {
  const stride = (<usize>ld) << 3;
  const nextB = (<usize>ldb) << 3;
  const nextC = (<usize>ldc) << 3;
  const whole = n & ~3;
  for (let i = 0; i < whole; i += 4) {
    const rows = a + <usize>i * stride;
    let x = b;
    let y = c + ((<usize>i) << 3);
    let j = 0;
    for (; j + 2 <= nrhs; j += 2) {
      dots4x2(rows, stride, x, nextB, n, y, nextC);
      x += nextB << 1;
      y += nextC << 1;
    }
    if (j < nrhs) dots4x1(rows, stride, x, n, y);
  }
  for (let i = whole; i < n; i++) {
    for (let j = 0; j < nrhs; j++) {
      const value = dot(a + <usize>i * stride, b + <usize>j * nextB, n);
      store<f64>(c + <usize>j * nextC + ((<usize>i) << 3), value);
    }
  }
}

/** Both lanes of u summed, beside both lanes of v. */
function sumPairs(u: v128, v: v128): v128 {
  return f64x2.add(v128.shuffle<f64>(u, v, 0, 2), v128.shuffle<f64>(u, v, 1, 3));
}

function dots4x2(a0: usize, stride: usize, x0: usize, nextB: usize, n: i32, y: usize, nextC: usize): void {
  let a1 = a0 + stride;
  let a2 = a1 + stride;
  let a3 = a2 + stride;
  let x1 = x0 + nextB;
  let s00 = f64x2.splat(0);
  let s10 = f64x2.splat(0);
  let s20 = f64x2.splat(0);
  let s30 = f64x2.splat(0);
  let s01 = f64x2.splat(0);
  let s11 = f64x2.splat(0);
  let s21 = f64x2.splat(0);
  let s31 = f64x2.splat(0);
  const end = x0 + ((<usize>(n & ~1)) << 3);
  while (x0 < end) {
    const u = v128.load(x0);
    const v = v128.load(x1);
    let t = v128.load(a0);
    s00 = f64x2.add(s00, f64x2.mul(t, u));
    s01 = f64x2.add(s01, f64x2.mul(t, v));
    t = v128.load(a1);
    s10 = f64x2.add(s10, f64x2.mul(t, u));
    s11 = f64x2.add(s11, f64x2.mul(t, v));
    t = v128.load(a2);
    s20 = f64x2.add(s20, f64x2.mul(t, u));
    s21 = f64x2.add(s21, f64x2.mul(t, v));
    t = v128.load(a3);
    s30 = f64x2.add(s30, f64x2.mul(t, u));
    s31 = f64x2.add(s31, f64x2.mul(t, v));
    a0 += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
    x0 += 16;
    x1 += 16;
  }
  if (n & 1) {
    // a zero in the other lane adds nothing
    const u = v128.load64_zero(x0);
    const v = v128.load64_zero(x1);
    let t = v128.load64_zero(a0);
    s00 = f64x2.add(s00, f64x2.mul(t, u));
    s01 = f64x2.add(s01, f64x2.mul(t, v));
    t = v128.load64_zero(a1);
    s10 = f64x2.add(s10, f64x2.mul(t, u));
    s11 = f64x2.add(s11, f64x2.mul(t, v));
    t = v128.load64_zero(a2);
    s20 = f64x2.add(s20, f64x2.mul(t, u));
    s21 = f64x2.add(s21, f64x2.mul(t, v));
    t = v128.load64_zero(a3);
    s30 = f64x2.add(s30, f64x2.mul(t, u));
    s31 = f64x2.add(s31, f64x2.mul(t, v));
  }
  v128.store(y, sumPairs(s00, s10));
  v128.store(y, sumPairs(s20, s30), 16);
  y += nextC;
  v128.store(y, sumPairs(s01, s11));
  v128.store(y, sumPairs(s21, s31), 16);
}

function dots4x1(a0: usize, stride: usize, x: usize, n: i32, y: usize): void {
  let a1 = a0 + stride;
  let a2 = a1 + stride;
  let a3 = a2 + stride;
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  const end = x + ((<usize>(n & ~1)) << 3);
  while (x < end) {
    const u = v128.load(x);
    s0 = f64x2.add(s0, f64x2.mul(v128.load(a0), u));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(a1), u));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(a2), u));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(a3), u));
    a0 += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
    x += 16;
  }
  if (n & 1) {
    const u = v128.load64_zero(x);
    s0 = f64x2.add(s0, f64x2.mul(v128.load64_zero(a0), u));
    s1 = f64x2.add(s1, f64x2.mul(v128.load64_zero(a1), u));
    s2 = f64x2.add(s2, f64x2.mul(v128.load64_zero(a2), u));
    s3 = f64x2.add(s3, f64x2.mul(v128.load64_zero(a3), u));
  }
  v128.store(y, sumPairs(s0, s1));
  v128.store(y, sumPairs(s2, s3), 16);
}
