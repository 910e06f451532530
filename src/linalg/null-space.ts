/**
 * Orthonormal columns that span the directions orthogonal to some vectors of n numbers, n x (n - vectors), row-major.
 *
 * With a Householder reflection H_l for each vector, that of vector l having its largest effect at place pivots[l], the
 * product H_1 H_2 ... takes all but the unit vectors of the pivots to the directions wanted. No pivot makes anything
 * cancel: they say which places the columns are nearest to, and their signs are those of LINPACK's QR.
 */
export function nullSpace(
  vectors: readonly ArrayLike<number>[],
  pivots: readonly number[],
  n: number,
): Float64Array {
  const work = vectors.map((vector) => Float64Array.from(vector));
  const reflections: { readonly v: Float64Array; readonly pivot: number }[] = [];
  work.forEach((v, l) => {
    const pivot = pivots[l]!;
    // what earlier reflections have dealt with
    for (const done of pivots.slice(0, l)) v[done] = 0;
    let norm = 0;
    for (const part of v) norm = Math.hypot(norm, part);
    if (norm === 0) return;
    if (v[pivot]! < 0) norm = -norm;
    for (let i = 0; i < n; i++) v[i]! /= norm;
    v[pivot]! += 1;
    reflections.push({ v, pivot });
    for (const other of work.slice(l + 1)) reflect(v, pivot, other);
  });
  reflections.reverse();
  const count = n - vectors.length;
  const out = new Float64Array(n * count);
  for (let column = 0, k = 0; k < n; k++) {
    if (pivots.includes(k)) continue;
    const unit = new Float64Array(n);
    unit[k] = 1;
    for (const { v, pivot } of reflections) reflect(v, pivot, unit);
    for (let i = 0; i < n; i++) out[i * count + column] = unit[i]!;
    column++;
  }
  return out;
}

/** H x for H = I - v v' / v[pivot]: v is a unit vector plus that of the pivot. */
function reflect(v: Float64Array, pivot: number, x: Float64Array): void {
  let inner = 0;
  for (let i = 0; i < v.length; i++) inner += v[i]! * x[i]!;
  const t = -inner / v[pivot]!;
  for (let i = 0; i < v.length; i++) x[i]! += t * v[i]!;
}
