import { caseOf, type FiveNumbers, luoMean, type Moments, onScale, shiSd } from "./summary";

/**
 * Constants of Shi et al. (2020, Statistics and Its Interface 13, 519-531) by what is reported: `square` and `fourth` are what the second
 * and the fourth power of the SD of the logarithms are too large by, `a` and `b` how variable mean and variance of the logarithms are,
 * in units of sigma^2 / n and sigma^4 / n.
 */
const CONSTANTS = {
  range: {
    square: (n: number) => 1.01 + 0.25 / Math.log(n) ** 2,
    fourth: (n: number) => 1 + 2.23 / Math.log(n) ** 2,
    a: 0.565,
    b: 0.37,
  },
  quartiles: {
    square: (n: number) => 1 + 1.58 / n,
    fourth: (n: number) => 1 + 19.2 / n ** 1.2,
    a: 0.57,
    b: 0.75,
  },
  both: {
    square: (n: number) => 1 + 0.28 / Math.log(n) ** 2,
    fourth: (n: number) => 1 + 3.93 / n,
    a: 0.405,
    b: 0.315,
  },
} as const;

/** Mean m and SD s of the logarithms of log-normal values: Luo's mean and Wan's or Shi's SD of the logarithms, its square unbiased. */
export function logMoments(x: FiveNumbers): Moments {
  const which = caseOf(x);
  if (which === null) return { mean: Number.NaN, sd: Number.NaN };
  const logs = onScale(x, Math.log);
  return { mean: luoMean(logs), sd: shiSd(logs) / Math.sqrt(CONSTANTS[which].square(x.n)) };
}

/**
 * Mean and SD of log-normal values, corrected for bias: with m and s^2 of the logarithms and an unbiased s^4,
 *
 *   mean      exp(m + s^2 / 2) / (1 + a s^2 / n + b s^4 / n)
 *   variance  exp(2m + 2s^2) / (1 + 4a s^2 / n + 16b s^4 / n) - exp(2m + s^2) / (1 + 4a s^2 / n + 4b s^4 / n)
 */
export function logNormal(x: FiveNumbers): Moments {
  const which = caseOf(x);
  if (which === null) return { mean: Number.NaN, sd: Number.NaN };
  const { fourth, a, b } = CONSTANTS[which];
  const { n } = x;
  const { mean: m, sd } = logMoments(x);
  const square = sd * sd;
  const ofMean = (a * square) / n;
  const ofSpread = (b * shiSd(onScale(x, Math.log)) ** 4) / fourth(n) / n;
  const second = Math.exp(2 * m + 2 * square) / (1 + 4 * ofMean + 16 * ofSpread);
  const first = Math.exp(2 * m + square) / (1 + 4 * ofMean + 4 * ofSpread);
  return {
    mean: Math.exp(m + square / 2) / (1 + ofMean + ofSpread),
    sd: Math.sqrt(second - first),
  };
}
