// Elementwise product of two vectors.

/** z[i] = x[i] y[i], i < n; z may equal x or y. */
export function multiply(z: usize, x: usize, y: usize, n: i32): void {
  let i = n;
  for (; i >= 2; i -= 2) {
    v128.store(z, f64x2.mul(v128.load(x), v128.load(y)));
    x += 16;
    y += 16;
    z += 16;
  }
  if (i > 0) store<f64>(z, load<f64>(x) * load<f64>(y));
}
