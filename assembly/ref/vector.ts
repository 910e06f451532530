// Plain loops over vectors: the slow twins of simd/dot.ts, axpy.ts, exp.ts and log.ts, for tests only.

/** sum of x[i] y[i] */
export function dot(x: usize, y: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) sum += load<f64>(x + ((<usize>i) << 3)) * load<f64>(y + ((<usize>i) << 3));
  return sum;
}

/** y[i] += alpha x[i] */
export function axpy(y: usize, alpha: f64, x: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const p = (<usize>i) << 3;
    store<f64>(y + p, load<f64>(y + p) + alpha * load<f64>(x + p));
  }
}

/** dst[i] = exp(src[i]) */
export function expArray(dst: usize, src: usize, n: i32): void {
  for (let i = 0; i < n; i++)
    store<f64>(dst + ((<usize>i) << 3), Math.exp(load<f64>(src + ((<usize>i) << 3))));
}

/** dst[i] = log(src[i]) */
export function logArray(dst: usize, src: usize, n: i32): void {
  for (let i = 0; i < n; i++)
    store<f64>(dst + ((<usize>i) << 3), Math.log(load<f64>(src + ((<usize>i) << 3))));
}
