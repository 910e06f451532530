import { Field, Order, Size, Status } from "../assembly/abi";
import { type Wasm, wasm } from "./wasm";

export { Order, Status };

/**
 * What the covariance engine fits. Rows are in problem order: rows whose V is diagonal first, then the clusters of
 * several rows one after the other. Matrices are column-major.
 */
export interface ProblemInput {
  readonly rows: number;
  /** rows 0 .. scalarRows-1 are clusters of their own */
  readonly scalarRows: number;
  readonly y: Float64Array;
  /** rows x p */
  readonly X: Float64Array;
  readonly p: number;
  /** rows x q; log sigma = logSigmaOffset + W gamma */
  readonly W: Float64Array;
  readonly q: number;
  /** -Infinity holds a row's sigma at 0 */
  readonly logSigmaOffset: Float64Array;
  /** diagonal of V */
  readonly v: Float64Array;
  /** likelihood multipliers (constant within a cluster), or null */
  readonly weights: Float64Array | null;
  /** sizes of the clusters of several rows, and their V as row-major lower triangles one after the other */
  readonly clusterSizes: Int32Array;
  readonly clusterV: Float64Array;
}

/** A problem in WebAssembly memory. Everything it returns is a copy. */
export interface Problem {
  /** Profiled -log L without its constant and, by order, its derivatives; anything but Status.Ok leaves no result. */
  evaluate(theta: Float64Array, order: Order): Status;
  readonly value: number;
  /** problem row (0-based) where Sigma was found not to be positive definite */
  readonly badRow: number;
  /** copies of the last evaluation's results into `into` */
  read(field: ResultField, into: Float64Array): Float64Array;
  /** Frees the memory. Calling it twice is harmless. */
  dispose(): void;
  [Symbol.dispose](): void;
}

export type ResultField =
  | "beta" | "locationGradient" | "gradient" | "hessian" | "locationHessian" | "crossHessian" | "thetaHessian";

const RESULT_FIELDS: Readonly<Record<ResultField, Field>> = {
  beta: Field.Beta,
  locationGradient: Field.LocationGradient,
  gradient: Field.Gradient,
  hessian: Field.Hessian,
  locationHessian: Field.LocationHessian,
  crossHessian: Field.CrossHessian,
  thetaHessian: Field.ThetaHessian,
};

/** One heap block holds a problem, and the allocator's blocks end at 1 GiB. */
const MAX_PROBLEM_BYTES = 2 ** 30 - 2 ** 16;

/** Thrown before anything is allocated. */
export class ProblemTooLargeError extends Error {
  constructor(
    readonly neededBytes: number,
    readonly availableBytes: number,
  ) {
    super(`needs ${neededBytes} bytes of WebAssembly memory; ${availableBytes} are available`);
  }
}

// views on the module's memory; re-taken when it has grown, since growth detaches them
let f64 = new Float64Array(0);
let i32 = new Int32Array(0);
let problemsCreated = 0;
const sizes = new Int32Array(Size.Count);

/** The conversion of `sizes` leaves a few dozen bytes on the managed heap: collect now and then, not at every call. */
const COLLECT_EVERY = 256;

/** Copies a problem into WebAssembly memory, once. Throws ProblemTooLargeError. */
export function createProblem(input: ProblemInput): Problem {
  const { rows, scalarRows, p, q, clusterSizes, clusterV } = input;
  let largest = 0;
  for (const size of clusterSizes) largest = Math.max(largest, size);
  checkBytes(input, largest);

  const module = wasm();
  sizes[Size.Rows] = rows;
  sizes[Size.ScalarRows] = scalarRows;
  sizes[Size.P] = p;
  sizes[Size.QSigma] = q;
  sizes[Size.Weighted] = input.weights ? 1 : 0;
  sizes[Size.Clusters] = clusterSizes.length;
  sizes[Size.PackedV] = clusterV.length;
  sizes[Size.LargestCluster] = largest;
  let address = module.createProblem(sizes);
  if (++problemsCreated % COLLECT_EVERY === 0) module.__collect();
  retakeViews(module);

  const header = address >> 2;
  f64.set(input.y, i32[header + Field.Y]! >>> 3);
  f64.set(input.X, i32[header + Field.X]! >>> 3);
  f64.set(input.W, i32[header + Field.W]! >>> 3);
  f64.set(input.logSigmaOffset, i32[header + Field.LogSigmaOffset]! >>> 3);
  f64.set(input.v, i32[header + Field.V]! >>> 3);
  if (input.weights) f64.set(input.weights, i32[header + Field.Weights]! >>> 3);
  if (clusterSizes.length > 0) {
    i32.set(clusterSizes, i32[header + Field.ClusterSizes]! >>> 2);
    f64.set(clusterV, i32[header + Field.ClusterV]! >>> 3);
  }
  const theta = i32[header + Field.Theta]! >>> 3;
  const value = i32[header + Field.Value]! >>> 3;

  function dispose(): void {
    if (address !== 0) module.disposeProblem(address);
    address = 0;
  }

  return {
    evaluate(at, order) {
      retakeViews(module);
      f64.set(at, theta);
      return module.evaluate(address, order);
    },
    get value() {
      retakeViews(module);
      return f64[value]!;
    },
    get badRow() {
      retakeViews(module);
      return i32[header + Field.BadRow]!;
    },
    read(field, into) {
      retakeViews(module);
      const start = i32[header + RESULT_FIELDS[field]]! >>> 3;
      for (let i = 0; i < into.length; i++) into[i] = f64[start + i]!;
      return into;
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}

function retakeViews(module: Wasm): void {
  if (f64.buffer === module.memory.buffer) return;
  f64 = new Float64Array(module.memory.buffer);
  i32 = new Int32Array(module.memory.buffer);
}

/**
 * Memory of a problem with clusters of m rows: V as a packed triangle and one m x m work matrix each,
 *   8 sum m (3 m + 1) / 2   bytes,  plus about 8 rows (p + q + 8).
 */
function checkBytes(input: ProblemInput, largestCluster: number): void {
  const { rows, scalarRows, p, q, clusterV } = input;
  const inClusters = rows - scalarRows;
  const matrices = 3 * clusterV.length - inClusters;
  const packing = largestCluster * 256 + 8192;
  const vectors = rows * (p + q + 8) + inClusters * (p + 1) + largestCluster * (p + 3);
  const needed = 8 * (matrices + packing + vectors);
  if (needed > MAX_PROBLEM_BYTES) throw new ProblemTooLargeError(needed, MAX_PROBLEM_BYTES);
}
