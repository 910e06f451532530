import { DrmError } from "../errors";
import { count } from "../words";
import { cellOf } from "./block-cells";
import type { BlockCovariance } from "./block-covariance";
import type { Cells } from "./cells";
import { splitClusters } from "./clusters";
import { isVariance } from "./diagonal";
import { badPair, badVariance } from "./refuse";
import { cellName, invert, type Selection } from "./selection";
import { type PairLimits, pairLimits } from "./square";
import { link } from "./union-find";

/** The nonzero cells, 0-based; either triangle or both, and the whole diagonal. */
export interface SparseMatrix {
  /** rows, which are as many as columns */
  readonly n: number;
  /** row of each cell */
  readonly row: ArrayLike<number>;
  /** column of each cell */
  readonly column: ArrayLike<number>;
  /** value of each cell: a sampling variance or covariance */
  readonly value: Cells;
}

/** Cost: linear in the cells given and in the size of the clusters. */
export function fromSparse(matrix: SparseMatrix, selection: Selection): BlockCovariance {
  checkPlaces(matrix, selection);
  const { row, column, value } = matrix;
  const kept = invert(selection);
  const variances = readVariances(matrix, kept, selection);
  const limits = pairLimits(selection, variances);
  return splitClusters(
    variances,
    (parent) => {
      for (let t = 0; t < value.length; t++) {
        const [k, l] = [kept[row[t]!]!, kept[column[t]!]!];
        if (k < 0 || l < 0 || k === l) continue;
        const v = value[t];
        if (typeof v !== "number" || !(Math.abs(v) <= limits.sd[k]! * limits.sd[l]!)) {
          throw badPair(selection, k, l, v, v, variances);
        }
        if (v !== 0) link(parent, k, l);
      }
    },
    ({ values, places }) => {
      const given = new Uint8Array(values.length);
      for (let t = 0; t < value.length; t++) {
        const [k, l] = [kept[row[t]!]!, kept[column[t]!]!];
        const cell = k < 0 || l < 0 || k === l ? -1 : cellOf(places, k, l);
        if (cell < 0) continue;
        const v = value[t]!;
        values[cell] = given[cell] === 0 ? v : agree(limits, k, l, values[cell]!, v);
        given[cell] = 1;
      }
    },
  );
}

/** A cell that is given twice, or with its mirror, counts once: the mean, if the two agree. */
function agree({ selection, asymmetry }: PairLimits, k: number, l: number, a: number, b: number): number {
  if (Math.abs(a - b) <= asymmetry) return 0.5 * (a + b);
  const [cell, mirror] = [cellName(selection, k, l), cellName(selection, l, k)];
  throw new DrmError(
    "bad_known_v",
    `${cell} is given as ${a} and as ${b}: it must agree with itself and with ${mirror}`,
  );
}

function readVariances(
  { row, column, value }: SparseMatrix,
  kept: Int32Array,
  selection: Selection,
): Float64Array {
  const variances = new Float64Array(selection.source.length).fill(Number.NaN);
  for (let t = 0; t < value.length; t++) {
    const k = kept[row[t]!]!;
    if (row[t] !== column[t] || k < 0) continue;
    const v = value[t];
    if (!isVariance(v)) throw badVariance(cellName(selection, k, k), v);
    if (variances[k]! >= 0 && variances[k] !== v) {
      const cell = cellName(selection, k, k);
      throw new DrmError(
        "bad_known_v",
        `${cell} is given as ${variances[k]} and as ${v}: a variance is given once`,
      );
    }
    variances[k] = v;
  }
  for (let k = 0; k < variances.length; k++) {
    if (selection.source[k]! < 0 || variances[k]! >= 0) continue;
    const cell = cellName(selection, k, k);
    throw new DrmError(
      "bad_known_v",
      `${cell} is not given: a sparse V needs every sampling variance, zeros too`,
    );
  }
  return variances;
}

function checkPlaces({ n, row, column, value }: SparseMatrix, { label }: Selection): void {
  if (row.length !== value.length || column.length !== value.length) {
    const seen = `${count(row.length, "row")}, ${count(column.length, "column")} and ${count(value.length, "value")}`;
    throw new DrmError(
      "bad_known_v",
      `'${label}' has ${seen}: a sparse matrix needs one of each for every cell`,
    );
  }
  for (let t = 0; t < value.length; t++) {
    for (const place of [row[t]!, column[t]!]) {
      if (place >= 0 && place < n && Number.isInteger(place)) continue;
      const cell = `(${row[t]}, ${column[t]})`;
      throw new DrmError(
        "bad_known_v",
        `'${label}' has a cell at ${cell}: rows and columns count from 0 to ${n - 1}`,
      );
    }
  }
}
