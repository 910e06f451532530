/**
 * The two pieces that let gamma, Poisson and binomial terms be formed without cancellation, for arguments from 0.5 to
 * millions (Loader 2000, "Fast and accurate computation of binomial probabilities").
 *
 *   stirlingError(a) = log Gamma(a + 1) - (a + 1/2) log a + a - log(2 pi) / 2
 *   deviance(a, m)   = a log(a / m) + m - a
 */

/** log Gamma(a+1) minus Stirling's formula, for a > 0. Absolute error about 1e-16. */
export function stirlingError(a: number): number {
  let shift = 0;
  // the recurrence has small terms only, so summing them costs no accuracy
  while (a < 15) {
    shift += (a + 0.5) * Math.log1p(1 / a) - 1;
    a += 1;
  }
  const r = 1 / (a * a);
  const series =
    1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - (r * 691) / 360360))));
  return shift + series / a;
}

/** a log(a/m) + m - a >= 0 for a, m > 0; a series where a and m are close and the direct form would cancel. */
export function deviance(a: number, m: number): number {
  const d = a - m;
  if (Math.abs(d) >= 0.1 * (a + m)) return a * Math.log(a / m) - d;
  const v = d / (a + m);
  const v2 = v * v;
  let sum = d * v;
  let term = 2 * a * v;
  for (let j = 3; ; j += 2) {
    term *= v2;
    const next = sum + term / j;
    if (next === sum) return sum;
    sum = next;
  }
}
