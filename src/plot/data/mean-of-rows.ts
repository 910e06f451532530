import { coef, type Fit, vcov } from "../../index";
import { criticalValue } from "../../inference/level";
import { linearPredictor } from "../../inference/linear-predictor";
import type { OutcomeRows } from "./outcome";

/** The model's mean over some rows, with where a new study of theirs would lie. */
export interface MeanOfRows {
  /** estimated mean, scale of the response */
  readonly estimate: number;
  /** of `estimate` */
  readonly stdError: number;
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
 *   m -+ z sqrt(a' V_beta a)          m -+ z sqrt(a' V_beta a + mean(sigma_i^2 + omega_i^2))
 *
 * Without moderators it is the pooled effect; where the rows share their moderators it is what predict() and
 * predictionInterval() give for one of them.
 */
export function meanOfRows(
  fit: Fit,
  outcome: OutcomeRows,
  members: readonly number[],
  level: number,
): MeanOfRows {
  const { location, sigma, omega2 } = outcome;
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
    variance += (sigma[i]! ** 2 + omega2[i]!) / count;
  }
  const beta = Object.values(coef(fit, location));
  const { eta, stdError } = linearPredictor(average, 1, beta, vcov(fit, location).matrix, null);
  const estimate = eta[0]! + shift;
  const se = stdError[0]!;
  const z = criticalValue(level);
  const reach = z * Math.sqrt(se * se + variance);
  return {
    estimate,
    stdError: se,
    lower: estimate - z * se,
    upper: estimate + z * se,
    heterogeneity: Math.sqrt(variance),
    predictionLower: estimate - reach,
    predictionUpper: estimate + reach,
  };
}
