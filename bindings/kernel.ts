import { Field, Most, Order, Sizes, Status } from "../assembly/abi";
import { type Wasm, wasm } from "./wasm";

export { Order, Status };

/**
 * What the rows of a problem have, in problem order: scalar, nested, sparse, pair and dense section, one after the other
 * (assembly/abi.ts). Matrices are column-major.
 */
export interface RowsInput {
  readonly y: Float64Array;
  /** rows x p */
  readonly X: Float64Array;
  /** rows x qSigma; log sigma = logSigmaOffset + W gamma */
  readonly W: Float64Array;
  /** -Infinity holds a row's sigma at 0 */
  readonly logSigmaOffset: Float64Array;
  /** diagonal of V */
  readonly v: Float64Array;
  /** of V, where it is known up to them; else null */
  readonly multipliers: MultipliersInput | null;
  /** likelihood multipliers (constant within a cluster or study), or null */
  readonly weights: Float64Array | null;
}

/**
 * What a row that is none has, of designs 0: v = 1 and sigma = 0 add log 1 = 0 and, with y = 0 and x = 0, nothing else, to the
 * restricted likelihood, too.
 */
export const PADDING = { y: 0, v: 1, logSigmaOffset: Number.NEGATIVE_INFINITY, weights: 1 } as const;

/** What the covariance engine fits. */
export interface ProblemInput extends RowsInput {
  readonly rows: number;
  readonly scalarRows: number;
  readonly nestedRows: number;
  readonly sparseRows: number;
  readonly pairRows: number;
  readonly p: number;
  readonly qSigma: number;
  /** the restricted likelihood; not with weights */
  readonly reml: boolean;
  readonly levels: LevelsInput;
  /** null without a sparse section */
  readonly sparse: SparseInput | null;
  readonly pairs: PairsInput;
  readonly clusters: ClustersInput;
}

/** phi = exp(2 (logOffset + M delta)): sqrt(phi_i phi_k) V_ik is in the place of V_ik. */
export interface MultipliersInput {
  /** rows x qPhi */
  readonly M: Float64Array;
  readonly qPhi: number;
  readonly logOffset: Float64Array;
}

/** Levels of random intercepts: those of the nested section first, children before parents, then those of the sparse section. */
export interface LevelsInput {
  readonly count: number;
  /** count x qSd; log omega = logSdOffset + U alpha */
  readonly U: Float64Array;
  readonly qSd: number;
  readonly logSdOffset: Float64Array;
  /** of the nested section: the level that holds each, -1 at the top */
  readonly parent: Int32Array;
  /** of the nested section's inner levels: rows of the section up to the end of each */
  readonly end: Int32Array;
}

/** How the sparse section's levels are eliminated: assembly/sparse/nodes.ts. */
export interface SparseInput {
  readonly levels: number;
  /** sparseRows x terms, row-major: the level's place in the list of the row's node, -1 for none */
  readonly places: Int32Array;
  /** sparseRows x terms, row-major: level within the section, -1 for none */
  readonly rowLevels: Int32Array;
  /** sparseRows x terms, row-major: what multiplies the level's effect in the row; null: 1 */
  readonly z: Float64Array | null;
  /** null: levels are independent */
  readonly precision: PrecisionInput | null;
  /** nine words each */
  readonly nodes: Int32Array;
  readonly lists: Int32Array;
  readonly inParent: Int32Array;
  readonly panels: number;
  readonly largestFront: number;
  readonly stack: number;
}

/** The precision P of the sparse section's levels, in units of their SDs: that of independent levels is the identity. */
export interface PrecisionInput {
  /** by level */
  readonly diagonal: Float64Array;
  /** entries below it x 2, row-major, by node: places of the two levels in the node's list, ascending */
  readonly places: Int32Array;
  readonly values: Float64Array;
  /** log|P^-1| */
  readonly logDet: number;
}

