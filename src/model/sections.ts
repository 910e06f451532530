import { unfilled } from "../data/doubles";
import { components, DENSE, NESTED, PAIR, SCALAR, SPARSE, type Ties } from "./components";
import { type DenseLevels, denseLevels, NO_DENSE_LEVELS } from "./dense-levels";
import { type SparseSection, sparseLevels } from "./sparse/section";
import type { LevelsInput } from "./terms/term";
import { type KernelInputs, kernelInputs } from "./terms/terms";

/**
 * The order in which the engine keeps observations, levels and studies: by kernel (assembly/abi.ts), so that each
 * kernel walks one stretch of memory. `model...` arrays give the model's number of each, -1 for padding.
 */
export interface Sections {
  readonly rows: number;
  readonly scalarRows: number;
  readonly nestedRows: number;
  readonly sparseRows: number;
  readonly pairRows: number;
  /** null when problem rows are the model's, with padding after them or without */
  readonly modelRow: Int32Array | null;
  /** -1 for the inner nodes of a structure, too, which the model has no SD of */
  readonly modelLevel: Int32Array;
  /** how the nested section's levels hang together */
  readonly nested: LevelTree;
  readonly sparse: SparseSection | null;
  readonly modelPair: Int32Array;
  /** rows, levels and pairs of each dense cluster */
  readonly clusterSizes: Int32Array;
  /** dense rows x terms, row-major: level within the cluster, -1 for none */
  readonly rowLevels: Int32Array;
  readonly terms: number;
  /** of the levels of dense clusters */
  readonly denseLevels: DenseLevels;
  /** two rows within the cluster for each pair in a dense cluster */
  readonly clusterPairs: Int32Array;
}

const NONE = new Int32Array(0);

/** Levels that hold others or rows. */
export interface LevelTree {
  /** the level that holds each, -1 at the top */
  readonly parent: Int32Array;
  /** of the inner levels: rows of the section up to the end of each */
  readonly end: Int32Array;
}

const NO_TREE: LevelTree = { parent: NONE, end: NONE };

export function sections(ties: Ties): Sections {
  const { rows, terms } = ties;
  const inputs = kernelInputs(terms);
  const { V, random, pairs } = inputs;
  if (V.clusters + random.length + pairs.length === 0) return scalarSections(rows);
  const { root, kernel, fineToCoarse } = components(ties);
  const kernelOf = (row: number) => kernel[root[row]!]!;

  // three rows of padding at most: the scalar, the nested and the sparse section are taken two rows at a time
  const modelRow = new Int32Array(rows + 3).fill(-1);
  let next = 0;
  for (let i = 0; i < rows; i++) if (kernelOf(i) === SCALAR) modelRow[next++] = i;
  next += next & 1;
  const scalarRows = next;

  const nested = nestedLevels(rows, random, fineToCoarse, kernelOf);
  modelRow.set(nested.rowOrder, next);
  next += nested.rowOrder.length;
  next += next & 1;
  const nestedRows = next - scalarRows;

  const crossed: number[] = [];
  for (let i = 0; i < rows; i++) if (kernelOf(i) === SPARSE) crossed.push(i);
  const sparse = sparseLevels(crossed, random, firstLevels(random));
  modelRow.set(sparse.rowOrder, next);
  next += sparse.rowOrder.length;
  next += next & 1;
  const sparseRows = next - scalarRows - nestedRows;

  const modelPair: number[] = [];
  for (let s = 0; s < pairs.length; s += 2) {
    if (kernelOf(pairs[s]!) !== PAIR) continue;
    modelRow[next++] = pairs[s]!;
    modelRow[next++] = pairs[s + 1]!;
    modelPair.push(s / 2);
  }
  const pairRows = next - scalarRows - nestedRows - sparseRows;

  const dense = denseClusters(rows, inputs, root, kernelOf);
  modelRow.set(dense.rowOrder, next);
  next += dense.rowOrder.length;
  return {
    rows: next,
    scalarRows,
    nestedRows,
    sparseRows,
    pairRows,
    modelRow: modelRow.subarray(0, next),
    modelLevel: joined(joined(nested.modelLevel, sparse.modelLevel), dense.modelLevel),
    nested: { parent: nested.parent, end: nested.end },
    sparse: sparse.section,
    modelPair: joined(modelPair, dense.modelPair),
    clusterSizes: Int32Array.from(dense.sizes),
    rowLevels: joined(dense.rowLevels, NONE),
    terms: random.length,
    denseLevels: denseLevels(random, dense.rowOrder, dense.sizes),
    clusterPairs: Int32Array.from(dense.pairRows),
  };
}

