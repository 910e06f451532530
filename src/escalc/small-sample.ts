import { stirlingError } from "../stats/stirling";

/**
 * Hedges' (1981, eq. 6e) correction of a standardized mean difference with m degrees of freedom,
 *
 *   J(m) = Gamma(m / 2) / (sqrt(m / 2) Gamma((m - 1) / 2)),  about 1 - 3 / (4m - 1),
 *
 * without differences of large logarithms: with a = m / 2, and S the error of Stirling's formula,
 * log J = -(a - 1) log(1 - 1 / (2a)) - 1/2 + S(a) - S(a - 1/2). NaN for m <= 1, where d has no mean.
 */
export function hedgesJ(m: number): number {
  if (!(m > 1)) return Number.NaN;
  const a = m / 2;
  return Math.exp(-(a - 1) * Math.log1p(-1 / m) - 0.5 + stirlingError(a) - stirlingError(a - 0.5));
}