/** Studies with two outcomes: those of the pair section, then those in dense clusters. */
export interface PairsInput {
  readonly count: number;
  /** count x qRho; rho = 0.999999 tanh(etaOffset + T eta) */
  readonly T: Float64Array;
  readonly qRho: number;
  readonly etaOffset: Float64Array;
  /** of the pair section: the known covariance of the two outcomes */
  readonly v12: Float64Array;
}

/** Clusters of the dense section. */
export interface ClustersInput {
  /** rows, levels and pairs of each, one triple after the other */
  readonly sizes: Int32Array;
  /** row-major lower triangles of V, one after the other */
  readonly V: Float64Array;
  /** dense rows x terms, row-major: level within the cluster, -1 for none */
  readonly rowLevels: Int32Array;
  /** random intercepts and slopes, here and in the sparse section */
  readonly terms: number;
  /** dense rows x terms, row-major: what the effect of the row's level is multiplied by; null where that is 1 throughout */
  readonly z: Float64Array | null;
  /** numbers of the terms whose levels are correlated */
  readonly structured: Int32Array;
  /**
   * For each cluster, for each of these terms: a row-major lower triangle as that of V, of K between the levels of two rows: what
   * their effects covary by at an SD of 1. Rows of one level have the same; 0 where one of the rows has none
   */
  readonly correlations: Float64Array;
  /** two rows within the cluster for each of its pairs */
  readonly pairRows: Int32Array;
}

/** A problem in WebAssembly memory. Everything it returns is a copy. */
export interface Problem {
  /**
   * Profiled -log L (with `reml` the restricted one) without its constant and, by order, its derivatives; anything but
   * Status.Ok leaves no result.
   */
  evaluate(theta: Float64Array, order: Order): Status;
  /** of the last evaluation */
  readonly value: number;
  /** problem row (0-based) where the last evaluation found Sigma not to be positive definite */
  readonly badRow: number;
  /** copies the last evaluation's results into `into`, to `count` places from `at` on */
  read(field: ResultField, into: Float64Array, at?: number, count?: number): Float64Array;
  /** Overwrites what is given of all rows, of the sizes that the problem has; evaluations from here on are of that. */
  rewrite(rows: Partial<RowsInput>): void;
  /**
   * These rows are padding from here on, and those of the last call are what they were then. Exact for rows that nothing but the
   * mean's and sigma's coefficients ties to others: those of the scalar section.
   */
  leaveOut(rows: readonly number[]): void;
  /** Frees the memory; a small allocation is kept for the next problem of the same sizes. Calling it twice is harmless. */
  dispose(): void;
  [Symbol.dispose](): void;
}

const RESULT_FIELDS = {
  beta: Field.Beta,
  locationGradient: Field.LocationGradient,
  gradient: Field.Gradient,
  hessian: Field.Hessian,
  locationHessian: Field.LocationHessian,
  crossHessian: Field.CrossHessian,
  thetaHessian: Field.ThetaHessian,
  levelScore: Field.LevelScore,
  levelInverse: Field.LevelInverse,
  levelSolved: Field.LevelSolved,
  rowShared: Field.RowShared,
  sparseVariances: Field.SparseVariances,
  sparseCovariances: Field.SparseCovariances,
  sparseEffects: Field.SparseEffects,
} as const;

export type ResultField = keyof typeof RESULT_FIELDS;

/** Thrown before anything is allocated. */
export class ProblemTooLargeError extends Error {
  constructor(
    /** rows of the largest dense cluster, 0 without any */
    readonly largestCluster: number,
    /** levels in the largest front of the sparse section, 0 without any */
    readonly largestFront: number,
    readonly neededBytes: number,
    readonly availableBytes: number,
  ) {
    super(`needs ${neededBytes} bytes of WebAssembly memory; ${availableBytes} are available`);
  }
}

// older engines know no Symbol.dispose
const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

// Views on the module's memory; growth detaches them. Only createProblem allocates, so that they are re-taken there.
let f64 = new Float64Array(0);
let i32 = new Int32Array(0);
let problemsCreated = 0;
const sizes = new Int32Array(Sizes.Count);

