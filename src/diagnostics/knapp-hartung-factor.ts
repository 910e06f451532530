import { spreadsAt } from "../fit/marginal-covariance";
import { type StandardModel, standardModel } from "../fit/standard-model";
import type { TestStatistic } from "../inference/test-basis";
import type { Model } from "../model/model";
import type { Refit } from "../opened/refit";
import { fromCoefficients } from "../opened/scale-coefficients";

/**
 * r' Sigma^-1 r / (k - p) of a model of independent rows that was fitted again, at least 1 where the test is "adhoc": what the
 * variances of its means are multiplied by (Knapp and Hartung 2003).
 */
export function knappHartungFactor(
  model: Model,
  { estimates, scale }: Refit,
  test: TestStatistic,
  standard: StandardModel = standardModel(model),
): number {
  const { y, V, location, rows } = model;
  const p = location.columns;
  const { sigma } = spreadsAt(standard, fromCoefficients(standard, scale));
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    let residual = y[i]!;
    for (let j = 0; j < p; j++) residual -= location.values[j * rows + i]! * estimates[j]!;
    sum += residual ** 2 / (V.variances[i]! + sigma[i]! ** 2);
  }
  const factor = sum / (rows - p);
  return test === "adhoc" ? Math.max(1, factor) : factor;
}
