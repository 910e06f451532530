// Textbook products of two matrices along their rows: the slow twin of linalg/product.ts, for tests only.

function at(a: usize, ld: i32, i: i32, j: i32): usize {
  return a + ((<usize>i * <usize>ld + <usize>j) << 3);
}

/** C += alpha A B'; C m x n, A m x k, B n x k, row-major. */
export function addProduct(
  c: usize,
  m: i32,
  n: i32,
  ldc: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  k: i32,
  alpha: f64,
  scratch: usize,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum: f64 = 0;
      for (let p = 0; p < k; p++) sum += load<f64>(at(a, lda, i, p)) * load<f64>(at(b, ldb, j, p));
      store<f64>(at(c, ldc, i, j), load<f64>(at(c, ldc, i, j)) + alpha * sum);
    }
  }
}

/** The lower triangle of it, m = n. */
export function addProductLower(
  c: usize,
  n: i32,
  ldc: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  k: i32,
  alpha: f64,
  scratch: usize,
): void {
  for (let i = 0; i < n; i++)
    addProduct(at(c, ldc, i, 0), 1, i + 1, ldc, at(a, lda, i, 0), lda, b, ldb, k, alpha, scratch);
}
