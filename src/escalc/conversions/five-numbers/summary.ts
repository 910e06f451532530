import { normalQuantile } from "../../../stats/normal";

/** Smallest value, quartiles, median and largest value of n values; NaN where they are not reported. */
export interface FiveNumbers {
  readonly min: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly max: number;
  readonly n: number;
}

/** A mean and an SD; NaN where they cannot be told. */
export interface Moments {
  readonly mean: number;
  readonly sd: number;
}

/** With every number taken to another scale, by a function that never falls. */
export function onScale({ min, q1, median, q3, max, n }: FiveNumbers, f: (x: number) => number): FiveNumbers {
  return { min: f(min), q1: f(q1), median: f(median), q3: f(q3), max: f(max), n };
}

/** Which of them are there: the range, the quartiles, or both; null where neither is complete. */
export function caseOf({ min, q1, q3, max }: FiveNumbers): "range" | "quartiles" | "both" | null {
  const [range, quartiles] = [!Number.isNaN(max - min), !Number.isNaN(q3 - q1)];
  if (range) return quartiles ? "both" : "range";
  return quartiles ? "quartiles" : null;
}

/** Luo et al. (2016): weights of the mid-range, the mid-quartile and the median. */
export function luoMean(x: FiveNumbers): number {
  const { min, q1, median, q3, max, n } = x;
  const range = (min + max) / 2;
  const quartiles = (q1 + q3) / 2;
  switch (caseOf(x)) {
    case "range": {
      const w = 4 / (4 + n ** 0.75);
      return w * range + (1 - w) * median;
    }
    case "quartiles": {
      const w = 0.7 + 0.39 / n;
      return w * quartiles + (1 - w) * median;
    }
    case "both": {
      const w1 = 2.2 / (2.2 + n ** 0.75);
      const w2 = 0.7 - 0.72 / n ** 0.55;
      return w1 * range + w2 * quartiles + (1 - w1 - w2) * median;
    }
    default:
      return Number.NaN;
  }
}

/** The SD that each of range and interquartile range tells: that over its expected length in SDs (Wan et al. 2014, eq. 9 and 16). */
function spreads({ min, q1, q3, max, n }: FiveNumbers): { range: number; quartiles: number } {
  return {
    range: (max - min) / (2 * normalQuantile((n - 0.375) / (n + 0.25))),
    quartiles: (q3 - q1) / (2 * normalQuantile((0.75 * n - 0.125) / (n + 0.25))),
  };
}

/** Shi et al. (2020, eq. 10): the two with weights by the sample size; the one that is there where the other is not. */
export function shiSd(x: FiveNumbers): number {
  const { range, quartiles } = spreads(x);
  const w = 1 / (1 + 0.07 * x.n ** 0.6);
  if (Number.isNaN(range)) return quartiles;
  return Number.isNaN(quartiles) ? range : w * range + (1 - w) * quartiles;
}

/** Wan et al. (2014): the mean of the two. */
export function wanSd(x: FiveNumbers): number {
  const { range, quartiles } = spreads(x);
  if (Number.isNaN(range)) return quartiles;
  return Number.isNaN(quartiles) ? range : (range + quartiles) / 2;
}

/** Shi et al. (2023): the statistic and its 5 % critical value; null where the median is not there to compare with. */
export function skew(x: FiveNumbers): { readonly statistic: number; readonly critical: number } | null {
  const { min, q1, median, q3, max, n } = x;
  const ofRange = Math.abs(min + max - 2 * median) / (max - min);
  const ofQuartiles = Math.abs(q1 + q3 - 2 * median) / (q3 - q1);
  if (Number.isNaN(ofRange) && Number.isNaN(ofQuartiles)) return null;
  if (Number.isNaN(ofQuartiles)) {
    return { statistic: ofRange, critical: 1.01 / Math.log(n + 9) + 2.43 / (n + 1) };
  }
  if (Number.isNaN(ofRange)) {
    return { statistic: ofQuartiles, critical: 2.66 / Math.sqrt(n) - 5.92 / n ** 2 };
  }
  return {
    statistic: Math.max(((2.65 * Math.log(0.6 * n)) / Math.sqrt(n)) * ofRange, ofQuartiles),
    critical: 2.97 / Math.sqrt(n) - 39.1 / n ** 3,
  };
}
