// Textbook products with symmetric matrices: the slow twin of linalg/symmetric.ts, for tests only.

function at(a: usize, ld: i32, i: i32, j: i32): usize {
  return a + ((<usize>i * <usize>ld + <usize>j) << 3);
}

/** C = A B; A full symmetric n x n row-major, B and C n x nrhs with contiguous columns ldb and ldc apart. */
export function symmetricTimes(
  a: usize,
  n: i32,
  ld: i32,
  b: usize,
  ldb: i32,
  c: usize,
  ldc: i32,
  nrhs: i32,
): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < nrhs; j++) {
      let sum: f64 = 0;
      for (let k = 0; k < n; k++) sum += load<f64>(at(a, ld, i, k)) * load<f64>(at(b, ldb, j, k));
      store<f64>(at(c, ldc, j, i), sum);
    }
  }
}