function joined(a: ArrayLike<number>, b: ArrayLike<number>): Int32Array {
  const out = new Int32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

function scalarSections(rows: number): Sections {
  const scalarRows = rows + (rows & 1);
  return {
    rows: scalarRows,
    scalarRows,
    nestedRows: 0,
    sparseRows: 0,
    pairRows: 0,
    modelRow: null,
    modelLevel: NONE,
    nested: NO_TREE,
    sparse: null,
    modelPair: NONE,
    clusterSizes: NONE,
    rowLevels: NONE,
    terms: 0,
    denseLevels: NO_DENSE_LEVELS,
    clusterPairs: NONE,
  };
}

/** Number of each random intercept's first level among all levels. */
function firstLevels(random: readonly LevelsInput[]): number[] {
  let next = 0;
  return random.map(({ levels }) => {
    const first = next;
    next += levels;
    return first;
  });
}

interface NestedLevels extends LevelTree {
  readonly rowOrder: Int32Array;
  readonly modelLevel: Int32Array;
}

/** Levels from the finest random intercept to the coarsest, rows sorted by finest level. */
function nestedLevels(
  rows: number,
  random: readonly LevelsInput[],
  fineToCoarse: readonly number[],
  kernelOf: (row: number) => number,
): NestedLevels {
  if (random.length === 0) return { rowOrder: NONE, modelLevel: NONE, parent: NONE, end: NONE };
  const firsts = firstLevels(random);
  const inner = random[fineToCoarse[0]!]!;
  // counting sort of the section's rows by their finest level
  const counts = new Int32Array(inner.levels);
  let section = 0;
  for (let i = 0; i < rows; i++) {
    if (kernelOf(i) !== NESTED) continue;
    counts[inner.index[i]!]!++;
    section++;
  }
  const place = new Int32Array(inner.levels);
  for (let level = 1; level < inner.levels; level++) place[level] = place[level - 1]! + counts[level - 1]!;
  const rowOrder = new Int32Array(section);
  for (let i = 0; i < rows; i++) if (kernelOf(i) === NESTED) rowOrder[place[inner.index[i]!]!++] = i;

  let most = 0;
  for (const { levels } of random) most += levels;
  const modelLevel = new Int32Array(most);
  const parent = new Int32Array(most).fill(-1);
  const end = new Int32Array(inner.levels);
  let count = 0;
  // a row of each level of the intercept below, to find the level above it
  let sample = new Int32Array(inner.levels);
  for (let i = 0; i < section; i++) {
    const row = rowOrder[i]!;
    if (i === 0 || inner.index[row] !== inner.index[rowOrder[i - 1]!]) {
      modelLevel[count] = firsts[fineToCoarse[0]!]! + inner.index[row]!;
      sample[count] = row;
      count++;
    }
    end[count - 1] = i + 1;
  }
  const innerCount = count;
  let below = 0;
  for (const t of fineToCoarse.slice(1)) {
    const { index, levels } = random[t]!;
    const numberOf = new Int32Array(levels).fill(-1);
    const start = count;
    const next = new Int32Array(levels);
    for (let u = below; u < start; u++) {
      const row = sample[u - below]!;
      const level = index[row]!;
      if (numberOf[level] === -1) {
        numberOf[level] = count;
        modelLevel[count] = firsts[t]! + level;
        next[count - start] = row;
        count++;
      }
      parent[u] = numberOf[level]!;
    }
    below = start;
    sample = next;
  }
  return {
    rowOrder,
    modelLevel: modelLevel.subarray(0, count),
    parent: parent.subarray(0, count),
    end: end.subarray(0, innerCount),
  };
}

interface DenseClusters {
  readonly rowOrder: readonly number[];
  readonly sizes: readonly number[];
  readonly modelLevel: readonly number[];
  readonly rowLevels: readonly number[];
  readonly modelPair: readonly number[];
  readonly pairRows: readonly number[];
}

function denseClusters(
  rows: number,
  { random, pairs }: KernelInputs,
  root: Int32Array,
  kernelOf: (row: number) => number,
): DenseClusters {
  const clusterOf = new Int32Array(rows).fill(-1);
  const members: number[][] = [];
  for (let i = 0; i < rows; i++) {
    if (kernelOf(i) !== DENSE) continue;
    const r = root[i]!;
    if (clusterOf[r] === -1) clusterOf[r] = members.push([]) - 1;
    members[clusterOf[r]!]!.push(i);
  }
  const partner = new Int32Array(rows).fill(-1);
  for (let s = 0; s < pairs.length; s += 2) partner[pairs[s]!] = s;

  const firsts = firstLevels(random);
  const levelNumbers = random.map(({ levels }) => new Int32Array(levels).fill(-1));
  const position = new Int32Array(rows);
  const out = {
    rowOrder: [] as number[],
    sizes: [] as number[],
    modelLevel: [] as number[],
    rowLevels: [] as number[],
    modelPair: [] as number[],
    pairRows: [] as number[],
  };
  for (const cluster of members) {
    let levels = 0;
    let pairCount = 0;
    for (let k = 0; k < cluster.length; k++) {
      const row = cluster[k]!;
      position[row] = k;
      out.rowOrder.push(row);
      for (let t = 0; t < random.length; t++) {
        const level = random[t]!.index[row]!;
        if (level < 0) {
          out.rowLevels.push(-1);
          continue;
        }
        // a level lies in one cluster, so that one numbering serves all
        const numbers = levelNumbers[t]!;
        if (numbers[level] === -1) {
          numbers[level] = levels++;
          out.modelLevel.push(firsts[t]! + level);
        }
        out.rowLevels.push(numbers[level]!);
      }
    }
    for (const row of cluster) {
      const s = partner[row]!;
      if (s < 0) continue;
      out.modelPair.push(s / 2);
      out.pairRows.push(position[row]!, position[pairs[s + 1]!]!);
      pairCount++;
    }
    out.sizes.push(cluster.length, levels, pairCount);
  }
  return out;
}

/** Rearranges columns (column-major) from model to problem order; what is not the model's gets 0. To be copied, not kept. */
export function rearrange(
  values: Float64Array,
  modelIndex: Int32Array,
  modelRows: number,
  columns: number,
): Float64Array {
  if (modelIndex.length === 0 && values.length === 0) return values;
  const total = modelIndex.length;
  const out = unfilled(total * columns);
  for (let j = 0; j < columns; j++) {
    const from = j * modelRows;
    const to = j * total;
    for (let i = 0; i < total; i++) {
      const index = modelIndex[i]!;
      out[to + i] = index < 0 ? 0 : values[from + index]!;
    }
  }
  return out;
}

/** The same for columns over the rows, of which problems have a few more: padding gets `fill`. */
export function rearrangeRows(
  values: Float64Array,
  { modelRow, rows: total }: Sections,
  modelRows: number,
  columns: number,
  fill = 0,
): Float64Array {
  if (modelRow === null && total === modelRows) return values;
  const out = unfilled(total * columns);
  for (let j = 0; j < columns; j++) {
    const from = j * modelRows;
    const to = j * total;
    if (modelRow === null) {
      for (let i = 0; i < modelRows; i++) out[to + i] = values[from + i]!;
      for (let i = modelRows; i < total; i++) out[to + i] = fill;
      continue;
    }
    for (let i = 0; i < total; i++) {
      const row = modelRow[i]!;
      out[to + i] = row < 0 ? fill : values[from + row]!;
    }
  }
  return out;
}
