// How a problem lies in memory: a header of 32-bit words (abi.ts), then its arrays, in one allocation.

import { Field, Sizes } from "./abi";
import { arenaDoubles, arenaStart, arenaTake } from "./arena";
import { structuredVectors } from "./kernels/dense/structured-work";
import { denseVectors, multiplierVectors } from "./kernels/dense/work";
import { nestedVectors, nestedWidth } from "./kernels/nested/levels";
import { pairVectors } from "./kernels/pair/derivatives";
import { scalarVectors } from "./kernels/scalar/vectors";
import { sparseVectors } from "./kernels/sparse/products";
import { sparseDoubles } from "./kernels/sparse/work";
import { scratchBytes } from "./linalg";
import { at, set } from "./room";

/** A square matrix of so many rows has 2^40 doubles. */
const MOST_ROWS: u64 = 1 << 20;

/** Doubles of each array, as measure() has counted them. */
const DOUBLES = new StaticArray<u64>(Field.Count);

/** Doubles that hold n 32-bit words. */
function words(n: u64): u64 {
  return (n + 1) >> 1;
}

/**
 * Bytes of a problem with these sizes, and in DOUBLES what its arrays have of them. Counted in 64 bits: a problem too large
 * for the memory must not pass for a small one. The only place that knows how large a problem is: the kernels say what they
 * keep and work in beside their layouts, and nothing else counts.
 */
