import type { Fit } from "../../fit/fit";
import { orthogonalise } from "../../linalg/orthogonal";
import { norm } from "../../linalg/vector";
import { locationCount } from "../residual-df";
import { type Sandwich, sandwichOf } from "./sandwich";

/**
 * Of what is left of a sum beside its terms: rounding. A sandwich variance is a sum of squares, so it is recognised as 0 long
 * before it is as small as 1e-16 of anything it could be.
 */
const ROUNDING = 1e-10;

/** q contrasts of the location coefficients, taken apart by cluster. */
export interface ClusterTerms {
  /** q columns of one number a cluster; c' V_CR d is the product of two of them, exactly 0 where it is so but for rounding */
  readonly terms: readonly Float64Array[];
  /** of each column, the length that it would have if nothing in it cancelled */
  readonly sizes: Float64Array;
}

/**
 * c' V_CR c = sum_i (c' R^-1 s_i)^2 with the clusters' scores s_i (see sandwich()). Where a combination rests on one cluster
 * every score is 0: what that cluster says about it leaves no residual. In floating point the terms that should cancel do so
 * up to rounding, and are set to 0: relative to their own sizes, so that the parametrisation does not matter. Cost
 * O(clusters p) a contrast.
 *
 * @param contrasts q x p over the location coefficients, row-major
 */
export function clusterTerms(
  { p, inverseR, scores, sizes, clusters }: Sandwich,
  contrasts: Float64Array,
  q: number,
): ClusterTerms {
  const m = clusters.length;
  const lengths = new Float64Array(q);
  const terms = Array.from({ length: q }, (_, a) => {
    const term = new Float64Array(m);
    const size = new Float64Array(m);
    for (let j = 0; j < p; j++) {
      let direction = 0;
      let absolute = 0;
      for (let k = 0; k <= j; k++) {
        const part = contrasts[a * p + k]! * inverseR[k * p + j]!;
        direction += part;
        absolute += Math.abs(part);
      }
      if (absolute === 0) continue;
      for (let c = 0; c < m; c++) {
        term[c]! += direction * scores[c * p + j]!;
        size[c]! += absolute * sizes[c * p + j]!;
      }
    }
    lengths[a] = norm(size);
    return norm(term) <= ROUNDING * lengths[a]! ? new Float64Array(m) : term;
  });
  return { terms, sizes: lengths };
}

/** Whether some combination of the contrasts has a variance of 0, so that they have no joint test. */
export function someVanishes({ terms, sizes }: ClusterTerms): boolean {
  const q = terms.length;
  const m = terms[0]!.length;
  const X = new Float64Array(m * q);
  terms.forEach((term, a) => {
    X.set(term, a * m);
  });
  const T = new Float64Array(q * q);
  const shares = new Float64Array(q);
  orthogonalise(X, m, q, 1, X, T, shares);
  // column a of T combines the terms to a vector of length 1: what cancels on the way must not be so much longer
  return terms.some((_, a) => {
    let size = 0;
    for (let b = 0; b <= a; b++) size += Math.abs(T[b * q + a]!) * sizes[b]!;
    return shares[a] === 0 || ROUNDING * size >= 1;
  });
}

/** A variance above this share of its terms in `vcov` is not rounding, and nothing else need be asked. */
const CLEAR = 1e-6;

/**
 * After robust(): whether the variance of a combination of location coefficients is 0 but for rounding, as where it rests on
 * one cluster. Its standard error is then 0, and it has no degrees of freedom, test or limits. A function from the weights, one
 * for each position in `fit.coefficients` that `indices` names. Always false without robust errors, for other coefficients
 * than those of the location, and for weights that are all 0.
 */
export function vanishingVariance(
  fit: Fit,
  indices: readonly number[],
): (weights: ArrayLike<number>) => boolean {
  const { robust, vcov, coefficients } = fit;
  const p = locationCount(fit);
  if (robust === undefined || indices.some((i) => i >= p)) return () => false;
  const k = coefficients.length;
  return (weights) => {
    const contrast = new Float64Array(p);
    indices.forEach((i, j) => {
      contrast[i] = weights[j]!;
    });
    let variance = 0;
    let size = 0;
    for (const i of indices) {
      for (const j of indices) {
        const term = contrast[i]! * contrast[j]! * vcov[i * k + j]!;
        variance += term;
        size += Math.abs(term);
      }
    }
    if (variance > CLEAR * size || Number.isNaN(variance)) return false;
    if (contrast.every((weight) => weight === 0)) return false;
    return norm(clusterTerms(sandwichOf(fit), contrast, 1).terms[0]!) === 0;
  };
}
