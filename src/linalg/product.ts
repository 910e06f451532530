/** Products of small matrices, row-major. Cost: as many multiplications as the three sizes make. */

/** A B, k x n, for A k x l and B l x n. A zero of A skips a row of B: T is upper triangular, and designs have dummies. */
export function product(
  A: Float64Array,
  B: Float64Array,
  k: number,
  l: number,
  n: number,
  out: Float64Array = new Float64Array(k * n),
): Float64Array {
  for (let i = 0; i < k; i++) {
    for (let m = 0; m < l; m++) {
      const a = A[i * l + m]!;
      if (a === 0) continue;
      for (let j = 0; j < n; j++) out[i * n + j]! += a * B[m * n + j]!;
    }
  }
  return out;
}

/** A B', k x n, for A k x l and B n x l. */
export function timesTransposed(
  A: Float64Array,
  B: Float64Array,
  k: number,
  l: number,
  n: number,
): Float64Array {
  const out = new Float64Array(k * n);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let m = 0; m < l; m++) sum += A[i * l + m]! * B[j * l + m]!;
      out[i * n + j] = sum;
    }
  }
  return out;
}

/** A'B, k x n, for A l x k and B l x n. */
export function crossProduct(
  A: Float64Array,
  B: Float64Array,
  l: number,
  k: number,
  n: number,
): Float64Array {
  const out = new Float64Array(k * n);
  for (let m = 0; m < l; m++) {
    for (let i = 0; i < k; i++) {
      const a = A[m * k + i]!;
      for (let j = 0; j < n; j++) out[i * n + j]! += a * B[m * n + j]!;
    }
  }
  return out;
}

/**
 * A B A', k x k, for A k x n and symmetric B n x n: symmetric to the last digit.
 *
 * @param half k x n, zeros on entry: A B
 */
export function congruence(
  A: Float64Array,
  B: Float64Array,
  k: number,
  n: number,
  out: Float64Array = new Float64Array(k * k),
  half: Float64Array = new Float64Array(k * n),
): Float64Array {
  product(A, B, k, n, n, half);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let m = 0; m < n; m++) sum += half[i * n + m]! * A[j * n + m]!;
      out[i * k + j] = sum;
      out[j * k + i] = sum;
    }
  }
  return out;
}

/** A', for A k x n. */
export function transposed(
  A: Float64Array,
  k: number,
  n: number,
  out: Float64Array = new Float64Array(k * n),
): Float64Array {
  for (let i = 0; i < k; i++) for (let j = 0; j < n; j++) out[j * k + i] = A[i * n + j]!;
  return out;
}