export function measure(sizes: Int32Array): u64 {
  const n = <u64>sizes[Field.Rows];
  const scalarRows = <u64>sizes[Field.ScalarRows];
  const nestedRows = <u64>sizes[Field.NestedRows];
  const sparseRows = <u64>sizes[Field.SparseRows];
  const pairRows = <u64>sizes[Field.PairRows];
  const p = <u64>sizes[Field.P];
  const q = <u64>thetaSize(sizes);
  const levels = <u64>sizes[Field.Levels];
  const nestedLevels = <u64>sizes[Field.NestedLevels];
  const sparseLevels = <u64>sizes[Field.SparseLevels];
  const sparseNodes = <u64>sizes[Field.SparseNodes];
  const lists = <u64>sizes[Field.SparseLists];
  const panels = <u64>sizes[Field.SparsePanels];
  const front = <u64>sizes[Field.SparseFront];
  const stack = <u64>sizes[Field.SparseStack];
  const edges = <u64>sizes[Field.SparseEdges];
  const terms = <u64>sizes[Field.Terms];
  const pairs = <u64>sizes[Field.Pairs];
  const entries = <u64>sizes[Field.ClusterEntries];
  const largest = <u64>sizes[Field.LargestCluster];
  const largestLevels = <u64>sizes[Field.LargestLevels];
  const largestPairs = <u64>sizes[Field.LargestPairs];
  const structures = <u64>sizes[Field.Structures];
  const structured = <u64>sizes[Field.LargestStructured];
  const structuredColumns = <u64>sizes[Field.StructuredColumns];
  const groups = <u64>sizes[Field.CorGroups];
  const correlations = <u64>sizes[Field.QCor];
  const weighted = sizes[Field.Weighted] != 0;
  const reml = sizes[Field.Reml] != 0;
  const proportional = sizes[Field.Proportional] != 0;
  const hasPrecision = sizes[Field.SparseStructured] != 0;
  const scores = reml ? p + 1 : 1;
  const ofRows = <u64>sizes[Field.QPhi] + <u64>sizes[Field.QSigma];
  const sds = <u64>sizes[Field.QSd];
  const vectorRows = scalarRows + nestedRows + sparseRows;
  const denseRows = n - pairRows - vectorRows;

  // in the order of Field, so that the two can be read side by side
  const doubles = DOUBLES;
  doubles[Field.Y] = n;
  doubles[Field.X] = n * p;
  doubles[Field.M] = n * <u64>sizes[Field.QPhi];
  doubles[Field.LogMultiplierOffset] = proportional ? n : 0;
  doubles[Field.W] = n * <u64>sizes[Field.QSigma];
  doubles[Field.LogSigmaOffset] = n;
  doubles[Field.V] = n;
  doubles[Field.Weights] = weighted ? n : 0;
  doubles[Field.U] = levels * <u64>sizes[Field.QSd];
  doubles[Field.LogSdOffset] = levels;
  doubles[Field.LevelParent] = words(nestedLevels);
  doubles[Field.LevelEnd] = words(<u64>sizes[Field.InnerLevels]);
  doubles[Field.SparsePlaces] = words(sparseRows * terms);
  doubles[Field.SparseRowLevels] = words(sparseRows * terms);
  doubles[Field.SparseZ] = sizes[Field.SparseSlopes] != 0 ? sparseRows * terms : 0;
  doubles[Field.SparseNodeWords] = words(9 * sparseNodes);
  doubles[Field.SparseNodeLists] = words(lists);
  doubles[Field.SparseInParent] = words(lists);
  doubles[Field.SparseEdgePlaces] = words(2 * edges);
  doubles[Field.SparseEdgeValues] = edges;
  doubles[Field.SparseDiagonal] = hasPrecision ? sparseLevels : 0;
  doubles[Field.SparseLogDet] = 1;
  doubles[Field.T] = pairs * <u64>sizes[Field.QRho];
  doubles[Field.EtaOffset] = pairs;
  doubles[Field.PairV] = pairRows >> 1;
  doubles[Field.ClusterSizes] = words(3 * <u64>sizes[Field.Clusters]);
  doubles[Field.ClusterV] = entries;
  doubles[Field.RowLevels] = words(denseRows * terms);
  doubles[Field.RowSlopes] = sizes[Field.DenseSlopes] != 0 ? denseRows * terms : 0;
  doubles[Field.TermStructures] = structures > 0 ? words(terms) : 0;
  doubles[Field.Correlations] = structures * entries;
  doubles[Field.TermGroups] = groups > 0 ? words(terms) : 0;
  doubles[Field.CorSizes] = words(3 * groups);
  doubles[Field.LevelRoles] = groups > 0 ? words(2 * (levels - nestedLevels - sparseLevels)) : 0;
  doubles[Field.CorC] = <u64>sizes[Field.CorValues];
  doubles[Field.CorC1] = <u64>sizes[Field.CorFirst];
  doubles[Field.CorC2] = <u64>sizes[Field.CorSecond];
  doubles[Field.PairFirst] = words(2 * (pairs - (pairRows >> 1)));
  doubles[Field.Theta] = q;
  doubles[Field.Value] = 1;
  doubles[Field.Beta] = p;
  doubles[Field.Gradient] = q;
  doubles[Field.LocationGradient] = p;
  doubles[Field.Hessian] = q * q;
  doubles[Field.LocationHessian] = p * p;
  doubles[Field.CrossHessian] = p * q;
  doubles[Field.ThetaHessian] = q * q;
  doubles[Field.LevelScore] = levels;
  doubles[Field.LevelInverse] = levels;
  doubles[Field.LevelSolved] = levels * p;
  doubles[Field.RowShared] = sparseRows;
  doubles[Field.SparseVariances] = sparseLevels;
  doubles[Field.SparseCovariances] = edges;
  doubles[Field.SparseEffects] = sparseLevels * (p + 1);
  doubles[Field.LocationFactor] = p * p;
  doubles[Field.HalfCross] = p * q;
  doubles[Field.LocationRight] = p;
  doubles[Field.Sums] = 2;
  doubles[Field.Traces] = reml ? q * p * p : 0;
  doubles[Field.Multiplier] = proportional ? n : 0;
  doubles[Field.ScaledV] = proportional ? n : 0;
  doubles[Field.Sigma2] = n;
  doubles[Field.Inverse] = vectorRows;
  doubles[Field.WeightedInverse] = weighted ? vectorRows : 0;
  doubles[Field.Omega2] = levels;
  doubles[Field.Nested] = nestedLevels * nestedWidth<u64>(p, q, scores);
  doubles[Field.Sparse] =
    sparseLevels > 0
      ? sparseDoubles(
          sparseRows,
          sparseLevels,
          terms,
          p,
          ofRows,
          sds,
          scores,
          panels,
          front,
          stack,
          hasPrecision,
        )
      : 0;
  doubles[Field.Whitened] = denseRows * (p + 1);
  // entries = sum of m (m + 1) / 2 and denseRows = sum of m, so sum of m^2 = 2 entries - denseRows
  doubles[Field.Matrix] = 2 * entries - denseRows;
  doubles[Field.Vectors] = max(
    max(max(scalarVectors(scores), sparseVectors(ofRows, scores)), nestedVectors(p, q, scores)),
    max(
      pairVectors(p, q),
      denseVectors(p, q, scores, largest, largestLevels, largestPairs) +
        (proportional ? multiplierVectors(p, q, scores, largest) : 0) +
        (structures + groups > 0
          ? structuredVectors(largest, largestLevels, structured, structuredColumns + correlations, scores)
          : 0),
    ),
  );
  // products have four columns of room beside their own; beyond MOST_ROWS the matrix is too large by itself, and the scratch would
  // not fit in 32 bits
  const columns = max(front, structured) + 4;
  doubles[Field.Scratch] = scratchBytes(<i32>min(max(max(largest, columns), p), MOST_ROWS)) >> 3;

  let bytes: u64 = aligned((<u64>Field.Count) << 2);
  for (let field: i32 = Field.Y; field < Field.Count; field++) bytes = aligned(bytes) + (doubles[field] << 3);
  return bytes;
}

/** Up to the next address that suits a SIMD register, as arenaTake() does. */
function aligned(bytes: u64): u64 {
  return (bytes + 15) & ~15;
}

/** Lays a problem of these sizes out, as measure() has just counted its bytes, and writes the header. */
export function layOut(problem: usize, sizes: Int32Array, bytes: usize): void {
  arenaStart(problem);
  arenaTake((<usize>Field.Count) << 2);
  for (let i = 0; i < Sizes.Count; i++) set(problem, i, sizes[i]);
  set(problem, Field.Q, thetaSize(sizes));
  set(problem, Field.BadRow, 0);
  set(problem, Field.Bytes, bytes);
  for (let field: i32 = Field.Y; field < Field.Count; field++) {
    set(problem, field, arenaDoubles(<usize>DOUBLES[field]));
  }
  if (!sizes[Field.Weighted]) set(problem, Field.WeightedInverse, at(problem, Field.Inverse));
  if (!sizes[Field.Proportional]) set(problem, Field.ScaledV, at(problem, Field.V));
}

function thetaSize(sizes: Int32Array): i32 {
  return sizes[Field.QPhi] + sizes[Field.QSigma] + sizes[Field.QSd] + sizes[Field.QCor] + sizes[Field.QRho];
}
