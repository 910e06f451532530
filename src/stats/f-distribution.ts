import { chiSquaredUpperTail } from "./chi-squared";
import { incompleteBeta } from "./incomplete-beta";
import { tailQuantile } from "./tail-quantile";

/**
 * P(F > x), the p-value of an F test with df1, df2 > 0 degrees of freedom, accurate down to 1e-300:
 *
 *   P(F <= x) = I_y(df1/2, df2/2),  y = df1 x / (df1 x + df2)
 *
 * df2 = Infinity is chi-squared(df1) / df1. NaN for degrees of freedom <= 0.
 */
export function fUpperTail(x: number, df1: number, df2: number): number {
  if (!(df1 > 0 && df2 > 0) || Number.isNaN(x)) return Number.NaN;
  if (df2 === Number.POSITIVE_INFINITY) return chiSquaredUpperTail(x * df1, df1);
  if (x <= 0) return 1;
  // divided by the larger of the two, so that a huge x does not overflow
  const ratio = (x * df1) / df2;
  const y = ratio > 1 ? 1 / (1 + 1 / ratio) : ratio / (1 + ratio);
  const z = ratio > 1 ? 1 / ratio / (1 + 1 / ratio) : 1 / (1 + ratio);
  return incompleteBeta(y, z, df1 / 2, df2 / 2, true);
}

/** F >= 0 with P(F' > F) = p, F' with df1 and df2 > 0 (finite) degrees of freedom; the lower tail is that of 1/F'. */
export function fCritical(p: number, df1: number, df2: number): number {
  return tailQuantile(p, (x, upper) => (upper ? fUpperTail(x, df1, df2) : fUpperTail(1 / x, df2, df1)));
}
