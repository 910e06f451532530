// Inner products of one weighted vector with several columns: out[k] += sum_i w[i] a[i] b_k[i].
//
// Up to four columns share one pass, so that w a is formed once and the additions of one column hide the latency of
// the others. Cost (2 + 2 columns) n flops; every column is loaded once.

/** Unweighted sums leave out the load of w; the flag is a literal at each use, so that the branches vanish. */
abstract class Pass {
  @inline static of(
    weighted: bool,
    columns: i32,
    w: usize,
    a: usize,
    b: usize,
    stride: usize,
    bytes: usize,
    out: usize,
    outStep: usize,
  ): void {
    const b1 = b + stride;
    const b2 = b1 + stride;
    const b3 = b2 + stride;
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let s2 = f64x2.splat(0);
    let s3 = f64x2.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) {
      let x = v128.load(a + i);
      if (weighted) x = f64x2.mul(v128.load(w + i), x);
      s0 = f64x2.add(s0, f64x2.mul(x, v128.load(b + i)));
      if (columns > 1) s1 = f64x2.add(s1, f64x2.mul(x, v128.load(b1 + i)));
      if (columns > 2) s2 = f64x2.add(s2, f64x2.mul(x, v128.load(b2 + i)));
      if (columns > 3) s3 = f64x2.add(s3, f64x2.mul(x, v128.load(b3 + i)));
    }
    Pass.add(out, s0);
    if (columns > 1) Pass.add(out + outStep, s1);
    if (columns > 2) Pass.add(out + 2 * outStep, s2);
    if (columns > 3) Pass.add(out + 3 * outStep, s3);
  }

  @inline static add(out: usize, sum: v128): void {
    store<f64>(out, load<f64>(out) + (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
  }
}

/** out[k] += sum of w[i] a[i] b_k[i], i < n (even), k < count; b_k at b + k stride, out[k] at out + k outStep. */
export function weightedColumnDots(
  w: usize,
  a: usize,
  b: usize,
  stride: usize,
  count: i32,
  n: i32,
  out: usize,
  outStep: usize = 8,
): void {
  const bytes = (<usize>n) << 3;
  for (; count >= 4; count -= 4) {
    Pass.of(true, 4, w, a, b, stride, bytes, out, outStep);
    b += 4 * stride;
    out += 4 * outStep;
  }
  if (count == 3) Pass.of(true, 3, w, a, b, stride, bytes, out, outStep);
  else if (count == 2) Pass.of(true, 2, w, a, b, stride, bytes, out, outStep);
  else if (count == 1) Pass.of(true, 1, w, a, b, stride, bytes, out, outStep);
}

/** out[k] += sum of a[i] b_k[i], i < n (even), k < count; b_k at b + k stride. */
export function columnDots(a: usize, b: usize, stride: usize, count: i32, n: i32, out: usize): void {
  const bytes = (<usize>n) << 3;
  for (; count >= 4; count -= 4) {
    Pass.of(false, 4, 0, a, b, stride, bytes, out, 8);
    b += 4 * stride;
    out += 32;
  }
  if (count == 3) Pass.of(false, 3, 0, a, b, stride, bytes, out, 8);
  else if (count == 2) Pass.of(false, 2, 0, a, b, stride, bytes, out, 8);
  else if (count == 1) Pass.of(false, 1, 0, a, b, stride, bytes, out, 8);
}
