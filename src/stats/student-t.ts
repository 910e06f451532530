/**
 * Student's t with df > 0 degrees of freedom (any real number; Infinity is the normal distribution).
 *
 *   P(|T| > t) = I_x(df/2, 1/2),  x = df / (df + t^2)
 *
 * with I the regularized incomplete beta function. NaN for df <= 0.
 */
import { incompleteBeta } from "./incomplete-beta";
import { normalCritical, normalTwoSidedP } from "./normal";
import { tailQuantile } from "./tail-quantile";

/** Two-sided p-value P(|T| > |t|). */
export function studentTTwoSidedP(t: number, df: number): number {
  if (!(df > 0) || Number.isNaN(t)) return Number.NaN;
  if (df === Number.POSITIVE_INFINITY) return normalTwoSidedP(t);
  return Math.abs(t) === Number.POSITIVE_INFINITY ? 0 : bothTails(Math.abs(t), df, true);
}

/** Half-width of the central interval holding probability `level`, in standard errors: 2.228139 for 0.95 and df 10. */
export function studentTCritical(level: number, df: number): number {
  return df === Number.POSITIVE_INFINITY ? normalCritical(level) : twoSidedQuantile(1 - level, df);
}

/** t >= 0 with P(|T| > t) = p. */
function twoSidedQuantile(p: number, df: number): number {
  if (!(df > 0)) return Number.NaN;
  return tailQuantile(p, (t, upper) => bothTails(t, df, upper));
}

/** P(|T| > t) or P(|T| <= t) for finite t >= 0. */
function bothTails(t: number, df: number, upper: boolean): number {
  // beyond this t^2 would overflow, and the tail is a pure power law
  if (t > 1e100) {
    const outer = bothTails(1e100, df, true) * (1e100 / t) ** df;
    return upper ? outer : 1 - outer;
  }
  const t2 = t * t;
  return incompleteBeta(df / (df + t2), t2 / (df + t2), df / 2, 0.5, !upper);
}