/** The conversion of `sizes` leaves a few dozen bytes on the managed heap: collect now and then, not at every call. */
const COLLECT_EVERY = 256;

/** What 32-bit addresses reach. */
const MEMORY_BYTES = 2 ** 32;

/** An allocation this small is kept when its problem is disposed of: data sets of one shape come one after the other. */
const KEPT_BYTES = 2 ** 20;

/** The allocation kept: where it is (0: there is none), and for a problem of which sizes. */
let keptAddress = 0;
const keptSizes = new Int32Array(Sizes.Count);

function isKeptSize(): boolean {
  for (let field = 0; field < Sizes.Count; field++) if (sizes[field] !== keptSizes[field]) return false;
  return true;
}

/** The address of memory for a problem of `sizes`: what was kept, or new. */
function takeMemory(module: Wasm): number {
  const kept = keptAddress;
  keptAddress = 0;
  if (kept !== 0) {
    if (isKeptSize()) return kept;
    module.disposeProblem(kept);
  }
  const address = allocated(module);
  if (++problemsCreated % COLLECT_EVERY === 0) module.__collect();
  retakeViews(module);
  return address;
}

/**
 * A new allocation. The module knows how large it is: it refuses one that is larger than one can be, and its memory may end
 * before that, where other problems are open or the system has no more; its call then traps before anything is changed.
 */
function allocated(module: Wasm): number {
  let address = 0;
  try {
    // an address above 2 GiB comes as a negative number
    address = module.createProblem(sizes) >>> 0;
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
  }
  if (address !== 0) return address;
  const needed = module.problemBytes(sizes);
  const left = MEMORY_BYTES - module.memory.buffer.byteLength;
  throw new ProblemTooLargeError(
    sizes[Field.LargestCluster]!,
    sizes[Field.SparseFront]!,
    needed,
    Math.min(Most.Bytes, left),
  );
}

function giveMemoryBack(module: Wasm, address: number): void {
  if (keptAddress !== 0 || i32[(address >>> 2) + Field.Bytes]! > KEPT_BYTES) {
    module.disposeProblem(address);
    return;
  }
  keptAddress = address;
  for (let field = 0; field < Sizes.Count; field++) keptSizes[field] = i32[(address >>> 2) + field]!;
}

