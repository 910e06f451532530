// How a problem lies in memory: a header of 32-bit words (abi.ts), then its arrays, in one heap block.

import { Field, Sizes } from "./abi";
import { arenaDoubles, arenaStart, arenaTake } from "./arena";
import { nestedWidth } from "./kernels/nested/levels";
import { CHUNK } from "./kernels/precisions";
import { scratchBytes } from "./linalg";
import { at, set } from "./room";

/** A matrix of this order has 2^40 doubles. */
const MOST_ORDER: u64 = 1 << 20;

const ROOM = new StaticArray<u64>(Field.Count);

/** Doubles that hold n 32-bit words. */
function words(n: u64): u64 {
  return (n + 1) >> 1;
}

/**
 * Bytes of the block of a problem with these sizes, and in ROOM the doubles of each of its arrays. Counted in 64 bits: a
 * problem too large for the memory must not pass for a small one.
 */
export function measure(sizes: Int32Array): u64 {
  const n = <u64>sizes[Field.Rows];
  const scalarRows = <u64>sizes[Field.ScalarRows];
  const nestedRows = <u64>sizes[Field.NestedRows];
  const pairRows = <u64>sizes[Field.PairRows];
  const p = <u64>sizes[Field.P];
  const q = <u64>sizes[Field.QSigma] + <u64>sizes[Field.QSd] + <u64>sizes[Field.QRho];
  const units = <u64>sizes[Field.Units];
  const nestedUnits = <u64>sizes[Field.NestedUnits];
  const pairs = <u64>sizes[Field.Pairs];
  const packedV = <u64>sizes[Field.PackedV];
  const largest = <u64>sizes[Field.LargestCluster];
  const largestUnits = <u64>sizes[Field.LargestUnits];
  const largestPairs = <u64>sizes[Field.LargestPairs];
  const weighted = sizes[Field.Weighted] != 0;
  const reml = sizes[Field.Reml] != 0;
  const scores = reml ? p + 1 : 1;
  const sparseRows = n - pairRows - scalarRows - nestedRows; // of the dense section
  const vectorRows = scalarRows + nestedRows;

  // in the order of Field, so that the two can be read side by side
  const room = ROOM;
  room[Field.Y] = n;
  room[Field.X] = n * p;
  room[Field.W] = n * <u64>sizes[Field.QSigma];
  room[Field.LogSigmaOffset] = n;
  room[Field.V] = n;
  room[Field.Weights] = weighted ? n : 0;
  room[Field.U] = units * <u64>sizes[Field.QSd];
  room[Field.LogSdOffset] = units;
  room[Field.UnitParent] = words(nestedUnits);
  room[Field.UnitEnd] = words(<u64>sizes[Field.InnerUnits]);
  room[Field.T] = pairs * <u64>sizes[Field.QRho];
  room[Field.EtaOffset] = pairs;
  room[Field.PairV] = pairRows >> 1;
  room[Field.ClusterSizes] = words(3 * <u64>sizes[Field.Clusters]);
  room[Field.ClusterV] = packedV;
  room[Field.RowUnits] = words(sparseRows * <u64>sizes[Field.Terms]);
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
  room[Field.Nested] = nestedUnits * nestedWidth<u64>(p, q, scores);
  room[Field.Whitened] = sparseRows * (p + 1);
  // packedV = sum of m (m + 1) / 2 and sparseRows = sum of m, so sum of m^2 = 2 packedV - sparseRows
  room[Field.Matrix] = 2 * packedV - sparseRows;
  room[Field.Vectors] = vectorDoubles(p, q, scores, largest, largestUnits, largestPairs);
  // beyond MOST_ORDER the matrix of that order is too large by itself, and the scratch would not fit in 32 bits
  room[Field.Scratch] = scratchBytes(<i32>min(max(largest, p), MOST_ORDER)) >> 3;

  let bytes: u64 = aligned((<u64>Field.Count) << 2);
  for (let field: i32 = Field.Y; field < Field.Count; field++) bytes = aligned(bytes) + (room[field] << 3);
  return bytes;
}

/** Up to the next address that suits a SIMD register, as arenaTake() does. */
function aligned(bytes: u64): u64 {
  return (bytes + 15) & ~15;
}

/** Lays a problem of these sizes out in its block, as measure() has just counted its bytes, and writes the header. */
export function layOut(problem: usize, sizes: Int32Array, bytes: usize): void {
  arenaStart(problem);
  arenaTake((<usize>Field.Count) << 2);
  for (let i = 0; i < Sizes.Count; i++) set(problem, i, sizes[i]);
  set(problem, Field.Q, sizes[Field.QSigma] + sizes[Field.QSd] + sizes[Field.QRho]);
  set(problem, Field.BadRow, 0);
  set(problem, Field.Bytes, bytes);
  for (let field: i32 = Field.Y; field < Field.Count; field++) {
    set(problem, field, arenaDoubles(<usize>ROOM[field]));
  }
  if (!sizes[Field.Weighted]) set(problem, Field.WeightedInverse, at(problem, Field.Inverse));
}

/** The short-lived columns: a chunk of the scalar kernel, a few rows of the nested and pair ones, or one dense cluster's. */
function vectorDoubles(p: u64, q: u64, scores: u64, m: u64, units: u64, pairs: u64): u64 {
  const entries = m + units + pairs;
  const dense = m * (p + 1) + entries * (q + scores + scores) + units * (m + units + p);
  return max(max(<u64>CHUNK * (5 + scores), dense), 3 * q + 2 * (p + scores) + 2);
}
