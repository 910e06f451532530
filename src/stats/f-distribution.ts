/**
 * F distribution with df1, df2 > 0 degrees of freedom:
 *
 *   P(F <= x) = I_y(df1/2, df2/2),  y = df1 x / (df1 x + df2)
 *
 * df2 = Infinity is chi-squared(df1) / df1. NaN for degrees of freedom <= 0.
 */
import { chiSquaredCdf, chiSquaredUpperTail } from "./chi-squared";
import { incompleteBeta } from "./incomplete-beta";
import { tailQuantile } from "./tail-quantile";

/** P(F <= x); 0 for x <= 0. */
export function fCdf(x: number, df1: number, df2: number): number {
  return tail(x, df1, df2, false);
}

/** P(F > x): the p-value of an F test, accurate down to 1e-300. */
export function fUpperTail(x: number, df1: number, df2: number): number {
  return tail(x, df1, df2, true);
}

/** x with P(F <= x) = p; 0 at 0, Infinity at 1, NaN outside [0, 1]. */
export function fQuantile(p: number, df1: number, df2: number): number {
  return df1 > 0 && df2 > 0 ? tailQuantile(p, false, (x, upper) => tail(x, df1, df2, upper)) : Number.NaN;
}

/** x with P(F > x) = p: the critical value of a test at level p. */
export function fUpperQuantile(p: number, df1: number, df2: number): number {
  return df1 > 0 && df2 > 0 ? tailQuantile(p, true, (x, upper) => tail(x, df1, df2, upper)) : Number.NaN;
}

function tail(x: number, df1: number, df2: number, upper: boolean): number {
  if (!(df1 > 0 && df2 > 0) || Number.isNaN(x)) return Number.NaN;
  if (df2 === Number.POSITIVE_INFINITY) {
    return upper ? chiSquaredUpperTail(x * df1, df1) : chiSquaredCdf(x * df1, df1);
  }
  if (x <= 0) return upper ? 1 : 0;
  // divided by the larger of the two, so that a huge x does not overflow
  const ratio = (x * df1) / df2;
  const y = ratio > 1 ? 1 / (1 + 1 / ratio) : ratio / (1 + ratio);
  const z = ratio > 1 ? 1 / ratio / (1 + 1 / ratio) : 1 / (1 + ratio);
  return incompleteBeta(y, z, df1 / 2, df2 / 2, upper);
}