/** Copies a problem into WebAssembly memory, once. Throws ProblemTooLargeError. */
export function createProblem(input: ProblemInput): Problem {
  const { levels, sparse, pairs, clusters } = input;
  writeSizes(input);
  const module = wasm();
  let address = takeMemory(module);

  const header = address >>> 2;
  const doubles = (field: Field, values: Float64Array) => f64.set(values, i32[header + field]! >>> 3);
  const words = (field: Field, values: Int32Array) => i32.set(values, i32[header + field]! >>> 2);
  rewrite(input);
  if (levels.count > 0) {
    doubles(Field.U, levels.U);
    doubles(Field.LogSdOffset, levels.logSdOffset);
    words(Field.LevelParent, levels.parent);
    words(Field.LevelEnd, levels.end);
  }
  if (sparse !== null) {
    words(Field.SparsePlaces, sparse.places);
    words(Field.SparseRowLevels, sparse.rowLevels);
    words(Field.SparseNodeWords, sparse.nodes);
    words(Field.SparseNodeLists, sparse.lists);
    words(Field.SparseInParent, sparse.inParent);
    if (sparse.z) doubles(Field.SparseZ, sparse.z);
    if (sparse.precision) {
      words(Field.SparseEdgePlaces, sparse.precision.places);
      doubles(Field.SparseEdgeValues, sparse.precision.values);
      doubles(Field.SparseDiagonal, sparse.precision.diagonal);
    }
    f64[i32[header + Field.SparseLogDet]! >>> 3] = sparse.precision?.logDet ?? 0;
  }
  if (pairs.count > 0) {
    doubles(Field.T, pairs.T);
    doubles(Field.EtaOffset, pairs.etaOffset);
    doubles(Field.PairV, pairs.v12);
  }
  if (clusters.sizes.length > 0) {
    words(Field.ClusterSizes, clusters.sizes);
    doubles(Field.ClusterV, clusters.V);
    words(Field.RowLevels, clusters.rowLevels);
    if (clusters.z) doubles(Field.RowSlopes, clusters.z);
    if (clusters.structured.length > 0) {
      words(Field.TermStructures, termStructures(clusters));
      doubles(Field.Correlations, clusters.correlations);
    }
    words(Field.PairFirst, clusters.pairRows);
  }
  function rewrite({ y, X, multipliers, W, logSigmaOffset, v, weights }: Partial<RowsInput>): void {
    if (y) doubles(Field.Y, y);
    if (X) doubles(Field.X, X);
    if (multipliers) {
      doubles(Field.M, multipliers.M);
      doubles(Field.LogMultiplierOffset, multipliers.logOffset);
    }
    if (W) doubles(Field.W, W);
    if (logSigmaOffset) doubles(Field.LogSigmaOffset, logSigmaOffset);
    if (v) doubles(Field.V, v);
    if (weights) doubles(Field.Weights, weights);
  }
  let out: readonly number[] = [];
  // what they had, row by row
  let had: number[] = [];
  function leaveOut(rows: readonly number[]): void {
    const columns = columnsOfRows(input, header);
    let at = 0;
    for (const row of out) for (const { first } of columns) f64[first + row] = had[at++]!;
    had = [];
    for (const row of rows) {
      for (const { first, padding } of columns) {
        had.push(f64[first + row]!);
        f64[first + row] = padding;
      }
    }
    out = rows.slice();
  }
  const theta = i32[header + Field.Theta]! >>> 3;
  const value = i32[header + Field.Value]! >>> 3;

  function dispose(): void {
    if (address !== 0) giveMemoryBack(module, address);
    address = 0;
  }

  // plain properties: engines make a hidden class for every object literal with a getter, and it outlives the object
  const problem = {
    value: Number.NaN,
    badRow: -1,
    evaluate(at: Float64Array, order: Order) {
      // a loop: for so few numbers set() takes longer
      for (let i = 0; i < at.length; i++) f64[theta + i] = at[i]!;
      const status = module.evaluate(address, order);
      problem.value = f64[value]!;
      problem.badRow = i32[header + Field.BadRow]!;
      return status;
    },
    read(field: ResultField, into: Float64Array, at = 0, count = into.length - at) {
      const start = i32[header + RESULT_FIELDS[field]]! >>> 3;
      for (let i = 0; i < count; i++) into[at + i] = f64[start + i]!;
      return into;
    },
    rewrite,
    leaveOut,
    dispose,
    [DISPOSE]: dispose,
  };
  return problem as Problem;
}

/** The first of each of the columns over the rows among all doubles, and what it has in a row of padding. */
function columnsOfRows({ rows, p, qSigma, multipliers, weights }: ProblemInput, header: number) {
  const columns: { first: number; padding: number }[] = [];
  const add = (field: Field, count: number, padding: number) => {
    const first = i32[header + field]! >>> 3;
    for (let k = 0; k < count; k++) columns.push({ first: first + k * rows, padding });
  };
  add(Field.Y, 1, PADDING.y);
  add(Field.X, p, 0);
  add(Field.W, qSigma, 0);
  add(Field.LogSigmaOffset, 1, PADDING.logSigmaOffset);
  add(Field.V, 1, PADDING.v);
  if (multipliers) add(Field.M, multipliers.qPhi, 0);
  if (multipliers) add(Field.LogMultiplierOffset, 1, 0);
  if (weights) add(Field.Weights, 1, PADDING.weights);
  return columns;
}

function retakeViews(module: Wasm): void {
  if (f64.buffer === module.memory.buffer) return;
  f64 = new Float64Array(module.memory.buffer);
  i32 = new Int32Array(module.memory.buffer);
}

const LARGEST_WORD = 2 ** 31 - 1;

