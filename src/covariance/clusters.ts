import { DrmError } from "../errors";
import { triangle } from "../linalg/triangle";
import { count } from "../words";
import { type BlockCells, type CovarianceBlocks, diagonalBlocks, placesOf } from "./block-cells";
import { BlockCovariance } from "./block-covariance";
import { flatten, newForest } from "./union-find";

// 4 GiB, what a 32-bit WebAssembly memory can address: a larger V could never be fitted, and a smaller one has
// indices that fit in 32 bits
const MOST_CELLS = 2 ** 29;

/**
 * Splits V into the connected components of its nonzero pattern. `connect` is called first and links the entries
 * that covary; `fill` is called once the components are known and writes their covariances. Cost: linear in the entries
 * and in the size of the triangles.
 */
export function splitClusters(
  variances: Float64Array,
  connect: (parent: Int32Array) => void,
  fill: (cells: BlockCells) => void,
): BlockCovariance {
  const parent = newForest(variances.length);
  connect(parent);
  const { sizes, rows } = clustersOf(parent);
  if (sizes.length === 0) return new BlockCovariance(variances);
  const blocks = diagonalBlocks(sizes, rows, variances);
  fill({ values: blocks.values, places: placesOf(blocks, variances.length) });
  return new BlockCovariance(variances, blocks);
}

function tooLarge(cells: number, largest: number): DrmError {
  const needed = `${((8 * cells) / 2 ** 30).toFixed(1)} GiB`;
  const what = `V's clusters need ${needed} (the largest has ${count(largest, "row")}); the limit is 4 GiB`;
  return new DrmError("too_large", `${what}: set negligible covariances to 0 so that clusters fall apart`);
}

/** The trees of two entries or more. */
function clustersOf(parent: Int32Array): Pick<CovarianceBlocks, "sizes" | "rows"> {
  flatten(parent);
  const n = parent.length;
  const members = new Int32Array(n);
  for (let i = 0; i < n; i++) members[parent[i]]++;
  let clusters = 0;
  let clustered = 0;
  let cells = 0;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    const m = members[i];
    if (m < 2) continue;
    clusters++;
    clustered += m;
    cells += triangle(m);
    largest = Math.max(largest, m);
  }
  if (cells > MOST_CELLS) throw tooLarge(cells, largest);
  const sizes = new Int32Array(clusters);
  const rows = new Int32Array(clustered);
  // where the next row of the cluster with this root goes
  const next = new Int32Array(n);
  let found = 0;
  let first = 0;
  for (let i = 0; i < n; i++) {
    const root = parent[i];
    if (members[root] < 2) continue;
    if (root === i) {
      sizes[found++] = members[i];
      next[i] = first;
      first += members[i];
    }
    rows[next[root]++] = i;
  }
  return { sizes, rows };
}
