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

/** y[i] += alpha x[i], i < n, for a few numbers. */
export function addScaled(y: usize, alpha: f64, x: usize, n: i32): void {
  const end = x + ((<usize>n) << 3);
  for (; x < end; x += 8) {
    store<f64>(y, load<f64>(y) + alpha * load<f64>(x));
    y += 8;
  }
}

/** a[0], ..., a[n - 1] = 0 for a few numbers: memory.fill() leaves the module, which takes as long as writing a hundred. */
export function clear(a: usize, n: i32): void {
  const end = a + ((<usize>n) << 3);
  for (; a < end; a += 8) store<f64>(a, 0);
}

/** to[i] = from[i], i < n, for a few numbers, likewise. */
export function copy(to: usize, from: usize, n: i32): void {
  const end = from + ((<usize>n) << 3);
  for (; from < end; from += 8) {
    store<f64>(to, load<f64>(from));
    to += 8;
  }
}
