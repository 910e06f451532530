import { correlationOf, locationsOf, phisOf, sigmaOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import type { Model } from "../model/model";
import type { Spreads } from "../model/terms/term";

/**
 * One number for each scale parameter: the mean of phi over the observations, the root mean square of sigma and sd(group) over the observations, the mean of
 * rho12 over the studies. For a parameter without moderators that is its fitted value. Asked for many spreads of one model.
 */
export function meanSpreads(fit: Fit, model: Model): (spreads: Spreads) => Record<string, number> {
  const { outcomes, random } = model;
  const sigmas = locationsOf(fit).map(({ outcome }) => sigmaOf(fit, outcome).key);
  const phis = phisOf(fit).map(({ key }) => key);
  const correlation = correlationOf(fit);
  return (spreads) => {
    const { phi, sigma, rho } = spreads;
    const out: Record<string, number> = {};
    sigmas.forEach((key, outcome) => {
      const isOwn = (i: number) => outcomes === null || outcomes.outcome[i] === outcome;
      // the mean is the mean square of the multipliers of SDs
      const multiplier = phis[outcome];
      if (multiplier !== undefined)
        out[multiplier] = rootMeanSquare(model.rows, isOwn, (i) => Math.sqrt(phi[i])) ** 2;
      out[key] = rootMeanSquare(model.rows, isOwn, (i) => sigma[i]);
    });
    for (const term of random) {
      const isIn = (i: number) => term.levelOf(i) >= 0;
      out[term.dpar.key] = rootMeanSquare(model.rows, isIn, (i) => term.sdOf(i, spreads));
    }
    if (correlation !== null) out[correlation.key] = rho.reduce((sum, one) => sum + one, 0) / rho.length;
    return out;
  };
}

function rootMeanSquare(
  count: number,
  counts: (index: number) => boolean,
  value: (index: number) => number,
): number {
  let squares = 0;
  let found = 0;
  for (let i = 0; i < count; i++) {
    if (!counts(i)) continue;
    squares += value(i) ** 2;
    found++;
  }
  return Math.sqrt(squares / found);
}
