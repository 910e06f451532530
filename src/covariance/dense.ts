import type { BlockCovariance } from "./block-covariance";
import { splitClusters } from "./clusters";
import { invert, type Selection } from "./selection";
import { linkSquare, packSquare, pairLimits, readDiagonal, type SquareMatrix } from "./square";

/**
 * A full matrix over all data rows. It is scanned once for what is wrong and for what covaries, then its clusters
 * alone are copied. Cost: n^2 reads, no n x n memory unless one cluster has all n rows.
 */
export function fromDense(matrix: SquareMatrix, selection: Selection): BlockCovariance {
  const { total, source } = selection;
  const at = invert(selection);
  const variances = new Float64Array(source.length).fill(Number.NaN);
  readDiagonal(matrix, total, at, selection, variances);
  const limits = pairLimits(selection, variances);
  return splitClusters(
    variances,
    (parent) => linkSquare(matrix, total, at, limits, parent),
    (cells) => packSquare(matrix, total, at, cells),
  );
}
