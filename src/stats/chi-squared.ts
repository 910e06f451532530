import { upperIncompleteGamma } from "./incomplete-gamma";
import { tailQuantile } from "./tail-quantile";

/**
 * P(X > x), the p-value of a likelihood-ratio or Wald chi-squared test with df > 0 degrees of freedom, accurate down to
 * 1e-300: Q(df/2, x/2), the regularized upper incomplete gamma function. NaN for df <= 0.
 */
export function chiSquaredUpperTail(x: number, df: number): number {
  if (!(df > 0) || Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  return upperIncompleteGamma(df / 2, x / 2);
}

/** x with P(X <= x) = p, of chi-squared with df > 0 degrees of freedom; NaN for df <= 0. */
export function chiSquaredQuantile(p: number, df: number): number {
  if (!(df > 0)) return Number.NaN;
  return tailQuantile(1 - p, (x, upper) => {
    const above = chiSquaredUpperTail(x, df);
    return upper ? above : 1 - above;
  });
}
