import { correlationOf, locationsOf, phisOf, sigmaOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import type { Model } from "../model/model";
import type { Spreads } from "../model/terms/term";

/**
 * One number for each scale parameter: the mean of phi over the observations, the root mean square of sigma and sd(group) over the observations, the mean of
 * rho12 over the studies. For a parameter without moderators that is its fitted value.
 */
export function meanSpreads(fit: Fit, model: Model, spreads: Spreads): Record<string, number> {
  const out: Record<string, number> = {};
  const phis = phisOf(fit);
  locationsOf(fit).forEach((location, outcome) => {
    const own = indicesWhere(
      model.rows,
      (i) => model.outcomes === null || model.outcomes.outcome[i] === outcome,
    );
    const phi = phis[outcome];
    if (phi !== undefined) out[phi.key] = meanOf(own.map((i) => spreads.phi[i]));
    out[sigmaOf(fit, location.outcome).key] = rootMeanSquare(own.map((i) => spreads.sigma[i]));
  });
  for (const { dpar, index, firstUnit } of model.random) {
    const own = indicesWhere(model.rows, (i) => index[i] >= 0);
    out[dpar.key] = rootMeanSquare(own.map((i) => spreads.omega[firstUnit + index[i]]));
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

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(meanOf(values.map((value) => value * value)));
}
