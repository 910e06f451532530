import { BlockCovariance } from "../covariance/block-covariance";
import { locationsOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import type { Outcomes } from "../model/model";
import { completePairs } from "../model/observations";
import { randomTermsFrom } from "../model/terms/random-terms";
import { type EffectsTerm, hasEffects, type Spreads, type VarianceTerm } from "../model/terms/term";
import { termsFrom } from "../model/terms/terms";
import { fittedSpreads } from "./fitted-spreads";
import { dparsIn } from "./model-of-fit";

const NO_PAIRS = new Int32Array(0);

/**
 * The variance terms of a fit over all places of its response, y1[1], y2[1], y1[2], ..., whether a study has the outcome or
 * not, as the fit keeps V; with one outcome they are the rows.
 *
 * @param V over the same places
 */
export function stackedTerms(
  fit: Fit,
  V: BlockCovariance,
): { readonly terms: readonly VarianceTerm[]; readonly spreads: Spreads } {
  const rows = V.variances.length;
  const outcomes = fit.family === "gaussian" ? null : everyPlace(rows);
  // the number of a place is its own; an outcome that a study lacks has no level and no partner
  const locations = locationsOf(fit);
  const responses = locations.map(({ key }) => fit.response[key]!.values);
  const isAbsent = (place: number) => Number.isNaN(responses[place & 1]![place >> 1]!);
  const places = outcomes && Int32Array.from({ length: rows }, (_, i) => (isAbsent(i) ? -1 : i));
  const { dpars, design, slope, relate, correlated, held } = dparsIn(fit);
  const random = randomTermsFrom({
    rows,
    observation: places,
    dpars,
    design,
    slope,
    relate,
    correlated,
    held,
  });
  const correlation = dpars("rho12");
  const pairs = places === null || correlation.length === 0 ? NO_PAIRS : completePairs(places).pairs;
  const residual = [...dpars("sigma"), ...correlation];
  return {
    terms: termsFrom({ V, multipliers: dpars("phi"), residual, pairs, random }),
    spreads: fittedSpreads(fit, { rows, outcomes, pairs }),
  };
}

/** Those with random effects, of which nothing is asked that takes V. */
export function effectsTerms(fit: Fit): EffectsTerm[] {
  return stackedTerms(fit, new BlockCovariance(fit.knownV.variances)).terms.filter(hasEffects);
}

function everyPlace(places: number): Outcomes {
  return {
    frameRow: Int32Array.from({ length: places }, (_, i) => i >> 1),
    outcome: Uint8Array.from({ length: places }, (_, i) => i & 1),
  };
}
