// Scaled vector addition. Cost 2 n flops, bound by two loads and a store per multiply.

/** y[i] += alpha x[i], i < n; x and y do not overlap. */
export function axpy(y: usize, alpha: f64, x: usize, n: i32): void {
  const s = f64x2.splat(alpha);
  let i = n;
  for (; i >= 4; i -= 4) {
    v128.store(y, f64x2.add(v128.load(y), f64x2.mul(s, v128.load(x))));
    v128.store(y, f64x2.add(v128.load(y, 16), f64x2.mul(s, v128.load(x, 16))), 16);
    x += 32;
    y += 32;
  }
  for (; i > 0; i--) {
    store<f64>(y, load<f64>(y) + alpha * load<f64>(x));
    x += 8;
    y += 8;
  }
}
