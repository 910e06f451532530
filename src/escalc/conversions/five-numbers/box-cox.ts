import { normalDensity, normalProbability } from "../../../stats/normal";
import { minimiseInPlane, minimiseOn } from "./minimise";
import { type FiveNumbers, luoMean, type Moments, onScale, wanSd } from "./summary";

/*
 * Positive values whose power is normal: g(x) = (x^lambda - 1) / lambda, log x where lambda is 0, has mean mu and SD sigma. Powers below 0
 * are taken for 0: the mean of such a variable need not exist.
 */

const power = (lambda: number) => (x: number) =>
  lambda === 0 ? Math.log(x) : Math.expm1(lambda * Math.log(x)) / lambda;
/** Its inverse; 0 where there is none. */
const root = (lambda: number) => (y: number) => Math.exp(Math.log1p(Math.max(lambda * y, -1)) / lambda);

/** The largest powers that McGrath et al. (2020) and Cai et al. (2021) look for. */
const LARGEST = { boxCox: 3, likelihood: 10 } as const;

/** McGrath et al. (2020): the power that makes the numbers symmetric about the median, then Luo's mean and Wan's SD. */
export function boxCox(x: FiveNumbers): Moments {
  const ratio = (low: number, middle: number, high: number) => (high - middle) / (middle - low) - 1;
  const asymmetry = (lambda: number) => {
    const { min, q1, median, q3, max } = onScale(x, power(lambda));
    return [ratio(min, median, max), ratio(q1, median, q3)]
      .filter((one) => !Number.isNaN(one))
      .reduce((sum, one) => sum + one * one, 0);
  };
  const lambda = minimiseOn(asymmetry, 0, LARGEST.boxCox);
  const powers = onScale(x, power(lambda));
  return taken(lambda, luoMean(powers), wanSd(powers));
}

/**
 * Cai et al. (2021), for unknown non-normal distributions: the power of maximum likelihood at Luo's mean and Wan's SD, then mean and SD
 * of maximum likelihood at this power. The numbers are taken for order statistics. The likelihood is that of the numbers themselves, with
 * the derivatives x^(lambda - 1) of the powers: without them it would depend on the unit, and numbers below 1 would have the largest power.
 */
export function likelihoodOfPowers(x: FiveNumbers): Moments {
  const { min, q1, median, q3, max } = x;
  const logs = [min, q1, median, q3, max].reduce(
    (sum, one) => sum + (Number.isNaN(one) ? 0 : Math.log(one)),
    0,
  );
  const lambda = minimiseOn(
    (at) => {
      const powers = onScale(x, power(at));
      return -logLikelihood(powers, luoMean(powers), wanSd(powers)) - (at - 1) * logs;
    },
    0,
    LARGEST.likelihood,
    100,
  );
  const powers = onScale(x, power(lambda));
  const [mean, sd] = [luoMean(powers), wanSd(powers)];
  const [mu, logSigma] = minimiseInPlane(
    (m, logS) => -logLikelihood(powers, m, Math.exp(logS)),
    [mean, Math.log(sd)],
    [0.1 * sd, 0.1],
  );
  return taken(lambda, mu, Math.exp(logSigma));
}

/**
 * Of order statistics of n normal values, up to a constant: the density at each, and between two neighbours of ranks r < s the
 * probability to lie there to the power s - r - 1. Quartiles and median have the ranks floor(n / 4 + 1), floor(n / 2 + 1) and
 * floor(3 n / 4 + 1).
 */
function logLikelihood({ min, q1, median, q3, max, n }: FiveNumbers, mu: number, sigma: number): number {
  const ranked = [
    [min, 1],
    [q1, Math.floor(0.25 * n + 1)],
    [median, Math.floor(0.5 * n + 1)],
    [q3, Math.floor(0.75 * n + 1)],
    [max, n],
  ].filter(([value]) => !Number.isNaN(value)) as [number, number][];
  let sum = 0;
  let [before, rank] = [Number.NEGATIVE_INFINITY, 0];
  for (const [value, own] of [...ranked, [Number.POSITIVE_INFINITY, n + 1] as const]) {
    const z = (value - mu) / sigma;
    if (own - rank > 1) sum += (own - rank - 1) * Math.log(between(before, z));
    if (Number.isFinite(z)) sum += -0.5 * z * z - Math.log(sigma);
    [before, rank] = [z, own];
  }
  return Number.isNaN(sum) ? Number.NEGATIVE_INFINITY : sum;
}

/** The probability between two numbers, from the smaller tails. */
function between(low: number, high: number): number {
  return low > 0
    ? normalProbability(-low) - normalProbability(-high)
    : normalProbability(high) - normalProbability(low);
}

/** Panels of Simpson's rule. */
const PANELS = 400;
/** Beyond so many SDs nothing counts. */
const REACH = 12;

/**
 * Mean and SD of (lambda y + 1)^(1 / lambda), y normal. Where lambda y + 1 is negative there is no such number: y is held above
 * -1 / lambda, and as far below its mean as above it (McGrath et al. 2020). By Simpson's rule in the angle t of
 * y = mu + sigma c sin t, which flattens the root at the end.
 */
function taken(lambda: number, mu: number, sigma: number): Moments {
  if (!(sigma > 0)) return { mean: Number.NaN, sd: Number.NaN };
  if (lambda === 0) {
    const mean = Math.exp(mu + (sigma * sigma) / 2);
    return { mean, sd: mean * Math.sqrt(Math.expm1(sigma * sigma)) };
  }
  const c = Math.min((mu + 1 / lambda) / sigma, REACH);
  let [weights, first, second] = [0, 0, 0];
  const back = root(lambda);
  const centre = back(mu);
  for (let i = 0; i <= PANELS; i++) {
    const t = Math.PI * (i / PANELS - 0.5);
    const z = c * Math.sin(t);
    const rule = i === 0 || i === PANELS ? 1 : i % 2 === 1 ? 4 : 2;
    const w = rule * normalDensity(z) * c * Math.cos(t);
    const x = back(mu + sigma * z) - centre;
    weights += w;
    first += w * x;
    second += w * x * x;
  }
  const mean = first / weights;
  return { mean: centre + mean, sd: Math.sqrt(second / weights - mean * mean) };
}
