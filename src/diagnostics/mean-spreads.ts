import { correlationOf, locationsOf, sigmaOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import type { Model } from "../model/model";
import type { Spreads } from "../model/terms/term";

/**
 * One number for each scale parameter: the root mean square of sigma and sd(group) over the observations, the mean of
 * rho12 over the studies. For a parameter without moderators that is its fitted value.
 */
export function meanSpreads(fit: Fit, model: Model, spreads: Spreads): Record<string, number> {
  const out: Record<string, number> = {};
  locationsOf(fit).forEach((location, outcome) => {
    const own = indicesWhere(
      model.rows,
      (i) => model.outcomes === null || model.outcomes.outcome[i] === outcome,
    );
    out[sigmaOf(fit, location.outcome).key] = rootMeanSquare(own.map((i) => spreads.sigma[i]));
  });
  for (const { dpar, index, firstLevel } of model.random) {
    const own = indicesWhere(model.rows, (i) => index[i] >= 0);
    out[dpar.key] = rootMeanSquare(own.map((i) => spreads.omega[firstLevel + index[i]]));
  }
  const correlation = correlationOf(fit);
  if (correlation !== null) {
    out[correlation.key] = spreads.rho.reduce((sum, rho) => sum + rho, 0) / spreads.rho.length;
  }
  return out;
}

function indicesWhere(count: number, holds: (index: number) => boolean): number[] {
  const found: number[] = [];
  for (let i = 0; i < count; i++) if (holds(i)) found.push(i);
  return found;
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
