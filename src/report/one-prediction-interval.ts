import { sdsOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import type { Outcome } from "../inference/outcomes";
import { predictionInterval } from "../inference/prediction-interval";
import type { TestStatistic } from "../inference/test-basis";

/**
 * The prediction interval of a new study's true effect where one is that of all rows: neither the mean nor an SD has moderators, and
 * true effects differ. Else null.
 */
export function onePredictionInterval(
  fit: Fit,
  { location, number }: Outcome,
  level: number,
  test: TestStatistic,
): { readonly lower: number; readonly upper: number } | null {
  const own = [location, ...sdsOf(fit, number).map(({ key }) => key)];
  const constant = own.every((key) => (fit.designs[key]?.termLabels.length ?? 0) === 0);
  const shifted = fit.response[location]!.offset !== null;
  if (!constant || shifted || fit.knownV.kind === "none") return null;
  const { lower, upper, heterogeneity } = predictionInterval(fit, undefined, { dpar: location, level, test });
  const i = lower.findIndex((value) => Number.isFinite(value));
  return i < 0 || !(heterogeneity[i]! > 0) ? null : { lower: lower[i]!, upper: upper[i]! };
}
