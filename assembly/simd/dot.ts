// Inner product of two contiguous vectors. Cost 2 n flops, bound by the two loads per multiply.

/** sum of x[i] y[i], i < n; four chains hide the latency of the addition. */
export function dot(x: usize, y: usize, n: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let i = n;
  for (; i >= 8; i -= 8) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(x), v128.load(y)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(x, 16), v128.load(y, 16)));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(x, 32), v128.load(y, 32)));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(x, 48), v128.load(y, 48)));
    x += 64;
    y += 64;
  }
  for (; i >= 2; i -= 2) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(x), v128.load(y)));
    x += 16;
    y += 16;
  }
  const s = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  if (i > 0) sum += load<f64>(x) * load<f64>(y);
  return sum;
}
