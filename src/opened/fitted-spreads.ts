import { correlations, locationsOf, phisOf, sigmaOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { sdsByLevel } from "../fit/groupings";
import type { Model } from "../model/model";
import type { Spreads } from "../model/terms/term";

/** The parameters of random effects' correlations, all groups one after the other. */
export function fittedKappa({ correlated = [] }: Pick<Fit, "correlated">): Float64Array {
  return Float64Array.from(correlated.flatMap(({ kappa }) => [...kappa]));
}

/** The SDs and correlations that a fit reports, where its variance terms look for them. A sigma that has vanished is 0. */
export function fittedSpreads(
  fit: Fit,
  { rows, outcomes, pairs }: Pick<Model, "rows" | "outcomes" | "pairs">,
): Spreads {
  const sigmas = locationsOf(fit).map(({ outcome }) => fit.fitted[sigmaOf(fit, outcome).key]!);
  const phis = phisOf(fit).map(({ key }) => fit.fitted[key]!);
  const rho = correlations(fit);
  const frameRow = (i: number) => (outcomes === null ? i : outcomes.frameRow[i]!);
  const byPlace = (fitted: readonly Float64Array[]) =>
    Float64Array.from({ length: rows }, (_, i) => fitted[outcomes?.outcome[i] ?? 0]![frameRow(i)]!);
  return {
    phi: phis.length === 0 ? new Float64Array(0) : byPlace(phis),
    sigma: byPlace(sigmas),
    omega: sdsByLevel(fit),
    kappa: fittedKappa(fit),
    // no correlation where an SD is 0 and it is not estimated
    rho: Float64Array.from({ length: pairs.length / 2 }, (_, s) => rho?.[frameRow(pairs[2 * s]!)] || 0),
  };
}
