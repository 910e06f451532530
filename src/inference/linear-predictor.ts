/**
 * Linear predictor and its standard error, row by row of a design matrix:
 *
 *   eta_i = sum_j w_ij gamma_j + offset_i          se_i = sqrt(w_i' C w_i)
 *
 * A zero entry of the design contributes nothing whatever the coefficient, so a row that a coefficient at its boundary
 * (infinite, without a standard error) does not concern keeps its finite prediction. Cost: O(n k^2).
 */
export interface LinearPredictor {
  readonly eta: Float64Array;
  readonly stdError: Float64Array;
}

/** `values` column-major n x k; `coefficients` k; `covariance` k x k by row; `offset` n or null. */
export function linearPredictor(
  values: Float64Array,
  n: number,
  coefficients: readonly number[],
  covariance: readonly (readonly number[])[],
  offset: Float64Array | null,
): LinearPredictor {
  const k = coefficients.length;
  const eta = new Float64Array(n);
  const stdError = new Float64Array(n);
  const w = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) w[j] = values[j * n + i];
    let sum = offset === null ? 0 : offset[i];
    let variance = 0;
    for (let j = 0; j < k; j++) {
      if (w[j] === 0) continue;
      sum += w[j] * coefficients[j];
      for (let l = 0; l < k; l++) if (w[l] !== 0) variance += w[j] * w[l] * covariance[j][l];
    }
    eta[i] = sum;
    // rounding may leave a variance of zero slightly below it
    stdError[i] = Math.sqrt(Math.max(variance, 0));
  }
  return { eta, stdError };
}
