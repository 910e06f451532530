import { DrmError } from "../errors";
import { triangle } from "../linalg/triangle";
import { count } from "../words";
import { flatten, newForest } from "./union-find";

/** V without anything that is zero: its diagonal and the clusters of entries that covary. */
export interface Covariance {
  /** Diagonal of V for each kept entry; NaN where a bivariate study lacks that outcome. */
  readonly variances: Float64Array;
  /** Clusters of two entries or more, in the order of their first entries. */
  readonly clusterSizes: Int32Array;
  /** Their entries, one cluster after the other, ascending within a cluster. */
  readonly clusterRows: Int32Array;
  /** Their covariances as packed row-major lower triangles, m (m + 1) / 2 doubles each. */
  readonly clusterV: Float64Array;
}

/** Where each entry went. */
export interface Partition {
  readonly sizes: Int32Array;
  readonly rows: Int32Array;
  /** The cluster of an entry; -1 = it is alone. */
  readonly clusterOf: Int32Array;
  /** Its place within the cluster. */
  readonly position: Int32Array;
  /** Where a cluster's triangle starts; one more element than there are clusters. */
  readonly starts: Int32Array;
}

const NO_ROWS = new Int32Array(0);
const NO_VALUES = new Float64Array(0);

// 4 GiB, what a 32-bit WebAssembly memory can address: a larger V could never be fitted, and a smaller one has
// indices that fit in 32 bits
const MOST_CELLS = 2 ** 29;

/** A covariance with nothing off its diagonal. */
export function diagonalCovariance(variances: Float64Array): Covariance {
  return { variances, clusterSizes: NO_ROWS, clusterRows: NO_ROWS, clusterV: NO_VALUES };
}

/**
 * Splits V into the connected components of its nonzero pattern. `connect` is called first and links the entries
 * that covary; `pack` is called once the components are known and writes their off-diagonal entries, each at
 * packedIndex(). Cost: linear in the entries and in the size of the triangles.
 */
export function splitClusters(
  variances: Float64Array,
  connect: (parent: Int32Array) => void,
  pack: (partition: Partition, clusterV: Float64Array) => void,
): Covariance {
  const parent = newForest(variances.length);
  connect(parent);
  const partition = partitionOf(parent);
  const { sizes, rows, starts } = partition;
  if (sizes.length === 0) return diagonalCovariance(variances);
  const clusterV = new Float64Array(starts[sizes.length]!);
  for (let c = 0, next = 0; c < sizes.length; c++) {
    let at = starts[c]!;
    for (let a = 0; a < sizes[c]!; a++) {
      at += a;
      clusterV[at++] = variances[rows[next++]!]!;
    }
  }
  pack(partition, clusterV);
  return { variances, clusterSizes: sizes, clusterRows: rows, clusterV };
}

/** Where the covariance of two entries of one cluster is stored. */
export function packedIndex({ clusterOf, position, starts }: Partition, k: number, l: number): number {
  const [p, q] = [position[k]!, position[l]!];
  const start = starts[clusterOf[k]!]!;
  return p > q ? start + triangle(p) + q : start + triangle(q) + p;
}

function tooLarge(cells: number, largest: number): DrmError {
  const needed = `${((8 * cells) / 2 ** 30).toFixed(1)} GiB`;
  const what = `V's clusters need ${needed} (the largest has ${count(largest, "row")}); the limit is 4 GiB`;
  return new DrmError("too_large", `${what}: set negligible covariances to 0 so that clusters fall apart`);
}

function partitionOf(parent: Int32Array): Partition {
  flatten(parent);
  const n = parent.length;
  const members = new Int32Array(n);
  for (let i = 0; i < n; i++) members[parent[i]!]!++;
  let clusters = 0;
  let clustered = 0;
  let cells = 0;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    const m = members[i]!;
    if (m < 2) continue;
    clusters++;
    clustered += m;
    cells += triangle(m);
    largest = Math.max(largest, m);
  }
  if (cells > MOST_CELLS) throw tooLarge(cells, largest);
  const sizes = new Int32Array(clusters);
  const rows = new Int32Array(clustered);
  const clusterOf = new Int32Array(n).fill(-1);
  const position = new Int32Array(n);
  const starts = new Int32Array(clusters + 1);
  const firstOf = new Int32Array(clusters);
  let found = 0;
  let first = 0;
  for (let i = 0; i < n; i++) {
    const root = parent[i]!;
    const m = members[root]!;
    if (m < 2) continue;
    if (root === i) {
      starts[found + 1] = starts[found]! + triangle(m);
      firstOf[found] = first;
      first += m;
      clusterOf[i] = found++;
    }
    const c = clusterOf[root]!;
    clusterOf[i] = c;
    position[i] = sizes[c]!++;
    rows[firstOf[c]! + position[i]!] = i;
  }
  return { sizes, rows, clusterOf, position, starts };
}
