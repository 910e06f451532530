import type { Structure, StructuredLevels } from "../../../src/covariance/structure";

/** Gauss-Jordan elimination with row pivoting, as plain loops: the inverse and the logarithm of |determinant|. */
export function inverted(matrix: readonly (readonly number[])[]): { inverse: number[][]; logDet: number } {
  const n = matrix.length;
  const A = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  let logDet = 0;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k; i < n; i++) if (Math.abs(A[i]![k]!) > Math.abs(A[pivot]![k]!)) pivot = i;
    [A[k], A[pivot]] = [A[pivot]!, A[k]!];
    const scale = A[k]![k]!;
    logDet += Math.log(Math.abs(scale));
    A[k] = A[k]!.map((x) => x / scale);
    for (let i = 0; i < n; i++) {
      const factor = A[i]![k]!;
      if (i !== k) A[i] = A[i]!.map((x, j) => x - factor * A[k]![j]!);
    }
  }
  return { inverse: A.map((row) => row.slice(n)), logDet };
}

/** P, all of it. */
export function precisionOf({ levels, rows, columns, values }: Structure): number[][] {
  const P = Array.from({ length: levels }, () => new Array<number>(levels).fill(0));
  values.forEach((value, t) => {
    const [i, j] = [rows[t]!, columns[t]!];
    if (!(i >= j && i < levels) || P[i]![j] !== 0) throw new Error(`cell (${i}, ${j})`);
    P[i]![j] = value;
    P[j]![i] = value;
  });
  return P;
}

/** Covariances of the named levels from P alone, and log |P^-1|. */
export function fromPrecision(structure: Structure): { K: number[][]; logDet: number } {
  const { inverse, logDet } = inverted(precisionOf(structure));
  const { names, scale } = structure;
  return {
    K: names.map((_, a) => names.map((_, b) => scale[a]! * scale[b]! * inverse[a]![b]!)),
    logDet: -logDet,
  };
}

/** The same from correlation(). */
export function fromCorrelation({ names, correlation }: Structure): number[][] {
  return names.map((_, a) => names.map((_, b) => correlation(a, b)));
}

/** v_new | v ~ N(w' v, variance) of the last row, from the whole matrix: w = K^-1 k. */
export function lastGiven(K: readonly (readonly number[])[]): { weights: number[]; variance: number } {
  const n = K.length - 1;
  const { inverse } = inverted(K.slice(0, n).map((row) => row.slice(0, n)));
  const k = K[n]!;
  const weights = inverse.map((row) => row.reduce((sum, x, j) => sum + x * k[j]!, 0));
  return { weights, variance: k[n]! - weights.reduce((sum, w, j) => sum + w * k[j]!, 0) };
}

/** What the effects of the named levels v alone say of another, w'v, from what all effects u say of it: those without names are summed out. */
export function namedGiven({ structure, conditional }: StructuredLevels, name: string) {
  const { effects, weights, variance } = conditional(name)!;
  const { inverse: C } = inverted(precisionOf(structure));
  const { names, scale } = structure;
  const beside = C.map((row) => effects.reduce((sum, u, k) => sum + weights[k]! * row[u]!, 0));
  const own = effects.reduce((sum, u, k) => sum + weights[k]! * beside[u]!, variance);
  const last = names.map((_, a) => scale[a]! * beside[a]!);
  return lastGiven([...fromPrecision(structure).K.map((row, a) => [...row, last[a]!]), [...last, own]]);
}

export function expectClose(
  seen: readonly (readonly number[])[],
  wanted: readonly (readonly number[])[],
  tolerance: number,
) {
  const worst = Math.max(...seen.flatMap((row, i) => row.map((x, j) => Math.abs(x - wanted[i]![j]!))));
  if (!(worst <= tolerance)) throw new Error(`differs by ${worst}`);
}
