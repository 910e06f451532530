// Textbook inverse from a Cholesky factor: the slow twin of linalg/inverse.ts, for tests only.

function at(a: usize, ld: i32, i: i32, j: i32): usize {
  return a + ((<usize>i * <usize>ld + <usize>j) << 3);
}

/** L (lower triangle) -> (L L')^-1, both triangles, in place. */
export function invertFromCholesky(a: usize, n: i32, ld: i32, scratch: usize): void {
  // M = L^-1, column by column: M_jj = 1 / L_jj, M_ij = -(sum_{j <= k < i} L_ik M_kj) / L_ii
  for (let j = 0; j < n; j++) {
    store<f64>(at(a, ld, j, j), 1 / load<f64>(at(a, ld, j, j)));
    for (let i = j + 1; i < n; i++) {
      let sum: f64 = 0;
      for (let k = j; k < i; k++) sum += load<f64>(at(a, ld, i, k)) * load<f64>(at(a, ld, k, j));
      store<f64>(at(a, ld, i, j), -sum / load<f64>(at(a, ld, i, i)));
    }
  }
  // S^-1 = M' M; entry (i, j) needs only rows k >= i of M, and row i is last read at step i
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum: f64 = 0;
      for (let k = i; k < n; k++) sum += load<f64>(at(a, ld, k, i)) * load<f64>(at(a, ld, k, j));
      store<f64>(at(a, ld, j, i), sum);
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) store<f64>(at(a, ld, i, j), load<f64>(at(a, ld, j, i)));
  }
}
