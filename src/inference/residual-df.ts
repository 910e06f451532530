import { dparOf, isLocation } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { outcomesOf } from "./outcomes";

/**
 * Effect sizes observed: rows, or with two outcomes the outcomes that are there; of one of them with its location, such as
 * "mu2". Rows of zero weight do not count.
 */
export function observedEffects(fit: Fit, of?: string): number {
  let observed = 0;
  for (const { location } of outcomesOf(fit)) {
    if (of !== undefined && of !== location) continue;
    fit.response[location]!.values.forEach((y, i) => {
      if (!Number.isNaN(y) && fit.weights?.[i] !== 0) observed++;
    });
  }
  return observed;
}

/** How many location coefficients there are, of all outcomes or one; they come first in `fit.coefficients`. */
export function locationCount(fit: Fit, of?: string): number {
  const isCounted = (dpar: string) => (of === undefined ? isLocation(dparOf(fit, dpar)) : dpar === of);
  return fit.coefficients.filter(({ dpar }) => isCounted(dpar)).length;
}

/** Observed effect sizes minus location coefficients; in a bivariate fit both outcomes of a study count, or one is asked for. */
export function residualDf(fit: Fit, of?: string): number {
  return observedEffects(fit, of) - locationCount(fit, of);
}
