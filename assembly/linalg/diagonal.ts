// 4 x 4 diagonal tiles: factoring one, and solving a tile against one.
// A stored diagonal tile holds L row-major with 1 / L_ii on the diagonal, so solves multiply and never divide.

/**
 * Factors the leading rows x rows part of the 4 x 4 tile at c in place (lower triangle) and writes the tile with
 * reciprocals to d. `bounds` holds one pivot bound a row. Returns 0, or the 1-based row of the first bad pivot.
 */
export function factorTile(c: usize, stride: usize, rows: i32, d: usize, bounds: usize): i32 {
  for (let i = 0; i < rows; i++) {
    const ci = c + <usize>i * stride;
    const di = d + ((<usize>i) << 5);
    let pivot = load<f64>(ci + ((<usize>i) << 3));
    for (let j = 0; j < i; j++) {
      let x = load<f64>(ci + ((<usize>j) << 3));
      const dj = d + ((<usize>j) << 5);
      for (let k = 0; k < j; k++) x -= load<f64>(di + ((<usize>k) << 3)) * load<f64>(dj + ((<usize>k) << 3));
      x *= load<f64>(dj + ((<usize>j) << 3));
      pivot -= x * x;
      store<f64>(di + ((<usize>j) << 3), x);
      store<f64>(ci + ((<usize>j) << 3), x);
    }
    // written so that NaN and Infinity fail too
    if (!(pivot > load<f64>(bounds + ((<usize>i) << 3)) && pivot < Infinity)) return i + 1;
    const root = Math.sqrt(pivot);
    store<f64>(ci + ((<usize>i) << 3), root);
    store<f64>(di + ((<usize>i) << 3), 1.0 / root);
  }
  return 0;
}

/** Copies the lower triangle of L's diagonal tile to d with reciprocals; rows past `rows` become identity. */
export function loadDiagonal(d: usize, l: usize, stride: usize, rows: i32): void {
  memory.fill(d, 0, 128);
  for (let i = 0; i < 4; i++) {
    const di = d + ((<usize>i) << 5);
    if (i < rows) {
      for (let j = 0; j < i; j++) store<f64>(di + ((<usize>j) << 3), load<f64>(l + ((<usize>j) << 3)));
      store<f64>(di + ((<usize>i) << 3), 1.0 / load<f64>(l + ((<usize>i) << 3)));
      l += stride;
    } else {
      store<f64>(di + ((<usize>i) << 3), 1.0);
    }
  }
}

/**
 * X = C L^-T: solves the 4 x 4 tile at c against the diagonal tile d from the right, in place, and appends the
 * four columns of X to a panel and to its broadcast copy.
 */
