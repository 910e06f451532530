import { DrmError } from "../errors";
import { count } from "../words";
import type { BlockCovariance } from "./block-covariance";
import { splitClusters } from "./clusters";
import { entryName, invert, type Selection } from "./selection";
import { isRows, linkSquare, packSquare, pairLimits, readDiagonal, type SquareMatrix } from "./square";

/** A block-diagonal matrix: each block is a `matrix` of its `rows`, 0-based. Every row is in exactly one block. */
export interface BlockMatrix {
  /** in any order */
  readonly blocks: readonly { readonly rows: ArrayLike<number>; readonly matrix: SquareMatrix }[];
}

/** Cost: linear in the blocks' cells. A block whose pattern falls apart becomes several clusters. */
export function fromBlocks({ blocks }: BlockMatrix, selection: Selection): BlockCovariance {
  const largest = checkBlocks(blocks, selection);
  const kept = invert(selection);
  // one scratch array for all blocks: there may be a hundred thousand of them
  const at = new Int32Array(largest);
  const place = (rows: ArrayLike<number>): number => {
    for (let p = 0; p < rows.length; p++) at[p] = kept[rows[p]!]!;
    return rows.length;
  };
  const variances = new Float64Array(selection.source.length).fill(Number.NaN);
  for (const { rows, matrix } of blocks) readDiagonal(matrix, place(rows), at, selection, variances);
  const limits = pairLimits(selection, variances);
  return splitClusters(
    variances,
    (parent) => {
      for (const { rows, matrix } of blocks) linkSquare(matrix, place(rows), at, limits, parent);
    },
    (cells) => {
      for (const { rows, matrix } of blocks) packSquare(matrix, place(rows), at, cells);
    },
  );
}

/** Every used row in exactly one block and every matrix as large as its rows say; returns the largest block's size. */
function checkBlocks(blocks: BlockMatrix["blocks"], selection: Selection): number {
  const { label, total, source } = selection;
  const blockOf = new Int32Array(total);
  let largest = 0;
  for (let b = 0; b < blocks.length; b++) {
    const { rows, matrix } = blocks[b] ?? ({} as Partial<BlockMatrix["blocks"][number]>);
    const name = `block ${b + 1} of '${label}'`;
    if (typeof rows?.length !== "number" || typeof matrix?.length !== "number") {
      throw new DrmError(
        "bad_known_v",
        `${name} must be { rows, matrix }: row numbers from 0 and their covariances`,
      );
    }
    largest = Math.max(largest, rows.length);
    checkOrder(name, matrix, rows.length);
    for (let p = 0; p < rows.length; p++) {
      const row = rows[p]!;
      if (!(row >= 0 && row < total && Number.isInteger(row))) {
        const range = `rows count from 0 to ${total - 1}`;
        throw new DrmError("bad_known_v", `${name} has row ${row}, which the data do not have: ${range}`);
      }
      if (blockOf[row] !== 0) {
        const where =
          blockOf[row] === b + 1
            ? `twice in ${name}`
            : `in blocks ${blockOf[row]} and ${b + 1} of '${label}'`;
        throw new DrmError(
          "bad_known_v",
          `row ${row + 1} of the data is ${where}: a row belongs to one block`,
        );
      }
      blockOf[row] = b + 1;
    }
  }
  for (let k = 0; k < source.length; k++) {
    if (source[k]! >= 0 && blockOf[source[k]!] === 0) {
      const what = `${entryName(selection, k)} is in no block of '${label}'`;
      throw new DrmError("bad_known_v", `${what}: give it one, of size 1 if it covaries with nothing`);
    }
  }
  return largest;
}

function checkOrder(name: string, matrix: SquareMatrix, order: number): void {
  if (!isRows(matrix)) {
    if (matrix.length === order * order) return;
    throw new DrmError(
      "bad_known_v",
      `${name} has ${count(order, "row")} but ${count(matrix.length, "cell")}; wanted ${order * order}`,
    );
  }
  for (const line of matrix) {
    if (line?.length === order && matrix.length === order) continue;
    const seen = `a matrix of ${matrix.length} x ${line?.length}`;
    throw new DrmError(
      "bad_known_v",
      `${name} has ${count(order, "row")} but ${seen}; wanted ${order} x ${order}`,
    );
  }
}
