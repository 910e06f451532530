// The state of one problem: a header of 32-bit words (abi.ts), then its arrays, in one heap block.

import { Field, Sizes } from "./abi";
import { arenaDoubles, arenaEnd, arenaStart, arenaTake } from "./arena";
import { nestedWidth } from "./kernels/nested";
import { CHUNK, SCALAR_VECTORS } from "./kernels/scalar";
import { scratchBytes } from "./linalg";

/** The word `field` of a problem: a size, or the byte address of an array. */
export function get(problem: usize, field: i32): i32 {
  return load<i32>(problem + ((<usize>field) << 2));
}

/** The address of an array. */
export function at(problem: usize, field: i32): usize {
  return <usize>load<u32>(problem + ((<usize>field) << 2));
}

function set(problem: usize, field: i32, value: usize): void {
  store<u32>(problem + ((<usize>field) << 2), <u32>value);
}

/** First row of the dense section. */
export function denseStart(problem: usize): i32 {
  return get(problem, Field.ScalarRows) + get(problem, Field.NestedRows) + get(problem, Field.PairRows);
}

const ROOM = new StaticArray<usize>(Field.Count);

/** Doubles that hold n 32-bit words. */
function words(n: usize): usize {
  return (n + 1) >> 1;
}

/**
 * Lays the problem out from `problem` on and writes the header when `problem` is a real block.
 * Returns the end address; with problem = 0 nothing is written and that is the size in bytes.
 */
export function layOut(problem: usize, sizes: Int32Array): usize {
  const n = <usize>sizes[Field.Rows];
  const scalarRows = <usize>sizes[Field.ScalarRows];
  const nestedRows = <usize>sizes[Field.NestedRows];
  const pairRows = <usize>sizes[Field.PairRows];
  const p = <usize>sizes[Field.P];
  const q = <usize>(sizes[Field.QSigma] + sizes[Field.QSd] + sizes[Field.QRho]);
  const units = <usize>sizes[Field.Units];
  const nestedUnits = <usize>sizes[Field.NestedUnits];
  const pairs = <usize>sizes[Field.Pairs];
  const packedV = <usize>sizes[Field.PackedV];
  const largest = <usize>sizes[Field.LargestCluster];
  const largestUnits = <usize>sizes[Field.LargestUnits];
  const largestPairs = <usize>sizes[Field.LargestPairs];
  const weighted = sizes[Field.Weighted] != 0;
  const reml = sizes[Field.Reml] != 0;
  const scores = reml ? p + 1 : 1;
  const sparseRows = n - pairRows - scalarRows - nestedRows; // of the dense section
  const vectorRows = scalarRows + nestedRows;

  // in the order of Field, so that the two can be read side by side
  const room = ROOM;
  room[Field.Y] = n;
  room[Field.X] = n * p;
  room[Field.W] = n * <usize>sizes[Field.QSigma];
  room[Field.LogSigmaOffset] = n;
  room[Field.V] = n;
  room[Field.Weights] = weighted ? n : 0;
  room[Field.U] = units * <usize>sizes[Field.QSd];
  room[Field.LogSdOffset] = units;
  room[Field.UnitParent] = words(nestedUnits);
  room[Field.UnitEnd] = words(<usize>sizes[Field.InnerUnits]);
  room[Field.T] = pairs * <usize>sizes[Field.QRho];
  room[Field.EtaOffset] = pairs;
  room[Field.PairV] = pairRows >> 1;
  room[Field.ClusterSizes] = words(3 * <usize>sizes[Field.Clusters]);
  room[Field.ClusterV] = packedV;
  room[Field.RowUnits] = words(sparseRows * <usize>sizes[Field.Terms]);
  room[Field.PairFirst] = words(2 * (pairs - (pairRows >> 1)));
  room[Field.Theta] = q;
  room[Field.Value] = 1;
  room[Field.Beta] = p;
  room[Field.Gradient] = q;
  room[Field.LocationGradient] = p;
  room[Field.Hessian] = q * q;
  room[Field.LocationHessian] = p * p;
  room[Field.CrossHessian] = p * q;
  room[Field.ThetaHessian] = q * q;
  room[Field.UnitScore] = units;
  room[Field.UnitInverse] = units;
  room[Field.UnitSolved] = units * p;
  room[Field.LocationFactor] = p * p;
  room[Field.HalfCross] = p * q;
  room[Field.LocationRight] = p;
  room[Field.Sums] = 2;
  room[Field.Traces] = reml ? q * p * p : 0;
  room[Field.Sigma2] = n;
  room[Field.Inverse] = vectorRows;
  room[Field.WeightedInverse] = weighted ? vectorRows : 0;
  room[Field.Omega2] = units;
  room[Field.Nested] = nestedUnits * <usize>nestedWidth(<i32>p, <i32>q, <i32>scores);
  room[Field.Whitened] = sparseRows * (p + 1);
  // packedV = sum of m (m + 1) / 2 and sparseRows = sum of m, so sum of m^2 = 2 packedV - sparseRows
  room[Field.Matrix] = 2 * packedV - sparseRows;
  room[Field.Vectors] = vectorDoubles(p, q, scores, largest, largestUnits, largestPairs);
  room[Field.Scratch] = scratchBytes(<i32>max(largest, p)) >> 3;

  arenaStart(problem);
  arenaTake((<usize>Field.Count) << 2);
  const write = problem != 0;
  if (write) {
    for (let i = 0; i < Sizes.Count; i++) set(problem, i, sizes[i]);
    set(problem, Field.Q, q);
    set(problem, Field.BadRow, 0);
  }
  for (let field: i32 = Field.Y; field < Field.Count; field++) {
    const address = arenaDoubles(room[field]);
    if (write) set(problem, field, address);
  }
  if (write && !weighted) set(problem, Field.WeightedInverse, at(problem, Field.Inverse));
  return arenaEnd();
}

/** The short-lived columns: a chunk of the scalar kernel, a few rows of the nested and pair ones, or one dense cluster's. */
function vectorDoubles(p: usize, q: usize, scores: usize, m: usize, units: usize, pairs: usize): usize {
  const entries = m + units + pairs;
  const dense = m * (p + 1) + entries * (q + scores + scores) + units * (m + units + p);
  return max(max(<usize>CHUNK * (SCALAR_VECTORS + scores - 1), dense), 3 * q + 2 * (p + scores) + 2);
}
