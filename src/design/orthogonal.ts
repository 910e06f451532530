import { DrmError } from "../errors";
import { count } from "../words";

/**
 * Orthogonal polynomials by Stieltjes' three-term recurrence (Kennedy and Gentle 1980, section 8.3.2):
 *
 *   p_0 = 1,  p_1 = x - alpha_1,  p_{k+1} = (x - alpha_{k+1}) p_k - (norm2_k / norm2_{k-1}) p_{k-1}
 *   alpha_{k+1} = sum x p_k^2 / norm2_k,  norm2_k = sum p_k^2
 *
 * and column k of the design is p_k / sqrt(norm2_k), the basis of R's poly(): monic, so of positive leading
 * coefficient. The recurrence is also how new data are evaluated. Cost O(n degree).
 */
export interface PolyBasis {
  /** tells it from other bases */
  readonly kind: "poly";
  /** columns */
  readonly degree: number;
  /** powers as they are, instead of orthogonal polynomials */
  readonly raw: boolean;
  /** alpha_1, ..., alpha_degree; empty for raw powers. */
  readonly alpha: readonly number[];
  /** norm2_0, ..., norm2_degree; empty for raw powers. */
  readonly norm2: readonly number[];
}

export function learnPoly(x: Float64Array, degree: number, raw: boolean, label: string): PolyBasis {
  if (!Number.isInteger(degree) || degree < 1) {
    throw new DrmError("bad_term", `${label}: the degree must be a whole number of at least 1`);
  }
  if (raw) return { kind: "poly", degree, raw, alpha: [], norm2: [] };
  const distinct = new Set(x).size;
  if (degree >= distinct) {
    const values = count(distinct, "distinct value");
    throw new DrmError("bad_term", `${label}: degree ${degree} needs more than ${values}: lower the degree`);
  }
  // centred first: the recurrence then starts from numbers of the size of the spread, not of the calendar
  const centre = mean(x);
  const z = x.map((value) => value - centre);
  const alpha: number[] = [];
  const norm2: number[] = [x.length];
  let previous = new Float64Array(x.length);
  let current = new Float64Array(x.length).fill(1);
  for (let k = 0; k < degree; k++) {
    const norm = norm2[k]!;
    let weighted = 0;
    for (let i = 0; i < z.length; i++) weighted += z[i]! * current[i]! * current[i]!;
    const shift = weighted / norm;
    const ratio = k === 0 ? 0 : norm / norm2[k - 1]!;
    const next = new Float64Array(x.length);
    let nextNorm = 0;
    for (let i = 0; i < z.length; i++) {
      next[i] = (z[i]! - shift) * current[i]! - ratio * previous[i]!;
      nextNorm += next[i]! * next[i]!;
    }
    alpha.push(shift + centre);
    norm2.push(nextNorm);
    [previous, current] = [current, next];
  }
  return { kind: "poly", degree, raw, alpha, norm2 };
}

export function applyPoly({ degree, raw, alpha, norm2 }: PolyBasis, x: Float64Array): Float64Array[] {
  if (raw) return Array.from({ length: degree }, (_, k) => x.map((value) => value ** (k + 1)));
  const columns: Float64Array[] = [];
  let previous = new Float64Array(x.length);
  let current = new Float64Array(x.length).fill(1);
  for (let k = 0; k < degree; k++) {
    const ratio = k === 0 ? 0 : norm2[k]! / norm2[k - 1]!;
    const next = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) {
      next[i] = (x[i]! - alpha[k]!) * current[i]! - ratio * previous[i]!;
    }
    const scale = Math.sqrt(norm2[k + 1]!);
    columns.push(next.map((value) => value / scale));
    [previous, current] = [current, next];
  }
  return columns;
}

export function mean(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]!;
  const first = sum / x.length;
  // a second pass takes out the rounding of the first, as R's mean() does
  let rest = 0;
  for (let i = 0; i < x.length; i++) rest += x[i]! - first;
  return first + rest / x.length;
}
