import { GAUSS_POSITIVE } from "../stats/quadrature";
import { stirlingError } from "../stats/stirling";

/** R^2 of m predictors and n cases. */
export interface Determination {
  readonly square: number;
  readonly n: number;
  readonly m: number;
}

/** metafor's prior: flat between these, on a grid of 100,000 points that its sums run over. */
const [LOWEST, HIGHEST] = [1e-4, 0.9999];
const GRID = (HIGHEST - LOWEST) / (1e5 - 1);
/** For slopes by differences. */
const NEAR = 1e-7;
/** Log densities so far below the highest add nothing that a double keeps. */
const NOTHING = 50;

/**
 * Variance of R^2 where the predictors are fixed: that of its posterior under a flat prior. Given the true R^2, F has a
 * noncentral F distribution with m and n - m - 1 degrees of freedom and noncentrality lambda = n R^2 / (1 - R^2), whose
 * density depends on lambda as
 *
 *   exp(-lambda/2) 1F1((n - 1)/2; m/2; lambda r/2),   r the R^2 that was observed.
 *
 * metafor sums the density and its moments over its grid: the first by the trapezoid rule, the others by the sum of all
 * points, which has half a step more at each end. The sums are those integrals and Euler and Maclaurin's first terms of the
 * ends, which agrees with the grid to 1e-11.
 */
export function varianceOfFixedR2(given: Determination): number {
  const { square, n, m } = given;
  const center = Math.min(HIGHEST, Math.max(LOWEST, square));
  // a panel of Gauss's 10 points: an eighth of the posterior's SD, about
  const step = Math.sqrt((4 * square * (1 - square) ** 2) / n + ((m + 2) / n) ** 2 * (1 - square) ** 2) / 8;
  const highest = logDensity(given, center);
  const density = (x: number) => Math.exp(logDensity(given, x) - highest);

  // moments about the center, in steps: mass, first and second
  const sums = [0, 0, 0];
  const add = (from: number, to: number): void => {
    const middle = (from + to) / 2;
    const half = (to - from) / 2;
    for (const [node, weight] of GAUSS_POSITIVE) {
      for (const x of [middle - half * node, middle + half * node]) {
        const t = (x - center) / step;
        const mass = weight * half * density(x);
        sums[0]! += mass;
        sums[1]! += mass * t;
        sums[2]! += mass * t * t;
      }
    }
  };
  const counts = (x: number) => logDensity(given, x) - highest > -NOTHING;
  for (let from = center; from < HIGHEST && counts(from); from += step)
    add(from, Math.min(HIGHEST, from + step));
  for (let to = center; to > LOWEST && counts(to); to -= step) add(Math.max(LOWEST, to - step), to);

  let ends = 0;
  const moments = [0, 1, 2].map((power) => {
    const of = (x: number) => density(x) * ((x - center) / step) ** power;
    const slope = (x: number) => (of(x + NEAR) - of(x - NEAR)) / (2 * NEAR);
    const half = (GRID / 2) * (of(LOWEST) + of(HIGHEST));
    const trapezoid = sums[power]! + (GRID * GRID * (slope(HIGHEST) - slope(LOWEST))) / 12;
    if (power === 0) ends = half / trapezoid;
    return { trapezoid, half };
  });
  const total = moments[0]!.trapezoid;
  const [first, second] = moments.slice(1).map(({ trapezoid, half }) => (trapezoid + half) / total);
  // E x^2 - (E x)^2 of x = center + step t, where the points have the mass 1 + ends
  const c = center / step;
  return step * step * (second! - first! * first! - ends * (c * c * (1 + ends) + 2 * c * first!));
}

/**
 * log of exp(-lambda/2) 1F1(a; b; z) Gamma(a) / Gamma(b), a = (n - 1)/2, b = m/2, z = lambda r/2: the sum of
 * exp(-lambda/2) z^j / j! Gamma(a + j) / Gamma(b + j), all positive, from the largest term down and up.
 */
function logDensity({ square, n, m }: Determination, x: number): number {
  const lambda = (n * x) / (1 - x);
  const [a, b, z] = [(n - 1) / 2, m / 2, (lambda * square) / 2];
  // where z (a + j) = (b + j)(j + 1)
  const middle = z - b - 1;
  const largest = Math.max(
    0,
    Math.floor((middle + Math.sqrt(Math.max(0, middle * middle + 4 * (z * a - b)))) / 2),
  );
  let sum = 1;
  for (let j = largest, term = 1; term > 1e-17 * sum; j++) {
    term *= (z * (a + j)) / ((b + j) * (j + 1));
    sum += term;
  }
  for (let j = largest, term = 1; j > 0 && term > 1e-17 * sum; j--) {
    term *= ((b + j - 1) * j) / (z * (a + j - 1));
    sum += term;
  }
  const power = largest === 0 ? 0 : largest * Math.log(z);
  return (
    power - lambda / 2 + logGamma(a + largest) - logGamma(b + largest) - logGamma(largest + 1) + Math.log(sum)
  );
}

/** x > 0, by the factor that the one of x + 1 has more. */
function logGamma(x: number): number {
  return stirlingError(x) + (x + 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 - Math.log(x);
}
