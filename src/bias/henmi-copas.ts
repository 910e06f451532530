import type { Fit } from "../index";
import { upperIncompleteGamma } from "../stats/incomplete-gamma";
import { normalDensity } from "../stats/normal";
import { integral } from "../stats/quadrature";
import { tailQuantile } from "../stats/tail-quantile";
import { singleMean } from "./effects";
import { type Estimate, weightedMean } from "./estimate";
import type { LevelOptions } from "./weighted-least-squares";

/** The common-effect mean with limits that allow for heterogeneity. */
export interface HenmiCopas extends Estimate {
  /** of DerSimonian and Laird; a variance */
  readonly tau2: number;
  readonly notes: readonly string[];
}

/**
 * The method of Henmi and Copas (2010, Statistics in Medicine 29, 2969-2983): the mean with weights 1 / v, which small studies
 * move less than a random-effects mean, and limits for a random-effects model with DerSimonian and Laird's tau^2 that take its estimation into account.
 *
 * With W1 = sum w, Wj = sum w^j / W1, V = 1 + tau^2 W2 and R = (m - mu) sqrt(W1), Cochran's Q given R = r is about gamma
 * with the mean and the variance
 *
 *   E = (k-1) + tau^2 (W1-W2) + tau^4 c (W3-W2^2),   c = r^2 / V^2 - 1 / V
 *   D = 2 (k-1) + 4 tau^2 (W1-W2) + 2 tau^4 (W1 W2 - 2 W3 + W2^2) + 4 tau^4 c (W3-W2^2)
 *       + 4 tau^6 c (W4 - 2 W2 W3 + W2^3) + 2 tau^8 (1 / V^2 - 2 r^2 / V^3) (W3-W2^2)^2
 *
 * and the limits are m -+ t sqrt(V / W1), where t is exceeded by R over the root of V, tau^2 in V being estimated
 * from Q, with probability (1 - level) / 2. The p-value is by the same distribution.
 *
 * @throws DrmError what singleMean() throws
 */
export function henmiCopas(fit: Fit, { level = 0.95 }: LevelOptions = {}): HenmiCopas {
  const { yi, vi, notes } = singleMean("henmiCopas", fit);
  const distribution = deviation(yi, vi);
  const { mean, stdError, tau2 } = distribution;
  const half = distribution.critical((1 - level) / 2) * stdError;
  const statistic = mean / stdError;
  return {
    estimate: mean,
    stdError,
    statistic,
    df: Number.NaN,
    pValue: Math.min(1, 2 * distribution.tail(Math.abs(statistic))),
    lower: mean - half,
    upper: mean + half,
    tau2,
    notes,
  };
}

function deviation(yi: Float64Array, vi: Float64Array) {
  const k = yi.length;
  const weights = vi.map((v) => 1 / v);
  const { mean, total: W1 } = weightedMean(yi, weights);
  const [W2, W3, W4] = [2, 3, 4].map((j) => weights.reduce((sum, w) => sum + w ** j, 0) / W1) as [
    number,
    number,
    number,
  ];
  const q = weights.reduce((sum, w, i) => sum + w * (yi[i]! - mean) ** 2, 0);
  const tau2 = k < 2 ? 0 : Math.max(0, (q - (k - 1)) / (W1 - W2));
  const V = 1 + tau2 * W2;

  /** P(Q > q | R = sqrt(V) z), by the gamma distribution of that mean and variance. */
  const aboveGiven = (z: number, bound: number): number => {
    const c = (z ** 2 - 1) / V;
    const spread = W3 - W2 ** 2;
    const E = k - 1 + tau2 * (W1 - W2) + tau2 ** 2 * c * spread;
    const D =
      2 * (k - 1) +
      4 * tau2 * (W1 - W2) +
      2 * tau2 ** 2 * (W1 * W2 - 2 * W3 + W2 ** 2) +
      4 * tau2 ** 2 * c * spread +
      4 * tau2 ** 3 * c * (W4 - 2 * W2 * W3 + W2 ** 3) +
      2 * tau2 ** 4 * (1 / V ** 2 - (2 * z ** 2) / V ** 2) * spread ** 2;
    return bound <= 0 ? 1 : upperIncompleteGamma(E ** 2 / D, (bound * E) / D);
  };
  /**
   * P(R / sqrt(V at the estimated tau^2) > t): for that R = z sqrt(V) must exceed t, and tau^2 be estimated below (R^2 / t^2 - 1) / W2,
   * which is so for Q below (W1 / W2 - 1)(R^2 / t^2 - 1) + k - 1.
   */
  const tail = (t: number): number => {
    const least = t / Math.sqrt(V);
    return integral(
      (z) => {
        const bound = (W1 / W2 - 1) * ((z / least) ** 2 - 1) + (k - 1);
        return (1 - aboveGiven(z, bound)) * normalDensity(z);
      },
      least,
      least + FAR,
    );
  };
  return { mean, stdError: Math.sqrt(V / W1), tau2, tail, critical: (p: number) => tailQuantile(p, tail) };
}

/** The normal density adds nothing to an integral beyond this many SDs from its lower limit. */
const FAR = 12;
