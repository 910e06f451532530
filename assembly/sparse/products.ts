// Products of small and large row-major matrices, with both of them read along their rows.

import { dot } from "../simd/dot";

/** C += alpha A B';  C m x n, A m x k, B n x k, row-major with `ldc`, `lda` and `ldb` doubles a row. */
export function addProduct(
  c: usize,
  ldc: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  m: i32,
  n: i32,
  k: i32,
  alpha: f64,
): void {
  for (let i = 0; i < m; i++) {
    const row = c + ((<usize>i * <usize>ldc) << 3);
    for (let j = 0; j < n; j++) {
      const at = row + ((<usize>j) << 3);
      const sum = dot(a + ((<usize>i * <usize>lda) << 3), b + ((<usize>j * <usize>ldb) << 3), k);
      store<f64>(at, load<f64>(at) + alpha * sum);
    }
  }
}

/** The lower triangle of C += alpha A B', m = n; what is above it is undefined afterwards. */
export function addProductLower(
  c: usize,
  ldc: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  n: i32,
  k: i32,
  alpha: f64,
): void {
  for (let i = 0; i < n; i++) {
    const rowOfA = a + ((<usize>i * <usize>lda) << 3);
    addProduct(c + ((<usize>i * <usize>ldc) << 3), ldc, rowOfA, lda, b, ldb, 1, i + 1, k, alpha);
  }
}

/** B = A', A rows x columns. */
export function transpose(b: usize, a: usize, lda: i32, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    let to = b + ((<usize>i) << 3);
    const from = a + ((<usize>i * <usize>lda) << 3);
    for (let j = 0; j < columns; j++) {
      store<f64>(to, load<f64>(from + ((<usize>j) << 3)));
      to += (<usize>rows) << 3;
    }
  }
}

/** The rows of a rectangle from one matrix to another. */
export function copyBlock(to: usize, ldTo: i32, from: usize, ldFrom: i32, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    memory.copy(
      to + ((<usize>i * <usize>ldTo) << 3),
      from + ((<usize>i * <usize>ldFrom) << 3),
      (<usize>columns) << 3,
    );
  }
}

/** The lower triangle of a square matrix to the upper one. */
export function mirrorSquare(a: usize, ld: i32, n: i32): void {
  for (let i = 1; i < n; i++) {
    let to = a + ((<usize>i) << 3);
    const from = a + ((<usize>i * <usize>ld) << 3);
    for (let j = 0; j < i; j++) {
      store<f64>(to, load<f64>(from + ((<usize>j) << 3)));
      to += (<usize>ld) << 3;
    }
  }
}
