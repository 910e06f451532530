import { DrmError } from "../errors";
import type { BlockMatrix } from "../index";
import { count } from "../words";

/** Rows by the text of their cluster, in order of appearance. Rows without one are in none. */
export function clustersOf(labels: readonly (string | null)[]): Map<string, number[]> {
  const clusters = new Map<string, number[]>();
  for (const [i, label] of labels.entries()) {
    if (label === null) continue;
    const rows = clusters.get(label);
    if (rows === undefined) clusters.set(label, [i]);
    else rows.push(i);
  }
  return clusters;
}

/**
 * L with L L' = V, by rows, the lower triangle (Cholesky); null where V is not positive definite. Cost n^3 / 6: of one cluster.
 */
export function cholesky(V: Float64Array, n: number): Float64Array | null {
  const L = V.slice();
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = L[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= L[i * n + k]! * L[j * n + k]!;
      if (i === j) {
        // 0 but for rounding is 0
        if (!(sum > 1e-13 * V[j * n + j]!)) return null;
        L[j * n + j] = Math.sqrt(sum);
      } else L[i * n + j] = sum / L[j * n + j]!;
    }
  }
  return L;
}

/** L^-1 b. */
export function forward(L: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= L[i * n + k]! * x[k]!;
    x[i]! /= L[i * n + i]!;
  }
  return x;
}

/**
 * The covariances of the rows of each cluster as blocks. A row without a cluster is a block of its own with a missing variance: a fit
 * that uses it says so.
 */
export function blocksOf(
  caller: string,
  labels: readonly (string | null)[],
  covariance: (i: number, j: number) => number,
): BlockMatrix {
  const blocks = [...clustersOf(labels)].map(([label, rows]) => {
    const n = rows.length;
    const matrix = new Float64Array(n * n);
    for (const [k, i] of rows.entries()) {
      for (const [l, j] of rows.entries()) matrix[k * n + l] = covariance(i, j);
    }
    if (cholesky(matrix, n) === null) throw notPossible(caller, label, rows);
    return { rows, matrix };
  });
  for (const [i, label] of labels.entries()) {
    if (label === null) blocks.push({ rows: [i], matrix: Float64Array.of(Number.NaN) });
  }
  return { blocks };
}

/** For a cluster whose covariances cannot be. */
export function notPossible(caller: string, label: string, rows: readonly number[]): DrmError {
  const which = `'${label}' (${count(rows.length, "row")}, the first ${rows[0]! + 1})`;
  return new DrmError(
    "not_positive_definite",
    `${caller}(): the covariances of ${which} are not positive definite; wanted correlations that can be true together`,
  );
}
