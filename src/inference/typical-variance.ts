import { triangle } from "../covariance/clusters";
import { choleskyFactor } from "../linalg/cholesky";
import { choleskyInverse } from "../linalg/inverse";
import type { Model } from "../model/model";
import { orthonormalBasis } from "./projection";

/**
 * The "typical" sampling variance, for I^2 (Higgins and Thompson 2002, Statistics in Medicine 21, 1539-1558, eq. 9,
 * extended to moderators, covariances and several components as in metafor's rma.mv examples):
 *
 *   (n - p) / tr(P),   P = W - W X (X'WX)^-1 X'W,   W = V^-1
 *
 * The numerator is tr(I - H) with H = X (X'WX)^-1 X'W, so that both are sums over observations, and
 *
 *   sum (1 - H_ii) / sum P_ii
 *
 * over some of them is the typical variance of those, such as one outcome or the rows of a group. A likelihood weight of w
 * counts as w equal clusters.
 */
export interface TypicalVarianceParts {
  /** 1 - H_ii by observation, or w - H_ii */
  readonly residual: Float64Array;
  /** P_ii */
  readonly trace: Float64Array;
}

/** A pivot of a cluster of V below this share of its variance makes the cluster singular. */
const SINGULAR = 1.5e-8;

/**
 * With V = L L' cluster by cluster and Q an orthonormal basis of L^-1 X, neither W nor X'WX is formed:
 * H_ii = (L Q)_i (L^-T Q)_i' and P_ii = (V^-1)_ii - (L^-T Q)_i (L^-T Q)_i'. Cost O(n p^2) and the cube of each cluster.
 * Null when V is singular, in rows of a positive weight: W does not exist.
 */
export function typicalVarianceParts({
  location,
  knownV,
  weights,
  rows,
}: Model): TypicalVarianceParts | null {
  const clusters = factored(knownV, weights, rows);
  if (clusters === null) return null;
  // rows of weight 0 are in no cluster and stay 0
  const whitened = new Float64Array(rows * location.columns);
  for (let j = 0; j < location.columns; j++) {
    const column = location.values.subarray(j * rows, (j + 1) * rows);
    const target = whitened.subarray(j * rows, (j + 1) * rows);
    for (const { members, L, w } of clusters) forward(L, members, column, Math.sqrt(w), target);
  }
  const residual = new Float64Array(rows);
  const trace = new Float64Array(rows);
  for (const { members, L, w } of clusters) {
    const m = members.length;
    const inverse = choleskyInverse(L, m);
    members.forEach((row, a) => {
      residual[row] = w;
      trace[row] = w * inverse[a * m + a]!;
    });
  }
  for (const q of orthonormalBasis(whitened, rows, location.columns)) {
    for (const { members, L } of clusters) {
      const up = product(L, members, q);
      const down = backward(L, members, q);
      members.forEach((row, a) => {
        residual[row]! -= up[a]! * down[a]!;
        trace[row]! -= down[a]! ** 2;
      });
    }
  }
  return { residual, trace };
}

interface Cluster {
  readonly members: Int32Array | readonly number[];
  /** of V, m x m, row-major */
  readonly L: Float64Array;
  readonly w: number;
}

/** Clusters of rows of a positive weight; null when one is singular. */
function factored(knownV: Model["knownV"], weights: Float64Array | null, rows: number): Cluster[] | null {
  const { variances, clusterSizes, clusterRows, clusterV } = knownV;
  const weightOf = (row: number) => (weights === null ? 1 : weights[row]!);
  const alone = new Uint8Array(rows).fill(1);
  const clusters: Cluster[] = [];
  let first = 0;
  let packed = 0;
  for (const m of clusterSizes) {
    const members = clusterRows.subarray(first, first + m);
    const V = new Float64Array(m * m);
    for (let a = 0; a < m; a++) {
      for (let b = 0; b <= a; b++) {
        V[a * m + b] = clusterV[packed + triangle(a) + b]!;
        V[b * m + a] = V[a * m + b]!;
      }
      alone[members[a]!] = 0;
    }
    first += m;
    packed += triangle(m);
    // weights are constant within a cluster
    const w = weightOf(members[0]!);
    if (w === 0) continue;
    const L = choleskyFactor(V, m);
    if (L === null) return null;
    for (let a = 0; a < m; a++) if (L[a * m + a]! ** 2 < SINGULAR * V[a * m + a]!) return null;
    clusters.push({ members, L, w });
  }
  for (let row = 0; row < rows; row++) {
    if (alone[row] === 0 || weightOf(row) === 0) continue;
    if (!(variances[row]! > 0)) return null;
    clusters.push({ members: [row], L: Float64Array.of(Math.sqrt(variances[row]!)), w: weightOf(row) });
  }
  return clusters;
}

/** target := factor L^-1 x, for the members of a cluster */
function forward(
  L: Float64Array,
  members: ArrayLike<number>,
  x: Float64Array,
  factor: number,
  target: Float64Array,
): void {
  const m = members.length;
  for (let a = 0; a < m; a++) {
    let sum = factor * x[members[a]!]!;
    for (let b = 0; b < a; b++) sum -= L[a * m + b]! * target[members[b]!]!;
    target[members[a]!] = sum / L[a * m + a]!;
  }
}

/** L^-T x */
function backward(L: Float64Array, members: ArrayLike<number>, x: Float64Array): Float64Array {
  const m = members.length;
  const out = new Float64Array(m);
  for (let a = m - 1; a >= 0; a--) {
    let sum = x[members[a]!]!;
    for (let b = a + 1; b < m; b++) sum -= L[b * m + a]! * out[b]!;
    out[a] = sum / L[a * m + a]!;
  }
  return out;
}

/** L x */
function product(L: Float64Array, members: ArrayLike<number>, x: Float64Array): Float64Array {
  const m = members.length;
  const out = new Float64Array(m);
  for (let a = 0; a < m; a++) for (let b = 0; b <= a; b++) out[a]! += L[a * m + b]! * x[members[b]!]!;
  return out;
}
