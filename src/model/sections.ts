import { components, DENSE, NESTED, PAIR, SCALAR, type Ties } from "./components";

/**
 * The order in which the engine keeps observations, levels and studies: by kernel (assembly/abi.ts), so that each
 * kernel walks one stretch of memory. `model...` arrays give the model's number of each, -1 for padding.
 */
export interface Sections {
  readonly rows: number;
  readonly scalarRows: number;
  readonly nestedRows: number;
  readonly pairRows: number;
  /** null when problem and model rows are the same */
  readonly modelRow: Int32Array | null;
  readonly modelLevel: Int32Array;
  /** of the nested section's levels: the level that holds each, -1 at the top */
  readonly levelParent: Int32Array;
  /** of its inner levels: rows of the section up to the end of each */
  readonly levelEnd: Int32Array;
  readonly modelPair: Int32Array;
  /** rows, levels and pairs of each dense cluster */
  readonly clusterSizes: Int32Array;
  /** dense rows x terms, row-major: level within the cluster, -1 for none */
  readonly rowLevels: Int32Array;
  readonly terms: number;
  /** two rows within the cluster for each pair in a dense cluster */
  readonly clusterPairs: Int32Array;
}

const NONE = new Int32Array(0);

export function sections(ties: Ties): Sections {
  const { rows, clusterRows, random, pairs } = ties;
  if (clusterRows.length + random.length + pairs.length === 0) return scalarSections(rows);
  const { root, kernel, fineToCoarse } = components(ties);
  const kernelOf = (row: number) => kernel[root[row]!]!;

  const modelRow: number[] = [];
  for (let i = 0; i < rows; i++) if (kernelOf(i) === SCALAR) modelRow.push(i);
  if (modelRow.length % 2 === 1) modelRow.push(-1); // rows are taken two at a time
  const scalarRows = modelRow.length;

  const nested = nestedLevels(ties, fineToCoarse, kernelOf);
  for (const row of nested.rowOrder) modelRow.push(row);
  if (modelRow.length % 2 === 1) modelRow.push(-1);
  const nestedRows = modelRow.length - scalarRows;

  const modelPair: number[] = [];
  for (let s = 0; s < pairs.length; s += 2) {
    if (kernelOf(pairs[s]!) !== PAIR) continue;
    modelRow.push(pairs[s]!, pairs[s + 1]!);
    modelPair.push(s / 2);
  }
  const pairRows = modelRow.length - scalarRows - nestedRows;

  const dense = denseClusters(ties, root, kernelOf);
  for (const row of dense.rowOrder) modelRow.push(row);
  return {
    rows: modelRow.length,
    scalarRows,
    nestedRows,
    pairRows,
    modelRow: Int32Array.from(modelRow),
    modelLevel: Int32Array.from([...nested.modelLevel, ...dense.modelLevel]),
    levelParent: nested.parent,
    levelEnd: nested.end,
    modelPair: Int32Array.from([...modelPair, ...dense.modelPair]),
    clusterSizes: Int32Array.from(dense.sizes),
    rowLevels: Int32Array.from(dense.rowLevels),
    terms: random.length,
    clusterPairs: Int32Array.from(dense.pairRows),
  };
}

function scalarSections(rows: number): Sections {
  const scalarRows = rows + (rows & 1);
  let modelRow: Int32Array | null = null;
  if (scalarRows !== rows) {
    modelRow = new Int32Array(scalarRows).fill(-1);
    for (let i = 0; i < rows; i++) modelRow[i] = i;
  }
  return {
    rows: scalarRows,
    scalarRows,
    nestedRows: 0,
    pairRows: 0,
    modelRow,
    modelLevel: NONE,
    levelParent: NONE,
    levelEnd: NONE,
    modelPair: NONE,
    clusterSizes: NONE,
    rowLevels: NONE,
    terms: 0,
    clusterPairs: NONE,
  };
}

/** Number of each random intercept's first level among all levels. */
export function firstLevels(random: Ties["random"]): number[] {
  let next = 0;
  return random.map(({ levels }) => {
    const first = next;
    next += levels;
    return first;
  });
}

interface NestedLevels {
  readonly rowOrder: Int32Array;
  readonly modelLevel: Int32Array;
  readonly parent: Int32Array;
  readonly end: Int32Array;
}

/** Levels from the finest random intercept to the coarsest, rows sorted by finest level. */
function nestedLevels(
  { rows, random }: Ties,
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

  const modelLevel: number[] = [];
  const parent: number[] = [];
  const end: number[] = [];
  // a row of each level already numbered, to find the level above it
  let sample: number[] = [];
  for (let i = 0; i < section; i++) {
    const row = rowOrder[i]!;
    if (i === 0 || inner.index[row] !== inner.index[rowOrder[i - 1]!]) {
      modelLevel.push(firsts[fineToCoarse[0]!]! + inner.index[row]!);
      parent.push(-1);
      end.push(0);
      sample.push(row);
    }
    end[end.length - 1] = i + 1;
  }
  let below = 0;
  for (const t of fineToCoarse.slice(1)) {
    const { index, levels } = random[t]!;
    const numberOf = new Int32Array(levels).fill(-1);
    const next: number[] = [];
    for (let u = 0; u < sample.length; u++) {
      const level = index[sample[u]!]!;
      if (numberOf[level] === -1) {
        numberOf[level] = modelLevel.length;
        modelLevel.push(firsts[t]! + level);
        parent.push(-1);
        next.push(sample[u]!);
      }
      parent[below + u] = numberOf[level]!;
    }
    below += sample.length;
    sample = next;
  }
  return {
    rowOrder,
    modelLevel: Int32Array.from(modelLevel),
    parent: Int32Array.from(parent),
    end: Int32Array.from(end),
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
  { rows, random, pairs }: Ties,
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

/** Rearranges columns (column-major) from model to problem order; padding gets `fill`. */
export function rearrange(
  values: Float64Array,
  modelIndex: Int32Array | null,
  modelRows: number,
  columns: number,
  fill = 0,
): Float64Array {
  if (modelIndex === null) return values;
  const total = modelIndex.length;
  const out = new Float64Array(total * columns);
  for (let j = 0; j < columns; j++) {
    const from = j * modelRows;
    const to = j * total;
    for (let i = 0; i < total; i++) {
      const row = modelIndex[i]!;
      out[to + i] = row < 0 ? fill : values[from + row]!;
    }
  }
  return out;
}
