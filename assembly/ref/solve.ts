// Textbook triangular solves: the slow twin of linalg/solve.ts, for tests only.

function at(a: usize, ld: i32, i: i32, j: i32): usize {
  return a + ((<usize>i * <usize>ld + <usize>j) << 3);
}

/** L X = B in place; B row-major, n x nrhs. */
export function solveLower(l: usize, n: i32, ld: i32, b: usize, nrhs: i32, ldb: i32): void {
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < nrhs; c++) {
      let sum = load<f64>(at(b, ldb, i, c));
      for (let k = 0; k < i; k++) sum -= load<f64>(at(l, ld, i, k)) * load<f64>(at(b, ldb, k, c));
      store<f64>(at(b, ldb, i, c), sum / load<f64>(at(l, ld, i, i)));
    }
  }
}

/** L' X = B in place; B row-major, n x nrhs. */
export function solveLowerTransposed(l: usize, n: i32, ld: i32, b: usize, nrhs: i32, ldb: i32): void {
  for (let i = n - 1; i >= 0; i--) {
    for (let c = 0; c < nrhs; c++) {
      let sum = load<f64>(at(b, ldb, i, c));
      for (let k = i + 1; k < n; k++) sum -= load<f64>(at(l, ld, k, i)) * load<f64>(at(b, ldb, k, c));
      store<f64>(at(b, ldb, i, c), sum / load<f64>(at(l, ld, i, i)));
    }
  }
}
