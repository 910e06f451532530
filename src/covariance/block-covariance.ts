import type { Doubles } from "../data/doubles";
import { choleskyFactor, semidefiniteFactor } from "../linalg/cholesky";
import { triangle, unpacked } from "../linalg/triangle";
import { type CovarianceBlocks, cellOf, type Places, placesOf, renumbered } from "./block-cells";

/** One cluster of entries that covary. */
export interface CovarianceBlock {
  /** ascending */
  readonly rows: Int32Array;
  /** m x m, row-major, a new one at each call */
  matrix(): Float64Array;
}

/** L of one cluster's part of V = L L'. */
export interface BlockFactor {
  readonly members: Int32Array;
  /** m x m, row-major, the upper triangle of no meaning */
  readonly L: Float64Array;
}

/** The factors of all clusters, or the entry at which V turned out not to have them. */
export type Factored =
  | { readonly factors: readonly BlockFactor[]; readonly badRow: null }
  | { readonly factors: null; readonly badRow: number };

/**
 * A known covariance V: its diagonal, and the clusters of entries that covary as packed lower triangles. Immutable. This
 * class alone reads the packing; splitClusters() writes it, and triangles() writes it for the kernels. A diagonal V has no
 * blocks, and nothing here costs it more than a look at its diagonal.
 */
export class BlockCovariance {
  /** Diagonal of V, an entry each; NaN where a bivariate study lacks that outcome. */
  readonly variances: Float64Array;
  /**
   * As plain data, to be kept in a fit; null for a diagonal V. Clusters in the order of their first entries, entries
   * ascending within a cluster.
   */
  readonly blocks: CovarianceBlocks | null;
  /** made by the first at() that needs it */
  private places: Places | null = null;

  constructor(variances: Float64Array, blocks: CovarianceBlocks | null = null) {
    this.variances = variances;
    this.blocks = blocks;
  }

  /** How many clusters of two entries or more there are. */
  get clusters(): number {
    return this.blocks === null ? 0 : this.blocks.sizes.length;
  }

  /** Entries of the largest cluster; 1 for a diagonal V. */
  get largestCluster(): number {
    let largest = 1;
    if (this.blocks !== null) for (const m of this.blocks.sizes) largest = Math.max(largest, m);
    return largest;
  }

  /** Entries that are there: those of outcomes that a study lacks are not. */
  get present(): number {
    let present = 0;
    for (const v of this.variances) if (!Number.isNaN(v)) present++;
    return present;
  }

  /** Cells that may differ from zero: m^2 of a cluster, 1 of an entry that is alone. */
  get cells(): number {
    if (this.blocks === null) return this.present;
    let cells = this.present - this.blocks.rows.length;
    for (const m of this.blocks.sizes) cells += m * m;
    return cells;
  }

  /** The sum of m^3 over the clusters: what their factors cost. */
  get cubes(): number {
    let cubes = 0;
    if (this.blocks !== null) for (const m of this.blocks.sizes) cubes += m ** 3;
    return cubes;
  }

  /** V[i, k] in O(1); the first call off the diagonal of a V with clusters costs O(entries). */
  at(i: number, k: number): number {
    if (i === k) return this.variances[i];
    if (this.blocks === null) return 0;
    if (this.places === null) this.places = placesOf(this.blocks, this.variances.length);
    const cell = cellOf(this.places, i, k);
    return cell < 0 ? 0 : this.blocks.values[cell];
  }

  /** D V D with these on the diagonal of D. */
  scaled(factors: Float64Array): BlockCovariance {
    const variances = this.variances.map((v, i) => factors[i] ** 2 * v);
    if (this.blocks === null) return new BlockCovariance(variances);
    const { sizes, rows, values } = this.blocks;
    const scaled = new Float64Array(values.length);
    let first = 0;
    let cell = 0;
    for (const m of sizes) {
      for (let a = 0; a < m; a++) {
        for (let b = 0; b <= a; b++, cell++)
          scaled[cell] = factors[rows[first + a]] * factors[rows[first + b]] * values[cell];
      }
      first += m;
    }
    return new BlockCovariance(variances, { sizes, rows, values: scaled });
  }

  /** Every entry of every cluster beside the first of its cluster: what V ties together. */
  eachTie(visit: (first: number, entry: number) => void): void {
    if (this.blocks === null) return;
    const { sizes, rows } = this.blocks;
    let start = 0;
    for (let c = 0; c < sizes.length; c++) {
      const first = rows[start];
      for (let i = start; i < start + sizes[c]; i++) visit(first, rows[i]);
      start += sizes[c];
    }
  }

  eachBlock(visit: (block: CovarianceBlock) => void): void {
    if (this.blocks === null) return;
    const { sizes, rows, values } = this.blocks;
    let first = 0;
    let start = 0;
    for (const m of sizes) {
      const at = start;
      visit({ rows: rows.subarray(first, first + m), matrix: () => unpacked(values, at, m) });
      first += m;
      start += triangle(m);
    }
  }

