import type { KnownV } from "../covariance/known-v";
import { choleskyFactor } from "../linalg/cholesky";
import { triangle, unpacked } from "../linalg/triangle";

/** Rows whose sampling errors covary. */
export interface ClusterFactor {
  readonly members: ArrayLike<number>;
  /** Cholesky factor of their part of V, row-major, the upper triangle of no meaning */
  readonly L: Float64Array;
}

/**
 * V = L L' cluster by cluster; the rows that are in none are left to the caller. Cost: the cube of each cluster.
 *
 * @param negligible a pivot below this share of its variance makes V singular
 * @param counts whether the cluster that begins with a row does, if not all do
 * @returns null when V is singular
 */
export function clusterFactors(
  { clusterSizes, clusterRows, clusterV }: KnownV,
  negligible: number,
  counts: (row: number) => boolean = () => true,
): ClusterFactor[] | null {
  const factors: ClusterFactor[] = [];
  let first = 0;
  let packed = 0;
  for (const m of clusterSizes) {
    const members = clusterRows.subarray(first, first + m);
    if (counts(members[0]!)) {
      const V = unpacked(clusterV, packed, m);
      const L = choleskyFactor(V, m, V, negligible);
      if (L === null) return null;
      factors.push({ members, L });
    }
    first += m;
    packed += triangle(m);
  }
  return factors;
}
