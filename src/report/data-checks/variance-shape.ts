import { median } from "./effect-sizes";

/**
 * Whether the spread of the effects grows with v, as it must when v are sampling variances, with v^2 (v are standard errors) or
 * with its square root (v are variances squared). Spreads are s (lambda + (1 - lambda) v^p / median), with s and lambda
 * free, so that neither the size of v nor heterogeneity decides: only which effects are spread the most. Most
 * meta-analyses say little on it. O(k) for each of the 41 values of lambda.
 */
const STEPS = 40;

interface Spread {
  readonly logLik: number;
  /** of each effect; without the common constant */
  readonly terms: readonly number[];
}

/**
 * How much more likely the effects are with variances in proportion to v^power than to v, as a difference of log-likelihoods;
 * without the effect that says so most, since one outlier must not decide.
 */
export function spreadGain(y: readonly number[], v: readonly number[], power: number): number {
  const other = spread(y, v, power);
  const plain = spread(y, v, 1);
  let most = 0;
  for (let i = 1; i < y.length; i++) {
    if (other.terms[i] - plain.terms[i] > other.terms[most] - plain.terms[most]) most = i;
  }
  const but = (values: readonly number[]) => values.filter((_, i) => i !== most);
  const without = spread(but(y), but(v), power).logLik - spread(but(y), but(v), 1).logLik;
  return Math.min(other.logLik - plain.logLik, without);
}

function spread(y: readonly number[], v: readonly number[], power: number): Spread {
  const scaled = v.map((value) => value ** power);
  const middle = median(scaled);
  let best: Spread = { logLik: Number.NEGATIVE_INFINITY, terms: [] };
  for (let step = 0; step <= STEPS; step++) {
    const lambda = step / STEPS;
    const found = normal(
      y,
      scaled.map((value) => lambda + ((1 - lambda) * value) / middle),
    );
    if (found.logLik > best.logLik) best = found;
  }
  return best;
}

/** A normal mean and variances s u, both estimated. */
function normal(y: readonly number[], u: readonly number[]): Spread {
  let weight = 0;
  let weighted = 0;
  for (let i = 0; i < y.length; i++) {
    weight += 1 / u[i];
    weighted += y[i] / u[i];
  }
  const mean = weighted / weight;
  const squares = y.map((value, i) => (value - mean) ** 2 / u[i]);
  const s = squares.reduce((sum, square) => sum + square, 0) / y.length;
  const terms = squares.map((square, i) => -0.5 * (Math.log(s * u[i]) + square / s));
  return { logLik: terms.reduce((sum, term) => sum + term, 0), terms };
}
