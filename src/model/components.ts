import { flatten, link, newForest } from "../covariance/union-find";
import type { LevelsInput, VarianceTerm } from "./terms/term";
import { kernelInputs } from "./terms/terms";

/** What ties observations together. */
export interface Ties {
  readonly rows: number;
  readonly terms: readonly VarianceTerm[];
  /** known variances, where the dense kernel may take what others could: not with weights, of which it knows one a cluster */
  readonly v?: Float64Array;
}

/** Which kernel fits a component of observations that depend on each other. */
export const SCALAR = 0;
export const NESTED = 1;
export const PAIR = 2;
export const DENSE = 3;
export const SPARSE = 4;

/**
 * A row of known variance 0 in a study with others has a variance even where its sigma is 0, that of the study's level. The
 * nested kernel divides by v + sigma^2; the dense one does not, and takes such components up to this many rows.
 */
const MOST_DENSE = 200;

/** Crossed components of fewer rows are cheaper as one matrix. */
const LEAST_SPARSE = 16;

/**
 * Where a row's variance is so small beside what it shares, twice over, the sparse kernel loses digits of it that the dense one
 * keeps: 5e-15 of the log-likelihood for each unit of omega^2 / (v + sigma^2). In the unit in which a model is optimized.
 */
const SMALL_VARIANCE = 1e-7;
/** The dense kernel takes crossed components with such rows up to so many rows. */
const MOST_SMALL = 1000;

export interface Components {
  /** first observation of each observation's component */
  readonly root: Int32Array;
  /** kernel by root */
  readonly kernel: Uint8Array;
  /** random effects from those of the most levels to those of the fewest */
  readonly fineToCoarse: readonly number[];
}

/** Connected components of "shares a covariance, a level or a study", and the kernel for each. */
export function components({ rows, terms, v }: Ties): Components {
  const root = newForest(rows);
  for (const term of terms) term.tie((first, row) => link(root, first, row));
  flatten(root);
  const { V, random, pairs } = kernelInputs(terms);

  const fineToCoarse = random.map((_, t) => t).sort((a, b) => random[b]!.levels - random[a]!.levels);
  const nested = random.every(isPlain) && isNested(fineToCoarse.map((t) => random[t]!));
  const kernel = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const memberships = random.reduce((count, { index }) => count + (index[i]! >= 0 ? 1 : 0), 0);
    // a row outside some of the intercepts has no place in the tree
    const here = memberships === 0 ? SCALAR : nested && memberships === random.length ? NESTED : SPARSE;
    raise(kernel, root[i]!, here);
  }
  const members = new Int32Array(rows);
  for (let i = 0; i < rows; i++) members[root[i]!]!++;
  for (let s = 0; s < pairs.length; s += 2) {
    const r = root[pairs[s]!]!;
    raise(kernel, r, members[r] === 2 && kernel[r] === SCALAR ? PAIR : DENSE);
  }
  if (v !== undefined) {
    let largest = 0;
    for (let i = 0; i < rows; i++) largest = Math.max(largest, v[i]!);
    for (let i = 0; i < rows; i++) {
      const r = root[i]!;
      const m = members[r]!;
      const isSmall = v[i]! < SMALL_VARIANCE && largest >= SMALL_VARIANCE;
      if (kernel[r] === SPARSE && (m < LEAST_SPARSE || (isSmall && m <= MOST_SMALL))) kernel[r] = DENSE;
      if (kernel[r] === NESTED && v[i] === 0 && largest > 0 && m <= MOST_DENSE) kernel[r] = DENSE;
      if (kernel[r] === SPARSE && m <= mostFull(random, i)) kernel[r] = DENSE;
    }
  }
  // correlations that theta moves are known to the dense kernel alone
  for (const { index, roles } of random) {
    for (let i = 0; roles !== null && i < rows; i++) if (index[i]! >= 0) kernel[root[i]!] = DENSE;
  }
  V.eachTie((_, row) => {
    if (kernel[root[row]!] !== PAIR) kernel[root[row]!] = DENSE;
  });
  return { root, kernel, fineToCoarse };
}

/**
 * An operation of the sparse kernel takes four times as long as one of the dense kernel, which works on rows and not on levels: where the precision of a
 * row's levels is full, it is better up to so many rows a level.
 */
const ROWS_A_LEVEL = 1.5;
/** Entries of a precision, of all that there could be, from which its factor is as good as full. */
const FULL = 0.5;

/** Rows up to which a component with row i is better off as one matrix, for the sake of full precisions of its levels. */
function mostFull(random: readonly LevelsInput[], i: number): number {
  let most = 0;
  for (const { index, structure } of random) {
    if (structure === null || index[i]! < 0) continue;
    const { levels, values } = structure;
    if (values.length > FULL * 0.5 * levels * (levels + 1)) most = Math.max(most, ROWS_A_LEVEL * levels);
  }
  return Math.min(most, MOST_SMALL);
}

/** Of two different demands on one component the more general kernel's; levels are general beside levels only. */
function raise(kernel: Uint8Array, root: number, wanted: number): void {
  const now = kernel[root]!;
  if (now === wanted) return;
  if (wanted === SCALAR) {
    if (now === NESTED || now === SPARSE) kernel[root] = DENSE;
    return;
  }
  const levels = now !== PAIR && wanted !== PAIR && now !== DENSE && wanted !== DENSE;
  kernel[root] = now === SCALAR ? wanted : levels ? SPARSE : DENSE;
}

/** Rows of a level have all of its effect, and the levels are independent: what the nested kernel can take. */
function isPlain({ z, structure, roles }: LevelsInput): boolean {
  return z === null && structure === null && roles === null;
}

/** Every level of a finer intercept lies in one level of the next coarser one. */
function isNested(fineToCoarse: readonly LevelsInput[]): boolean {
  for (let t = 0; t + 1 < fineToCoarse.length; t++) {
    const { index, levels } = fineToCoarse[t]!;
    const above = fineToCoarse[t + 1]!.index;
    const parent = new Int32Array(levels).fill(-1);
    for (let i = 0; i < index.length; i++) {
      const level = index[i]!;
      if (level < 0 || above[i]! < 0) continue;
      if (parent[level] === -1) parent[level] = above[i]!;
      else if (parent[level] !== above[i]) return false;
    }
  }
  return true;
}
