// Textbook Cholesky factor and log-determinant: the slow twin of linalg/cholesky.ts, for tests only.

function at(a: usize, ld: i32, i: i32, j: i32): usize {
  return a + ((<usize>i * <usize>ld + <usize>j) << 3);
}

/** A = L L', lower triangle in place; 0, or the 1-based row of the first pivot that is not positive. */
export function cholesky(a: usize, n: i32, ld: i32, scratch: usize): i32 {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = load<f64>(at(a, ld, i, j));
      const diagonal = sum;
      for (let k = 0; k < j; k++) sum -= load<f64>(at(a, ld, i, k)) * load<f64>(at(a, ld, j, k));
      if (i == j) {
        if (!(sum > <f64>n * 2.220446049250313e-16 * diagonal) || !(sum < Infinity)) return i + 1;
        store<f64>(at(a, ld, i, i), Math.sqrt(sum));
      } else {
        store<f64>(at(a, ld, i, j), sum / load<f64>(at(a, ld, j, j)));
      }
    }
  }
  return 0;
}

/** log |A| = 2 sum log L_ii */
export function logDetFromCholesky(a: usize, n: i32, ld: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) sum += Math.log(load<f64>(at(a, ld, i, i)));
  return 2 * sum;
}
