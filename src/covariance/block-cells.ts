import { triangle } from "../linalg/triangle";

/** The blocks of V that are not diagonal, one after the other; all else off the diagonal is zero. */
export interface CovarianceBlocks {
  /** rows of each block */
  readonly sizes: Int32Array;
  /** the members of each, counting rows used from 0; stacked y1[1], y2[1], ... when bivariate */
  readonly rows: Int32Array;
  /** the lower triangle of each, by rows, diagonal included */
  readonly values: Float64Array;
}

/** Where each entry is. Whole numbers: a V that fits in memory has fewer than 2^29 cells. */
export interface Places {
  /** its cluster, -1 when it is alone */
  readonly clusters: Int32Array;
  /** its position there */
  readonly positions: Int32Array;
  /** the cell at which its row of the triangle begins */
  readonly lines: Int32Array;
}

export function placesOf({ sizes, rows }: Pick<CovarianceBlocks, "sizes" | "rows">, entries: number): Places {
  const clusters = new Int32Array(entries).fill(-1);
  const positions = new Int32Array(entries);
  const lines = new Int32Array(entries);
  let at = 0;
  let cell = 0;
  for (let c = 0; c < sizes.length; c++) {
    for (let a = 0; a < sizes[c]; a++) {
      const row = rows[at++];
      clusters[row] = c;
      positions[row] = a;
      lines[row] = cell;
      cell += a + 1;
    }
  }
  return { clusters, positions, lines };
}

/** Where the covariance of two entries is among the packed values; -1 when no cluster has both. */
export function cellOf({ clusters, positions, lines }: Places, i: number, k: number): number {
  const cluster = clusters[i];
  if (cluster < 0 || clusters[k] !== cluster) return -1;
  const a = positions[i];
  const b = positions[k];
  return a > b ? lines[i] + b : lines[k] + a;
}

/** The covariances within the clusters, while V is read. */
export interface BlockCells {
  /** cellOf() says where each belongs */
  readonly values: Float64Array;
  readonly places: Places;
}

/** Blocks of these clusters with nothing off their diagonals yet. */
export function diagonalBlocks(
  sizes: Int32Array,
  rows: Int32Array,
  variances: Float64Array,
): CovarianceBlocks {
  let cells = 0;
  for (const m of sizes) cells += triangle(m);
  const values = new Float64Array(cells);
  let row = 0;
  let cell = 0;
  for (const m of sizes) {
    for (let a = 0; a < m; a++) {
      cell += a;
      values[cell++] = variances[rows[row++]];
    }
  }
  return { sizes, rows, values };
}

/** The blocks with new numbers for their entries, -1 for those to leave out; null when no two are left together. */
export function renumbered(blocks: CovarianceBlocks, numberOf: Int32Array): CovarianceBlocks | null {
  const { sizes, rows, values } = blocks;
  const kept: { readonly positions: number[]; readonly numbers: number[]; readonly start: number }[] = [];
  let members = 0;
  let cells = 0;
  let first = 0;
  let start = 0;
  for (const m of sizes) {
    const positions: number[] = [];
    for (let a = 0; a < m; a++) if (numberOf[rows[first + a]] >= 0) positions.push(a);
    if (positions.length > 1) {
      const number = (a: number) => numberOf[rows[first + a]];
      positions.sort((a, b) => number(a) - number(b));
      kept.push({ positions, numbers: positions.map(number), start });
      members += positions.length;
      cells += triangle(positions.length);
    }
    first += m;
    start += triangle(m);
  }
  if (kept.length === 0) return null;
  kept.sort((one, other) => one.numbers[0] - other.numbers[0]);
  const out = {
    sizes: Int32Array.from(kept, ({ numbers }) => numbers.length),
    rows: new Int32Array(members),
    values: new Float64Array(cells),
  };
  let row = 0;
  let cell = 0;
  for (const { positions, numbers, start } of kept) {
    out.rows.set(numbers, row);
    row += numbers.length;
    for (let a = 0; a < positions.length; a++) {
      for (let b = 0; b <= a; b++) {
        const [p, q] = [positions[a], positions[b]];
        out.values[cell++] = values[start + (p > q ? triangle(p) + q : triangle(q) + p)];
      }
    }
  }
  return out;
}
