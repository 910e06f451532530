/** a[i] += x for an array of doubles. */
export function add(a: usize, i: i32, x: f64): void {
  const address = a + ((<usize>i) << 3);
  store<f64>(address, load<f64>(address) + x);
}

/** a[i] */
export function read(a: usize, i: i32): f64 {
  return load<f64>(a + ((<usize>i) << 3));
}

/** a[i] = x */
export function write(a: usize, i: i32, x: f64): void {
  store<f64>(a + ((<usize>i) << 3), x);
}