function writeSizes(input: ProblemInput): void {
  const { multipliers, levels, sparse, pairs, clusters } = input;
  sizes.fill(0);
  sizes[Field.Rows] = input.rows;
  sizes[Field.ScalarRows] = input.scalarRows;
  sizes[Field.NestedRows] = input.nestedRows;
  sizes[Field.SparseRows] = input.sparseRows;
  sizes[Field.PairRows] = input.pairRows;
  sizes[Field.P] = input.p;
  sizes[Field.QPhi] = multipliers?.qPhi ?? 0;
  sizes[Field.QSigma] = input.qSigma;
  sizes[Field.QSd] = levels.qSd;
  sizes[Field.QRho] = pairs.qRho;
  sizes[Field.Weighted] = input.weights ? 1 : 0;
  sizes[Field.Levels] = levels.count;
  sizes[Field.NestedLevels] = levels.parent.length;
  sizes[Field.InnerLevels] = levels.end.length;
  if (sparse !== null) {
    sizes[Field.SparseLevels] = sparse.levels;
    sizes[Field.SparseNodes] = sparse.nodes.length / 9;
    sizes[Field.SparseLists] = sparse.lists.length;
    // counts beyond a word are beyond any memory, too: they are refused as the largest word
    sizes[Field.SparsePanels] = Math.min(sparse.panels, LARGEST_WORD);
    sizes[Field.SparseFront] = sparse.largestFront;
    sizes[Field.SparseStack] = Math.min(sparse.stack, LARGEST_WORD);
    sizes[Field.SparseEdges] = sparse.precision?.values.length ?? 0;
    sizes[Field.SparseStructured] = sparse.precision ? 1 : 0;
    sizes[Field.SparseSlopes] = sparse.z ? 1 : 0;
  }
  sizes[Field.Terms] = clusters.terms;
  sizes[Field.Pairs] = pairs.count;
  sizes[Field.Clusters] = clusters.sizes.length / 3;
  sizes[Field.ClusterEntries] = clusters.V.length;
  for (let c = 0; c < clusters.sizes.length; c += 3) {
    sizes[Field.LargestCluster] = Math.max(sizes[Field.LargestCluster]!, clusters.sizes[c]!);
    sizes[Field.LargestLevels] = Math.max(sizes[Field.LargestLevels]!, clusters.sizes[c + 1]!);
    sizes[Field.LargestPairs] = Math.max(sizes[Field.LargestPairs]!, clusters.sizes[c + 2]!);
  }
  sizes[Field.DenseSlopes] = clusters.z ? 1 : 0;
  sizes[Field.Structures] = clusters.structured.length;
  if (clusters.structured.length > 0) writeStructuredSizes(input);
  sizes[Field.Reml] = input.reml ? 1 : 0;
  sizes[Field.Proportional] = multipliers ? 1 : 0;
}

/** By term: which structure its levels have, -1 for none. */
function termStructures({ terms, structured }: ClustersInput): Int32Array {
  const structures = new Int32Array(terms).fill(-1);
  structured.forEach((term, structure) => {
    structures[term] = structure;
  });
  return structures;
}

/** Most correlated levels in a cluster, and the columns of U that have something to say of such levels. */
function writeStructuredSizes({ levels, sparse, clusters }: ProblemInput): void {
  const { sizes: clusterSizes, rowLevels, terms, structured } = clusters;
  const moves = new Set<number>();
  let row = 0;
  let level = levels.parent.length + (sparse?.levels ?? 0);
  for (let c = 0; c < clusterSizes.length; c += 3) {
    const own = new Set<number>();
    const end = row + clusterSizes[c]!;
    for (; row < end; row++) {
      for (const term of structured) {
        const u = rowLevels[row * terms + term]!;
        if (u >= 0) own.add(level + u);
      }
    }
    for (let k = 0; k < levels.qSd; k++) {
      for (const u of own) if (levels.U[k * levels.count + u] !== 0) moves.add(k);
    }
    sizes[Field.LargestStructured] = Math.max(sizes[Field.LargestStructured]!, own.size);
    level += clusterSizes[c + 1]!;
  }
  sizes[Field.StructuredColumns] = moves.size;
}
