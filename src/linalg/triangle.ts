/** Symmetric matrices as their lower triangles, packed by rows: what known sampling covariances come in. */

/** Cells of a packed triangle of order n, and where its row n starts within it. */
export function triangle(n: number): number {
  return (n * (n + 1)) / 2;
}

/** The n x n matrix, row-major, of the packed triangle that begins at `start`. */
export function unpacked(values: Float64Array, start: number, n: number): Float64Array {
  const A = new Float64Array(n * n);
  let at = start;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = values[at++]!;
      A[i * n + j] = value;
      A[j * n + i] = value;
    }
  }
  return A;
}
