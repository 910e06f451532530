import type { BlockCovariance } from "../covariance/block-covariance";
import { triangle } from "../linalg/triangle";
import type { Sections } from "./sections";

// The kernels take V of each dense cluster as a packed lower triangle, by rows, one cluster after the other.

/** V as the engine takes it: packed lower triangles of the dense clusters, and the covariance inside each lone pair. */
export interface PackedV {
  readonly clusters: Float64Array;
  readonly pairs: Float64Array;
}

const NOTHING: PackedV = { clusters: new Float64Array(0), pairs: new Float64Array(0) };

/** @param divisor what V is divided by */
export function packV(layout: Sections, V: BlockCovariance, divisor: number): PackedV {
  const { clusterSizes: sizes, modelRow } = layout;
  // without either of these sections problem and model rows may be the same
  if (modelRow === null || (sizes.length === 0 && layout.pairRows === 0)) return NOTHING;
  const pairs = new Float64Array(layout.pairRows / 2);
  let row = layout.scalarRows + layout.nestedRows + layout.sparseRows;
  for (let s = 0; s < pairs.length; s++, row += 2)
    pairs[s] = V.at(modelRow[row], modelRow[row + 1]) / divisor;
  let cells = 0;
  for (let c = 0; c < sizes.length; c += 3) cells += triangle(sizes[c]);
  const clusters = new Float64Array(cells);
  let cell = 0;
  for (let c = 0; c < sizes.length; c += 3) {
    const end = row + sizes[c];
    for (let i = row; i < end; i++) {
      for (let k = row; k <= i; k++) clusters[cell++] = V.at(modelRow[i], modelRow[k]) / divisor;
    }
    row = end;
  }
  return { clusters, pairs };
}

/** The clusters of V by themselves, as all rows of a problem. */
export interface ClustersOfV {
  /** the entry of V of each row of the problem */
  readonly entries: Int32Array;
  /** rows, levels and pairs of each cluster */
  readonly sizes: Int32Array;
  /** V's own memory: its packing and the kernels' are one */
  readonly values: Float64Array;
}

/** Null for a diagonal V. */
export function clustersOfV({ blocks }: BlockCovariance): ClustersOfV | null {
  if (blocks === null) return null;
  const sizes = new Int32Array(3 * blocks.sizes.length);
  for (let c = 0; c < blocks.sizes.length; c++) sizes[3 * c] = blocks.sizes[c];
  return { entries: blocks.rows, sizes, values: blocks.values };
}
