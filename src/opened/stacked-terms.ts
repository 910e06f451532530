import { correlationOf, locationsOf, phisOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { requireCovariance } from "../fit/known-covariance";
import type { Outcomes } from "../model/model";
import { completePairs } from "../model/observations";
import type { Spreads, VarianceTerm } from "../model/terms/term";
import { termsOf } from "../model/terms/terms";
import { fittedSpreads } from "./fitted-spreads";
import { interceptsOf } from "./model-of-fit";

const NO_PAIRS = new Int32Array(0);

/**
 * The variance terms of a fit over all places of its response, y1[1], y2[1], y1[2], ..., whether a study has the outcome or
 * not, as the fit keeps V; with one outcome they are the rows.
 *
 * @param asker what a message says needs V
 */
export function stackedTerms(
  fit: Fit,
  asker: string,
): { readonly terms: readonly VarianceTerm[]; readonly spreads: Spreads } {
  const V = requireCovariance(fit.knownV, asker);
  const rows = V.variances.length;
  const outcomes = fit.family === "gaussian" ? null : everyPlace(rows);
  // the number of a place is its own; an outcome that a study lacks has no level and no partner
  const responses = locationsOf(fit).map(({ key }) => fit.response[key]!.values);
  const isAbsent = (place: number) => Number.isNaN(responses[place & 1]![place >> 1]!);
  const places = outcomes && Int32Array.from({ length: rows }, (_, i) => (isAbsent(i) ? -1 : i));
  const random = interceptsOf(fit, places, rows);
  const pairs = places === null || correlationOf(fit) === null ? NO_PAIRS : completePairs(places).pairs;
  const spreads = fittedSpreads(fit, { rows, outcomes, pairs });
  const proportional = phisOf(fit).length > 0;
  return { terms: termsOf({ V, proportional, random, pairs }), spreads };
}

function everyPlace(places: number): Outcomes {
  return {
    frameRow: Int32Array.from({ length: places }, (_, i) => i >> 1),
    outcome: Uint8Array.from({ length: places }, (_, i) => i & 1),
  };
}
