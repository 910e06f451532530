// Triangular solves with a few right-hand sides, in place.
//
//   L X = B,   L' X = B;   L lower triangular n x n, B row-major n x nrhs.   Cost n^2 nrhs flops each.
//
// Eight columns of B at a time stay in four registers while a row of L runs past; L is read once for each eight.

/** X = L^-1 B in place. */
export function solveLower(l: usize, n: i32, ld: i32, b: usize, nrhs: i32, ldb: i32): void {
  let c = 0;
  for (; c + 8 <= nrhs; c += 8) forward8(l, n, ld, b + ((<usize>c) << 3), ldb);
  for (; c + 2 <= nrhs; c += 2) forward2(l, n, ld, b + ((<usize>c) << 3), ldb);
  if (c < nrhs) forward1(l, n, ld, b + ((<usize>c) << 3), ldb);
}

/** X = L^-T B in place. */
export function solveLowerTransposed(l: usize, n: i32, ld: i32, b: usize, nrhs: i32, ldb: i32): void {
  const stride = (<usize>ld) << 3;
  const strideB = (<usize>ldb) << 3;
  const width = (<usize>nrhs) << 3;
  const pairs = width & ~15;
  // X_i = B_i / L_ii, then B_k -= L_ik X_i for k < i: row i of L is read contiguously
  for (let i = n - 1; i >= 0; i--) {
    const li = l + <usize>i * stride;
    const own = li + ((<usize>i) << 3);
    const x = b + <usize>i * strideB;
    const r = 1.0 / load<f64>(own);
    for (let p = x; p < x + width; p += 8) store<f64>(p, load<f64>(p) * r);
    let y = b;
    for (let p = li; p < own; p += 8) {
      const s = v128.load64_splat(p);
      let q: usize = 0;
      for (; q < pairs; q += 16) {
        v128.store(y + q, f64x2.sub(v128.load(y + q), f64x2.mul(s, v128.load(x + q))));
      }
      if (q < width) store<f64>(y + q, load<f64>(y + q) - load<f64>(p) * load<f64>(x + q));
      y += strideB;
    }
  }
}

function forward8(l: usize, n: i32, ld: i32, b: usize, ldb: i32): void {
  const stride = (<usize>ld) << 3;
  const strideB = (<usize>ldb) << 3;
  let own = l;
  let x = b;
  for (let i = 0; i < n; i++) {
    let s0 = v128.load(x);
    let s1 = v128.load(x, 16);
    let s2 = v128.load(x, 32);
    let s3 = v128.load(x, 48);
    let y = b;
    for (let p = own - ((<usize>i) << 3); p < own; p += 8) {
      const t = v128.load64_splat(p);
      s0 = f64x2.sub(s0, f64x2.mul(t, v128.load(y)));
      s1 = f64x2.sub(s1, f64x2.mul(t, v128.load(y, 16)));
      s2 = f64x2.sub(s2, f64x2.mul(t, v128.load(y, 32)));
      s3 = f64x2.sub(s3, f64x2.mul(t, v128.load(y, 48)));
      y += strideB;
    }
    const r = f64x2.splat(1.0 / load<f64>(own));
    v128.store(x, f64x2.mul(s0, r));
    v128.store(x, f64x2.mul(s1, r), 16);
    v128.store(x, f64x2.mul(s2, r), 32);
    v128.store(x, f64x2.mul(s3, r), 48);
    x += strideB;
    own += stride + 8;
  }
}

// With fewer columns the latency of one chain of subtractions would rule, so even and odd k have their own sums.

function forward2(l: usize, n: i32, ld: i32, b: usize, ldb: i32): void {
  const stride = (<usize>ld) << 3;
  const strideB = (<usize>ldb) << 3;
  let own = l;
  let x = b;
  for (let i = 0; i < n; i++) {
    let s0 = v128.load(x);
    let s1 = f64x2.splat(0);
    let y = b;
    let p = own - ((<usize>i) << 3);
    for (; p + 8 < own; p += 16) {
      s0 = f64x2.sub(s0, f64x2.mul(v128.load64_splat(p), v128.load(y)));
      s1 = f64x2.add(s1, f64x2.mul(v128.load64_splat(p, 8), v128.load(y + strideB)));
      y += strideB << 1;
    }
    if (p < own) s0 = f64x2.sub(s0, f64x2.mul(v128.load64_splat(p), v128.load(y)));
    v128.store(x, f64x2.mul(f64x2.sub(s0, s1), f64x2.splat(1.0 / load<f64>(own))));
    x += strideB;
    own += stride + 8;
  }
}

function forward1(l: usize, n: i32, ld: i32, b: usize, ldb: i32): void {
  const stride = (<usize>ld) << 3;
  const strideB = (<usize>ldb) << 3;
  let own = l;
  let x = b;
  for (let i = 0; i < n; i++) {
    let s0 = load<f64>(x);
    let s1: f64 = 0;
    let y = b;
    let p = own - ((<usize>i) << 3);
    for (; p + 8 < own; p += 16) {
      s0 -= load<f64>(p) * load<f64>(y);
      s1 += load<f64>(p, 8) * load<f64>(y + strideB);
      y += strideB << 1;
    }
    if (p < own) s0 -= load<f64>(p) * load<f64>(y);
    store<f64>(x, (s0 - s1) / load<f64>(own));
    x += strideB;
    own += stride + 8;
  }
}
