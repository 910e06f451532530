import { orthogonalise } from "../linalg/orthogonal";
import { norm } from "../linalg/vector";

/** A column that the columns before it determine, and how. */
export interface Dependence {
  readonly column: number;
  readonly of: readonly { readonly column: number; readonly coefficient: number }[];
}

/** Coefficients below this (for unit columns) are rounding, not part of a dependence. */
const NEGLIGIBLE = 1e-6;

/**
 * Columns that depend on those before them. Left to right without pivoting: the columns that turn out dependent are the
 * later ones, as in R.
 *
 * @param centres of the columns from `first` on, taken out first; `first` is 1 for a design with an intercept
 * @param tolerance what is left of such a column beside the others, as a share of its length
 */
export function dependences(
  values: Float64Array,
  n: number,
  centres: Float64Array,
  first: 0 | 1,
  present: Uint8Array | null,
  tolerance: number,
): Dependence[] {
  const q = centres.length - first;
  const X = values.slice(first * n);
  const norms = new Float64Array(q);
  for (let j = 0; j < q; j++) {
    const column = X.subarray(j * n, (j + 1) * n);
    const centre = centres[j + first]!;
    for (let i = 0; i < n; i++) if (present === null || present[i] === 1) column[i]! -= centre;
    norms[j] = norm(column);
  }
  const T = new Float64Array(q * q);
  const shares = new Float64Array(q);
  orthogonalise(X, n, q, 1, X, T, shares, tolerance ** 2);

  const dependent: Dependence[] = [];
  for (let j = 0; j < q; j++) {
    if (shares[j]! > tolerance ** 2) continue;
    const of: { column: number; coefficient: number }[] = [];
    let constant = centres[j + first]!;
    for (let k = 0; k < j; k++) {
      const coefficient = -T[k * q + j]!;
      if (!(Math.abs(coefficient) * norms[k]! > NEGLIGIBLE * norms[j]!)) continue;
      of.push({ column: k + first, coefficient });
      constant -= coefficient * centres[k + first]!;
    }
    const size = Math.abs(centres[j + first]!) + norms[j]! / Math.sqrt(n);
    const shifted = first === 1 && Math.abs(constant) > NEGLIGIBLE * size;
    dependent.push({
      column: j + first,
      of: shifted ? [{ column: 0, coefficient: constant }, ...of] : of,
    });
  }
  return dependent;
}
