/**
 * The "typical" sampling variance of a set of rows, for I^2 (Higgins and Thompson 2002, Statistics in Medicine 21,
 * 1539-1558, eq. 9, extended to moderators and to several components as in metafor's rma.mv examples):
 *
 *   (n - p) / tr(P),   P = W - W X (X'WX)^-1 X'W,   W = diag(w / v)
 *
 * which is the mean of v with weights P_ii, since v_i P_ii = w_i (1 - h_i) and leverages h add up to p. That mean is
 * taken over any subset of rows. X'WX is never formed: leverages are squared row norms of an orthonormal basis.
 * A likelihood weight of w counts as w equal rows. Cost O(n p^2).
 */
export interface WeightedRows {
  /** n x p, column-major, full rank */
  readonly X: Float64Array;
  readonly p: number;
  /** sampling variances, all > 0 */
  readonly v: Float64Array;
  /** likelihood weights, or null for ones */
  readonly weights: Float64Array | null;
  /** which of the n rows there are */
  readonly rows: readonly number[];
}

/** The typical variance by subset of `rows`; NaN where a subset has no residual information. */
export function typicalVariances(given: WeightedRows, subsets: readonly (readonly number[])[]): number[] {
  const { v, weights } = given;
  const leverage = leverages(given);
  return subsets.map((members) => {
    let residual = 0;
    let trace = 0;
    for (const i of members) {
      const w = weights === null ? 1 : weights[i];
      residual += w - leverage[i];
      trace += (w - leverage[i]) / v[i];
    }
    return residual / trace;
  });
}

/** h_i = w_i x_i'(X'WX)^-1 x_i / v_i; 0 for rows that are not there. Modified Gram-Schmidt, twice. */
function leverages({ X, p, v, weights, rows }: WeightedRows): Float64Array {
  const nrow = v.length;
  const leverage = new Float64Array(nrow);
  const basis: Float64Array[] = [];
  for (let j = 0; j < p; j++) {
    const q = Float64Array.from(
      rows,
      (i) => X[j * nrow + i] * Math.sqrt((weights === null ? 1 : weights[i]) / v[i]),
    );
    for (let pass = 0; pass < 2; pass++) {
      for (const other of basis) {
        let dot = 0;
        for (let k = 0; k < q.length; k++) dot += other[k] * q[k];
        for (let k = 0; k < q.length; k++) q[k] -= dot * other[k];
      }
      let norm = 0;
      for (let k = 0; k < q.length; k++) norm += q[k] * q[k];
      norm = Math.sqrt(norm);
      for (let k = 0; k < q.length; k++) q[k] /= norm;
    }
    basis.push(q);
    rows.forEach((row, k) => {
      leverage[row] += q[k] * q[k];
    });
  }
  return leverage;
}
