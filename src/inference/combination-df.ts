import type { Fit } from "../fit/fit";
import { locationCount } from "./residual-df";
import { vanishingVariance } from "./robust/cluster-terms";
import { type Sandwich, sandwich } from "./robust/sandwich";
import { wishartDf } from "./robust/satterthwaite";
import type { TestBasis } from "./test-basis";

/**
 * Degrees of freedom of linear combinations of coefficients of one dpar, by a test basis: those of the coefficients that
 * take part, the fewest of them; after CR2 robust errors Satterthwaite's of each combination; NaN where the robust variance
 * is 0. A function from the
 * weights, one for each position in `fit.coefficients` that `indices` names.
 */
export function combinationDf(
  fit: Fit,
  basis: TestBasis,
  indices: readonly number[],
): (weights: ArrayLike<number>) => number {
  const p = locationCount(fit);
  const satterthwaite = fit.robust?.type === "CR2" && basis.test === "t" && indices.every((i) => i < p);
  const vanishes = vanishingVariance(fit, indices);
  let parts: Sandwich | undefined;
  return (weights) => {
    if (vanishes(weights)) return Number.NaN;
    let least = Number.POSITIVE_INFINITY;
    indices.forEach((i, j) => {
      // a NaN of df stays
      if (weights[j] !== 0) least = Math.min(least, basis.df[i]!);
    });
    if (!satterthwaite || least === Number.POSITIVE_INFINITY) return least;
    parts ??= sandwich(fit, fit.robust!);
    const contrast = new Float64Array(p);
    indices.forEach((i, j) => {
      contrast[i] = weights[j]!;
    });
    return wishartDf(parts, contrast, 1);
  };
}
