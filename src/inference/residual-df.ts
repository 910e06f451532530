import type { Fit } from "../fit/fit";
import { outcomesOf } from "./outcomes";

/** Effect sizes observed: rows, or with two outcomes the outcomes that are there. Rows of zero weight do not count. */
export function observedEffects(fit: Fit): number {
  let observed = 0;
  for (const { location } of outcomesOf(fit)) {
    fit.response[location]!.values.forEach((y, i) => {
      if (!Number.isNaN(y) && fit.weights?.[i] !== 0) observed++;
    });
  }
  return observed;
}

/** How many location coefficients there are; they come first in `fit.coefficients`. */
export function locationCount(fit: Fit): number {
  return fit.coefficients.filter(({ dpar }) => dpar.startsWith("mu")).length;
}

/** Observed effect sizes minus location coefficients; in a bivariate fit both outcomes of a study count. */
export function residualDf(fit: Fit): number {
  return observedEffects(fit) - locationCount(fit);
}
