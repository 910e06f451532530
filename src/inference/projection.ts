/** Least squares without normal equations: modified Gram-Schmidt, each column twice, so that no digits are lost. */

import { scratch } from "../data/doubles";

/** Orthonormal columns that span those of `values` (rows x columns, column-major). Cost O(rows columns^2). */
export function orthonormalBasis(values: Float64Array, rows: number, columns: number): Float64Array[] {
  const basis: Float64Array[] = [];
  for (let j = 0; j < columns; j++) {
    const own = scratch(rows);
    for (let i = 0; i < rows; i++) own[i] = values[j * rows + i]!;
    const length = norm(removeProjection(own, basis));
    if (!(length > 0)) continue;
    for (let i = 0; i < rows; i++) own[i]! /= length;
    basis.push(own);
  }
  return basis;
}

/** What is left of a column beside the basis. Changes the column and returns it. */
export function removeProjection(column: Float64Array, basis: readonly Float64Array[]): Float64Array {
  for (let pass = 0; pass < 2; pass++) {
    for (const q of basis) {
      let dot = 0;
      for (let i = 0; i < q.length; i++) dot += q[i]! * column[i]!;
      for (let i = 0; i < q.length; i++) column[i]! -= dot * q[i]!;
    }
  }
  return column;
}

export function norm(column: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < column.length; i++) sum += column[i]! * column[i]!;
  return Math.sqrt(sum);
}
