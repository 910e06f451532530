/** A column that the columns before it determine, and how. */
export interface Dependence {
  readonly column: number;
  readonly of: readonly { readonly column: number; readonly coefficient: number }[];
}

/** Coefficients below this (for unit columns) are rounding, not part of a dependence. */
const NEGLIGIBLE = 1e-6;

/**
 * Modified Gram-Schmidt, run twice for each column ("twice is enough", Kahan and Parlett), on centred columns of
 * unit norm, left to right without pivoting: the columns that turn out dependent are the later ones, as in R.
 */
export function gramSchmidt(
  values: Float64Array,
  n: number,
  centres: Float64Array,
  first: 0 | 1,
  present: Uint8Array | null,
  tolerance: number,
): Dependence[] {
  const p = centres.length;
  const kept: { column: number; q: Float64Array; norm: number; inQ: readonly number[] }[] = [];
  const dependent: Dependence[] = [];
  for (let column = first; column < p; column++) {
    const centre = centres[column]!;
    const v = values.slice(column * n, (column + 1) * n);
    if (centre !== 0)
      for (let i = 0; i < n; i++) if (present === null || present[i] === 1) v[i] = v[i]! - centre;
    const norm = normOf(v);
    for (let i = 0; i < n; i++) v[i] = v[i]! / norm;
    const projections = new Array<number>(kept.length).fill(0);
    for (let pass = 0; pass < 2; pass++) {
      kept.forEach(({ q }, k) => {
        let dot = 0;
        for (let i = 0; i < n; i++) dot += q[i]! * v[i]!;
        for (let i = 0; i < n; i++) v[i] = v[i]! - dot * q[i]!;
        projections[k] = projections[k]! + dot;
      });
    }
    const rest = normOf(v);
    if (rest > tolerance) {
      for (let i = 0; i < n; i++) v[i] = v[i]! / rest;
      kept.push({ column, q: v, norm, inQ: [...projections, rest] });
      continue;
    }
    // back substitution turns projections on the q's into coefficients of the columns themselves
    const coefficients = [...projections];
    for (let k = kept.length - 1; k >= 0; k--) {
      coefficients[k] = coefficients[k]! / kept[k]!.inQ[k]!;
      for (let l = 0; l < k; l++) coefficients[l] = coefficients[l]! - coefficients[k]! * kept[k]!.inQ[l]!;
    }
    const of = kept
      .map((other, k) => ({ column: other.column, scaled: coefficients[k]!, norm: other.norm }))
      .filter(({ scaled }) => Math.abs(scaled) > NEGLIGIBLE)
      .map((other) => ({ column: other.column, coefficient: (other.scaled * norm) / other.norm }));
    const constant = of.reduce((sum, other) => sum - other.coefficient * centres[other.column]!, centre);
    const size = Math.abs(centre) + norm / Math.sqrt(n);
    const shifted = first === 1 && Math.abs(constant) > NEGLIGIBLE * size;
    dependent.push({ column, of: shifted ? [{ column: 0, coefficient: constant }, ...of] : of });
  }
  return dependent;
}

function normOf(v: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i]! * v[i]!;
  return Math.sqrt(sum);
}
