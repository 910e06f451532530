import { triangle } from "../linalg/triangle";
import type { Sections } from "./sections";

/** Known covariances of the observations, as in KnownV. */
interface Covariances {
  readonly variances: Float64Array;
  readonly clusterSizes: Int32Array;
  readonly clusterRows: Int32Array;
  readonly clusterV: Float64Array;
}

/** V as the engine takes it: packed lower triangles of the dense clusters, and the covariance inside each lone pair. */
export interface PackedV {
  readonly clusters: Float64Array;
  readonly pairs: Float64Array;
}

const NOTHING: PackedV = { clusters: new Float64Array(0), pairs: new Float64Array(0) };

export function packV(layout: Sections, known: Covariances, divisor: number): PackedV {
  const { clusterSizes: sizes, modelRow } = layout;
  if (sizes.length === 0 && layout.pairRows === 0) return NOTHING;
  const denseStart = layout.scalarRows + layout.nestedRows + layout.pairRows;
  const pairStart = layout.scalarRows + layout.nestedRows;
  const pairs = new Float64Array(layout.pairRows / 2);
  let doubles = 0;
  for (let c = 0; c < sizes.length; c += 3) doubles += triangle(sizes[c]!);
  const clusters = new Float64Array(doubles);
  if (modelRow === null || known.variances.length === 0) return { clusters, pairs };

  // where each model row stands: its problem row, and the start of its cluster's triangle
  const problemRow = new Int32Array(known.variances.length).fill(-1);
  for (let i = 0; i < modelRow.length; i++) if (modelRow[i]! >= 0) problemRow[modelRow[i]!] = i;
  const firstRow = new Int32Array(layout.rows - denseStart);
  const triangleStart = new Float64Array(layout.rows - denseStart);
  let row = 0;
  let start = 0;
  for (let c = 0; c < sizes.length; c += 3) {
    const m = sizes[c]!;
    for (let i = 0; i < m; i++) {
      firstRow[row + i] = row;
      triangleStart[row + i] = start;
      clusters[start + triangle(i) + i] = known.variances[modelRow[denseStart + row + i]!]! / divisor;
    }
    row += m;
    start += triangle(m);
  }

  let first = 0;
  let packed = 0;
  for (let c = 0; c < known.clusterSizes.length; c++) {
    const m = known.clusterSizes[c]!;
    for (let i = 0; i < m; i++) {
      const a = problemRow[known.clusterRows[first + i]!]!;
      for (let j = 0; j < i; j++) {
        const value = known.clusterV[packed + triangle(i) + j]! / divisor;
        const b = problemRow[known.clusterRows[first + j]!]!;
        if (a < denseStart) {
          pairs[(Math.min(a, b) - pairStart) / 2] = value;
          continue;
        }
        const low = Math.min(a, b) - denseStart;
        const high = Math.max(a, b) - denseStart;
        const within = high - firstRow[high]!;
        clusters[triangleStart[high]! + triangle(within) + (low - firstRow[high]!)] = value;
      }
    }
    first += m;
    packed += triangle(m);
  }
  return { clusters, pairs };
}
