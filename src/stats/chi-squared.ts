/**
 * Chi-squared distribution with df > 0 degrees of freedom: P(X <= x) = P(df/2, x/2), the regularized lower incomplete
 * gamma function. NaN for df <= 0.
 */
import { incompleteGamma } from "./incomplete-gamma";
import { tailQuantile } from "./tail-quantile";

/** P(X <= x); 0 for x <= 0. */
export function chiSquaredCdf(x: number, df: number): number {
  return tail(x, df, false);
}

/** P(X > x): the p-value of a likelihood-ratio or Wald chi-squared test, accurate down to 1e-300. */
export function chiSquaredUpperTail(x: number, df: number): number {
  return tail(x, df, true);
}

/** x with P(X <= x) = p; 0 at 0, Infinity at 1, NaN outside [0, 1]. */
export function chiSquaredQuantile(p: number, df: number): number {
  return df > 0 ? tailQuantile(p, false, (x, upper) => tail(x, df, upper)) : Number.NaN;
}

/** x with P(X > x) = p: the critical value of a test at level p. */
export function chiSquaredUpperQuantile(p: number, df: number): number {
  return df > 0 ? tailQuantile(p, true, (x, upper) => tail(x, df, upper)) : Number.NaN;
}

function tail(x: number, df: number, upper: boolean): number {
  if (!(df > 0) || Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return upper ? 1 : 0;
  if (x === Number.POSITIVE_INFINITY) return upper ? 0 : 1;
  return incompleteGamma(df / 2, x / 2, upper);
}
