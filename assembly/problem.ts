// The state of one problem: a header of 32-bit words (abi.ts), then its arrays, in one heap block.

import { Field, Size } from "./abi";
import { arenaDoubles, arenaEnd, arenaStart, arenaTake } from "./arena";
import { CHUNK } from "./kernels/scalar";
import { scratchBytes } from "./linalg";

/** The word `field` of a problem: a size, or the byte address of an array. */
export function get(problem: usize, field: i32): i32 {
  return load<i32>(problem + (<usize>field << 2));
}

/** The address of an array. */
export function at(problem: usize, field: i32): usize {
  return <usize>load<u32>(problem + (<usize>field << 2));
}

function set(problem: usize, field: i32, value: usize): void {
  store<u32>(problem + (<usize>field << 2), <u32>value);
}

/** Sum of squared cluster sizes, in doubles: one inverse a cluster. */
function inverseDoubles(sizes: StaticArray<i32>): usize {
  // PackedV = sum of m (m + 1) / 2 and the rows in clusters = sum of m, so sum of m^2 = 2 PackedV - rows
  return 2 * <usize>sizes[Size.PackedV] - <usize>(sizes[Size.Rows] - sizes[Size.ScalarRows]);
}

/**
 * Lays the problem out from `problem` on and writes the header when `problem` is a real block.
 * Returns the end address; with problem = 0 nothing is written and that is the size in bytes.
 */
export function layOut(problem: usize, sizes: StaticArray<i32>): usize {
  const write = problem != 0;
  const n = <usize>sizes[Size.Rows];
  const scalarRows = <usize>sizes[Size.ScalarRows];
  const p = <usize>sizes[Size.P];
  const q = <usize>sizes[Size.QSigma];
  const clusters = <usize>sizes[Size.Clusters];
  const largest = <usize>sizes[Size.LargestCluster];
  const weighted = sizes[Size.Weighted] != 0;

  arenaStart(problem);
  arenaTake(<usize>Field.Count << 2);
  if (write) {
    for (let i = 0; i < Size.Count; i++) set(problem, i, sizes[i]);
    set(problem, Field.Q, q);
    set(problem, Field.BadRow, 0);
  }

  // the order of Field, so that the two can be read side by side
  const room: StaticArray<usize> = DOUBLES;
  room[Field.Y] = n;
  room[Field.X] = n * p;
  room[Field.W] = n * q;
  room[Field.LogSigmaOffset] = n;
  room[Field.V] = n;
  room[Field.Weights] = weighted ? n : 0;
  room[Field.ClusterSizes] = (clusters + 1) >> 1;
  room[Field.ClusterV] = <usize>sizes[Size.PackedV];
  room[Field.Theta] = q;
  room[Field.Value] = 1;
  room[Field.Beta] = p;
  room[Field.Gradient] = q;
  room[Field.LocationGradient] = p;
  room[Field.Hessian] = q * q;
  room[Field.LocationHessian] = p * p;
  room[Field.CrossHessian] = p * q;
  room[Field.ThetaHessian] = q * q;
  room[Field.LocationFactor] = p * p;
  room[Field.HalfCross] = p * q;
  room[Field.LocationRight] = p;
  room[Field.Sums] = 2;
  room[Field.Sigma2] = n;
  room[Field.Inverse] = n;
  room[Field.WeightedInverse] = weighted ? scalarRows : 0;
  room[Field.Whitened] = (n - scalarRows) * (p + 1);
  room[Field.Matrix] = inverseDoubles(sizes);
  // a chunk of the scalar kernel needs six vectors; a cluster needs S^-1 [X r], and two vectors
  const chunk = <usize>CHUNK * 6;
  const cluster = largest * (p + 3);
  room[Field.Vectors] = chunk > cluster ? chunk : cluster;
  room[Field.Scratch] = scratchBytes(<i32>(largest > p ? largest : p)) >> 3;

  for (let field: i32 = Field.Y; field < Field.Count; field++) {
    const address = arenaDoubles(room[field]);
    if (write) set(problem, field, address);
  }
  if (write && !weighted) set(problem, Field.WeightedInverse, at(problem, Field.Inverse));
  return arenaEnd();
}

const DOUBLES = new StaticArray<usize>(Field.Count);