export function solveTileRight(c: usize, stride: usize, d: usize, panel: usize, broadcast: usize): void {
  const c1 = c + stride;
  const c2 = c1 + stride;
  const c3 = c2 + stride;
  let u = v128.load(c);
  let v = v128.load(c1);
  let w = v128.load(c2);
  let z = v128.load(c3);
  // columns of the tile, the upper and lower pair of rows apart
  let p0 = v128.shuffle<f64>(u, v, 0, 2);
  let p1 = v128.shuffle<f64>(u, v, 1, 3);
  let q0 = v128.shuffle<f64>(w, z, 0, 2);
  let q1 = v128.shuffle<f64>(w, z, 1, 3);
  u = v128.load(c, 16);
  v = v128.load(c1, 16);
  w = v128.load(c2, 16);
  z = v128.load(c3, 16);
  let p2 = v128.shuffle<f64>(u, v, 0, 2);
  let p3 = v128.shuffle<f64>(u, v, 1, 3);
  let q2 = v128.shuffle<f64>(w, z, 0, 2);
  let q3 = v128.shuffle<f64>(w, z, 1, 3);

  let s = v128.load64_splat(d);
  p0 = f64x2.mul(p0, s);
  q0 = f64x2.mul(q0, s);
  s = v128.load64_splat(d, 32);
  p1 = f64x2.sub(p1, f64x2.mul(p0, s));
  q1 = f64x2.sub(q1, f64x2.mul(q0, s));
  s = v128.load64_splat(d, 64);
  p2 = f64x2.sub(p2, f64x2.mul(p0, s));
  q2 = f64x2.sub(q2, f64x2.mul(q0, s));
  s = v128.load64_splat(d, 96);
  p3 = f64x2.sub(p3, f64x2.mul(p0, s));
  q3 = f64x2.sub(q3, f64x2.mul(q0, s));
  s = v128.load64_splat(d, 40);
  p1 = f64x2.mul(p1, s);
  q1 = f64x2.mul(q1, s);
  s = v128.load64_splat(d, 72);
  p2 = f64x2.sub(p2, f64x2.mul(p1, s));
  q2 = f64x2.sub(q2, f64x2.mul(q1, s));
  s = v128.load64_splat(d, 104);
  p3 = f64x2.sub(p3, f64x2.mul(p1, s));
  q3 = f64x2.sub(q3, f64x2.mul(q1, s));
  s = v128.load64_splat(d, 80);
  p2 = f64x2.mul(p2, s);
  q2 = f64x2.mul(q2, s);
  s = v128.load64_splat(d, 112);
  p3 = f64x2.sub(p3, f64x2.mul(p2, s));
  q3 = f64x2.sub(q3, f64x2.mul(q2, s));
  s = v128.load64_splat(d, 120);
  p3 = f64x2.mul(p3, s);
  q3 = f64x2.mul(q3, s);

  v128.store(panel, p0);
  v128.store(panel, q0, 16);
  v128.store(panel, p1, 32);
  v128.store(panel, q1, 48);
  v128.store(panel, p2, 64);
  v128.store(panel, q2, 80);
  v128.store(panel, p3, 96);
  v128.store(panel, q3, 112);
  v128.store(broadcast, v128.shuffle<f64>(p0, p0, 0, 0));
  v128.store(broadcast, v128.shuffle<f64>(p0, p0, 1, 1), 16);
  v128.store(broadcast, v128.shuffle<f64>(q0, q0, 0, 0), 32);
  v128.store(broadcast, v128.shuffle<f64>(q0, q0, 1, 1), 48);
  v128.store(broadcast, v128.shuffle<f64>(p1, p1, 0, 0), 64);
  v128.store(broadcast, v128.shuffle<f64>(p1, p1, 1, 1), 80);
  v128.store(broadcast, v128.shuffle<f64>(q1, q1, 0, 0), 96);
  v128.store(broadcast, v128.shuffle<f64>(q1, q1, 1, 1), 112);
  v128.store(broadcast, v128.shuffle<f64>(p2, p2, 0, 0), 128);
  v128.store(broadcast, v128.shuffle<f64>(p2, p2, 1, 1), 144);
  v128.store(broadcast, v128.shuffle<f64>(q2, q2, 0, 0), 160);
  v128.store(broadcast, v128.shuffle<f64>(q2, q2, 1, 1), 176);
  v128.store(broadcast, v128.shuffle<f64>(p3, p3, 0, 0), 192);
  v128.store(broadcast, v128.shuffle<f64>(p3, p3, 1, 1), 208);
  v128.store(broadcast, v128.shuffle<f64>(q3, q3, 0, 0), 224);
  v128.store(broadcast, v128.shuffle<f64>(q3, q3, 1, 1), 240);

  v128.store(c, v128.shuffle<f64>(p0, p1, 0, 2));
  v128.store(c1, v128.shuffle<f64>(p0, p1, 1, 3));
  v128.store(c2, v128.shuffle<f64>(q0, q1, 0, 2));
  v128.store(c3, v128.shuffle<f64>(q0, q1, 1, 3));
  v128.store(c, v128.shuffle<f64>(p2, p3, 0, 2), 16);
  v128.store(c1, v128.shuffle<f64>(p2, p3, 1, 3), 16);
  v128.store(c2, v128.shuffle<f64>(q2, q3, 0, 2), 16);
  v128.store(c3, v128.shuffle<f64>(q2, q3, 1, 3), 16);
}

/** X = L^-1 C: solves the 4 x 4 tile at c against the diagonal tile d from the left, in place, and into a panel. */
export function solveTileLeft(c: usize, stride: usize, d: usize, panel: usize): void {
  let s = v128.load64_splat(d);
  const x00 = f64x2.mul(v128.load(c), s);
  const x01 = f64x2.mul(v128.load(c, 16), s);
  v128.store(c, x00);
  v128.store(c, x01, 16);
  v128.store(panel, x00);
  v128.store(panel, x01, 16);
  c += stride;

  let l = v128.load64_splat(d, 32);
  s = v128.load64_splat(d, 40);
  const x10 = f64x2.mul(f64x2.sub(v128.load(c), f64x2.mul(l, x00)), s);
  const x11 = f64x2.mul(f64x2.sub(v128.load(c, 16), f64x2.mul(l, x01)), s);
  v128.store(c, x10);
  v128.store(c, x11, 16);
  v128.store(panel, x10, 32);
  v128.store(panel, x11, 48);
  c += stride;

  l = v128.load64_splat(d, 64);
  let x20 = f64x2.sub(v128.load(c), f64x2.mul(l, x00));
  let x21 = f64x2.sub(v128.load(c, 16), f64x2.mul(l, x01));
  l = v128.load64_splat(d, 72);
  s = v128.load64_splat(d, 80);
  x20 = f64x2.mul(f64x2.sub(x20, f64x2.mul(l, x10)), s);
  x21 = f64x2.mul(f64x2.sub(x21, f64x2.mul(l, x11)), s);
  v128.store(c, x20);
  v128.store(c, x21, 16);
  v128.store(panel, x20, 64);
  v128.store(panel, x21, 80);
  c += stride;

  l = v128.load64_splat(d, 96);
  let x30 = f64x2.sub(v128.load(c), f64x2.mul(l, x00));
  let x31 = f64x2.sub(v128.load(c, 16), f64x2.mul(l, x01));
  l = v128.load64_splat(d, 104);
  x30 = f64x2.sub(x30, f64x2.mul(l, x10));
  x31 = f64x2.sub(x31, f64x2.mul(l, x11));
  l = v128.load64_splat(d, 112);
  s = v128.load64_splat(d, 120);
  x30 = f64x2.mul(f64x2.sub(x30, f64x2.mul(l, x20)), s);
  x31 = f64x2.mul(f64x2.sub(x31, f64x2.mul(l, x21)), s);
  v128.store(c, x30);
  v128.store(c, x31, 16);
  v128.store(panel, x30, 96);
  v128.store(panel, x31, 112);
}
