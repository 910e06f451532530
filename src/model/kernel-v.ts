import type { BlockCovariance } from "../covariance/block-covariance";
import type { Sections } from "./sections";

/** V as the engine takes it: lower triangles of the dense clusters, by rows, and the covariance inside each lone pair. */
export interface KernelV {
  readonly clusters: Float64Array;
  readonly pairs: Float64Array;
}

const NOTHING: KernelV = { clusters: new Float64Array(0), pairs: new Float64Array(0) };

/** @param divisor what V is divided by */
export function kernelV(layout: Sections, V: BlockCovariance, divisor: number): KernelV {
  const { clusterSizes, modelRow } = layout;
  // without either of these sections problem and model rows may be the same
  if (modelRow === null || (clusterSizes.length === 0 && layout.pairRows === 0)) return NOTHING;
  const pairs = new Float64Array(layout.pairRows / 2);
  let row = layout.scalarRows + layout.nestedRows + layout.sparseRows;
  for (let s = 0; s < pairs.length; s++, row += 2)
    pairs[s] = V.at(modelRow[row], modelRow[row + 1]) / divisor;
  const sizes = new Int32Array(clusterSizes.length / 3);
  for (let c = 0; c < sizes.length; c++) sizes[c] = clusterSizes[3 * c];
  return { clusters: V.triangles(modelRow.subarray(row), sizes, divisor), pairs };
}

/** The clusters of V by themselves, as all rows of a problem. */
export interface ClustersOfV {
  /** the entry of V of each row of the problem */
  readonly entries: Int32Array;
  /** rows, levels and pairs of each cluster */
  readonly sizes: Int32Array;
  /** V's own memory, in which it keeps what triangles() gives */
  readonly values: Float64Array;
}

/** Null for a diagonal V. */
export function clustersOfV({ blocks }: BlockCovariance): ClustersOfV | null {
  if (blocks === null) return null;
  const sizes = new Int32Array(3 * blocks.sizes.length);
  for (let c = 0; c < blocks.sizes.length; c++) sizes[3 * c] = blocks.sizes[c];
  return { entries: blocks.rows, sizes, values: blocks.values };
}
