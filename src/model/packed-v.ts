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
  for (let c = 0; c < sizes.length; c += 3) doubles += (sizes[c]! * (sizes[c]! + 1)) / 2;
  const clusters = new Float64Array(doubles);
  if (modelRow === null || known.variances.length === 0) return { clusters, pairs };

  // where each model row stands: its problem row, and the start of its cluster's triangle
  const problemRow = new Int32Array(known.variances.length).fill(-1);
  for (let i = 0; i < modelRow.length; i++) if (modelRow[i]! >= 0) problemRow[modelRow[i]!] = i;
  const firstRow = new Int32Array(layout.rows - denseStart);
  const triangle = new Float64Array(layout.rows - denseStart);
  let row = 0;
  let start = 0;
  for (let c = 0; c < sizes.length; c += 3) {
    const m = sizes[c]!;
    for (let i = 0; i < m; i++) {
      firstRow[row + i] = row;
      triangle[row + i] = start;
      clusters[start + (i * (i + 1)) / 2 + i] = known.variances[modelRow[denseStart + row + i]!]! / divisor;
    }
    row += m;
    start += (m * (m + 1)) / 2;
  }

  let first = 0;
  let packed = 0;
  for (let c = 0; c < known.clusterSizes.length; c++) {
    const m = known.clusterSizes[c]!;
    for (let i = 0; i < m; i++) {
      const a = problemRow[known.clusterRows[first + i]!]!;
      for (let j = 0; j < i; j++) {
        const value = known.clusterV[packed + (i * (i + 1)) / 2 + j]! / divisor;
        const b = problemRow[known.clusterRows[first + j]!]!;
        if (a < denseStart) {
          pairs[(Math.min(a, b) - pairStart) / 2] = value;
          continue;
        }
        const low = Math.min(a, b) - denseStart;
        const high = Math.max(a, b) - denseStart;
        const within = high - firstRow[high]!;
        clusters[triangle[high]! + (within * (within + 1)) / 2 + (low - firstRow[high]!)] = value;
      }
    }
    first += m;
    packed += (m * (m + 1)) / 2;
  }
  return { clusters, pairs };
}
