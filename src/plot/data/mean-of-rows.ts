import { type Fit, linearCombination, type TestStatistic } from "../../index";
import { limitsAt } from "../../inference/limits";
import type { OutcomeRows } from "./outcome";

/** How intervals of means are found. */
export interface MeanOptions {
  /** of the intervals, default 0.95 */
  readonly level?: number | undefined;
  /** of the intervals of means, as in summary(): "z" (default), "t", "knha", "adhoc"; after robust() "t" is the default */
  readonly test?: TestStatistic | undefined;
}

/** The model's mean over some rows, with where a new study of theirs would lie. */
export interface MeanOfRows {
  /** estimated mean, scale of the response */
  readonly estimate: number;
  /** of `estimate` */
  readonly stdError: number;
  /** degrees of freedom of both intervals; Infinity is the normal distribution */
  readonly df: number;
  /** lower confidence limit */
  readonly lower: number;
  /** upper confidence limit */
  readonly upper: number;
  /** SD of true effects around the mean: root mean square over the rows, random intercepts included */
  readonly heterogeneity: number;
  /** lower limit of the prediction interval of a new study's true effect */
  readonly predictionLower: number;
  /** upper limit of it */
  readonly predictionUpper: number;
}

/**
 * Mean of the fitted means of some rows, m = a' beta with a the average of their design rows, and its intervals:
 *
 *   m -+ q sqrt(a' V_beta a)          m -+ q sqrt(a' V_beta a + mean(sigma_i^2 + omega_i^2))
 *
 * with V_beta and the quantile q of the test. Without moderators it is the pooled effect; where the rows share their moderators it is what predict() and
 * predictionInterval() give for one of them.
 */
export function meanOfRows(
  fit: Fit,
  outcome: OutcomeRows,
  members: readonly number[],
  { level = 0.95, test }: MeanOptions,
): MeanOfRows {
  const { location, trueVariance } = outcome;
  const { values, nrow, names } = fit.designs[location]!;
  const offset = fit.response[location]!.offset;
  const count = members.length;
  const average = Float64Array.from(names, (_, j) => {
    let sum = 0;
    for (const i of members) sum += values[j * nrow + i]!;
    return sum / count;
  });
  let shift = 0;
  let variance = 0;
  for (const i of members) {
    shift += (offset?.[i] ?? 0) / count;
    variance += trueVariance[i]! / count;
  }
  const mean = linearCombination(fit, average, {
    dpar: location,
    level,
    offset: shift,
    ...(test && { test }),
  });
  const prediction = limitsAt(level)({ ...mean, stdError: Math.sqrt(mean.stdError ** 2 + variance) });
  return {
    ...mean,
    heterogeneity: Math.sqrt(variance),
    predictionLower: prediction.lower,
    predictionUpper: prediction.upper,
  };
}
