import type { BlockCovariance } from "../covariance/block-covariance";
import { choleskyInverse } from "../linalg/inverse";
import { orthonormalBasis } from "../linalg/orthogonal";
import { solveLowerAt, solveLowerTransposed } from "../linalg/solve";
import type { Model } from "../model/model";

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
export function typicalVarianceParts({ location, V, weights, rows }: Model): TypicalVarianceParts | null {
  const clusters = factored(V, weights, rows);
  if (clusters === null) return null;
  const whitened = location.values.map((x, at) =>
    weights === null ? x : Math.sqrt(weights[at % rows]!) * x,
  );
  for (let j = 0; j < location.columns; j++) {
    // rows of weight 0 are in no cluster and stay 0
    const column = whitened.subarray(j * rows, (j + 1) * rows);
    for (const { members, L } of clusters) solveLowerAt(L, members, column);
  }
  const residual = new Float64Array(rows);
  const trace = new Float64Array(rows);
  for (const { members, L, w } of clusters) {
    const m = members.length;
    const inverse = choleskyInverse(L, m);
    for (let a = 0; a < m; a++) {
      residual[members[a]!] = w;
      trace[members[a]!] = w * inverse[a * m + a]!;
    }
  }
  for (const q of orthonormalBasis(whitened, rows, location.columns)) {
    for (const { members, L } of clusters) {
      const down = Float64Array.from(members, (row) => q[row]!);
      const up = product(L, down);
      solveLowerTransposed(L, members.length, down);
      for (let a = 0; a < members.length; a++) {
        residual[members[a]!]! -= up[a]! * down[a]!;
        trace[members[a]!]! -= down[a]! ** 2;
      }
    }
  }
  return { residual, trace };
}

interface Cluster {
  readonly members: ArrayLike<number>;
  /** of V, m x m, row-major, the upper triangle of no meaning */
  readonly L: Float64Array;
  readonly w: number;
}

/** Clusters of rows of a positive weight, single rows too; null when one is singular. */
function factored(V: BlockCovariance, weights: Float64Array | null, rows: number): Cluster[] | null {
  // weights are constant within a cluster
  const weightOf = (row: number) => (weights === null ? 1 : weights[row]!);
  const { factors } = V.factor(SINGULAR, (row) => weightOf(row) > 0);
  if (factors === null) return null;
  const clusters = factors.map(({ members, L }): Cluster => ({ members, L, w: weightOf(members[0]!) }));
  const alone = V.alone();
  for (let row = 0; row < rows; row++) {
    if (alone[row] === 0 || weightOf(row) === 0) continue;
    if (!(V.variances[row]! > 0)) return null;
    clusters.push({ members: [row], L: Float64Array.of(Math.sqrt(V.variances[row]!)), w: weightOf(row) });
  }
  return clusters;
}

/** L x */
function product(L: Float64Array, x: Float64Array): Float64Array {
  const m = x.length;
  const out = new Float64Array(m);
  for (let a = 0; a < m; a++) for (let b = 0; b <= a; b++) out[a]! += L[a * m + b]! * x[b]!;
  return out;
}