  /**
   * The lower triangles of some groups of entries, by rows, one after the other, each cell over `divisor`: `entries` has the
   * groups one after the other, of `sizes` entries each.
   */
  triangles(entries: Int32Array, sizes: Int32Array, divisor: number): Float64Array {
    let cells = 0;
    for (const m of sizes) cells += triangle(m);
    const out = new Float64Array(cells);
    let cell = 0;
    let first = 0;
    for (const m of sizes) {
      for (let i = first; i < first + m; i++) {
        for (let k = first; k <= i; k++) out[cell++] = this.at(entries[i]!, entries[k]!) / divisor;
      }
      first += m;
    }
    return out;
  }

  /** 1 for each entry that is in no cluster. */
  alone(): Uint8Array {
    const alone = new Uint8Array(this.variances.length).fill(1);
    if (this.blocks !== null) for (const row of this.blocks.rows) alone[row] = 0;
    return alone;
  }

  equals({ variances, blocks }: BlockCovariance): boolean {
    if (!same(this.variances, variances)) return false;
    if (this.blocks === null || blocks === null) return this.blocks === blocks;
    const { sizes, rows, values } = this.blocks;
    return same(sizes, blocks.sizes) && same(rows, blocks.rows) && same(values, blocks.values);
  }

  /**
   * V of some entries, each once, in their order: entry k of it is entry `entries[k]` of this one. An entry whose
   * partners are all left out is alone. Cost O(entries), and the cells of the clusters that lose an entry.
   *
   * @param doubles makes the array of its variances: memory of its own, unless it is not to be kept
   */
  subset(
    entries: ArrayLike<number>,
    doubles: Doubles = (length) => new Float64Array(length),
  ): BlockCovariance {
    const variances = doubles(entries.length);
    for (let k = 0; k < entries.length; k++) variances[k] = this.variances[entries[k]];
    if (this.blocks === null) return new BlockCovariance(variances);
    const numberOf = new Int32Array(this.variances.length).fill(-1);
    for (let k = 0; k < entries.length; k++) numberOf[entries[k]] = k;
    return new BlockCovariance(variances, renumbered(this.blocks, numberOf));
  }

  /**
   * V = L L' cluster by cluster; the entries that are alone are left to the caller. Cost: the cube of each cluster.
   *
   * @param negligible a pivot below this share of its variance makes V singular, and has no factor
   * @param counts whether the cluster that begins with an entry does, if not all do
   */
  factor(negligible: number, counts?: (first: number) => boolean): Factored {
    return this.factored((A, m) => choleskyFactor(A, m, A, negligible), counts);
  }

  /** The same of a V that may be singular: a pivot within `zero` of its variance, of either sign, is zero. */
  semidefiniteFactor(zero: number): Factored {
    return this.factored((A, m) => semidefiniteFactor(A, m, zero));
  }

  /**
   * Adds a draw of N(0, V) to y: sqrt(v) z of the entries that are alone, then L z of each cluster. `factors` are those of
   * semidefiniteFactor(); `normal` gives independent standard normal numbers.
   */
  draw(factors: readonly BlockFactor[], normal: () => number, y: Float64Array): void {
    const alone = this.alone();
    for (let i = 0; i < y.length; i++) if (alone[i] === 1) y[i] += Math.sqrt(this.variances[i]) * normal();
    for (const { members, L } of factors) {
      const m = members.length;
      const z = Float64Array.from(members, normal);
      for (let a = 0; a < m; a++) for (let b = 0; b <= a; b++) y[members[a]] += L[a * m + b] * z[b];
    }
  }

  private factored(
    factorOf: (A: Float64Array, m: number) => Float64Array | null,
    counts: (first: number) => boolean = () => true,
  ): Factored {
    const factors: BlockFactor[] = [];
    if (this.blocks === null) return { factors, badRow: null };
    const { sizes, rows, values } = this.blocks;
    let first = 0;
    let start = 0;
    for (const m of sizes) {
      const members = rows.subarray(first, first + m);
      if (counts(members[0])) {
        const L = factorOf(unpacked(values, start, m), m);
        if (L === null) {
          // the first rows of a packed triangle are the triangle of the first rows
          const isGood = (count: number) => factorOf(unpacked(values, start, count), count) !== null;
          return { factors: null, badRow: members[firstBad(m, isGood)] };
        }
        factors.push({ members, L });
      }
      first += m;
      start += triangle(m);
    }
    return { factors, badRow: null };
  }
}

/** The row of a cluster without a pivot: its predecessors have a factor, by themselves and not with it. */
function firstBad(m: number, isGood: (count: number) => boolean): number {
  let [good, bad] = [0, m];
  while (bad - good > 1) {
    const half = (good + bad) >> 1;
    if (isGood(half)) good = half;
    else bad = half;
  }
  return good;
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  // an outcome that a study lacks is NaN in both
  for (let i = 0; i < a.length; i++)
    if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false;
  return true;
}
