import { scratch } from "../data/doubles";
import type { GroupDesign } from "../design/group-design";
import { correlationOf, isOfLevels, locationsOf, phisOf, sigmaOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { type KeptV, requireCovariance } from "../fit/known-covariance";
import type { Dpar } from "../formula/dpar";
import { heldLogs } from "../model/fixed";
import { type Block, type Model, NO_BLOCK, type Outcomes, stackBlocks } from "../model/model";
import {
  blockOf,
  completePairs,
  levelsBlock,
  observationNumbers,
  observedLevels,
  observedV,
} from "../model/observations";
import { Intercept } from "../model/terms/intercept";

const NONE = new Int32Array(0);

/** What of a fit says which model it is of; the rest is what was found. */
export type FitInputs = Pick<
  Fit,
  "family" | "method" | "nobs" | "dpars" | "fixed" | "designs" | "response" | "weights"
> & { readonly knownV: KeptV };

/**
 * The model that a fit was made from, out of the fit's own designs, response and known covariance: what profiles need
 * to fit it again with a coefficient held. Works for a fit that was saved and reopened. Cost O(rows x coefficients).
 */
export function modelOf(fit: FitInputs): Model {
  const outcomes = fit.family === "gaussian" ? null : observedOutcomes(fit);
  const observation = outcomes === null ? null : observationNumbers(outcomes, fit.nobs);
  const rows = outcomes === null ? fit.nobs : outcomes.outcome.length;
  const places = placesOf(outcomes, rows);
  const locations = locationsOf(fit);
  const sigmas = locations.map(({ outcome }) => sigmaOf(fit, outcome));
  const phis = phisOf(fit);
  const designOf = ({ key }: Dpar) => fit.designs[key] ?? null;
  const heldOf = (dpars: readonly Dpar[]) => {
    const { logs } = heldLogs(dpars, fit.fixed);
    return logs && places((_, outcome) => logs[outcome]!);
  };
  const random = interceptsOf(fit, observation, rows);
  const correlation = correlationOf(fit);
  const { pairs, rho } = studies(fit, correlation, observation);
  const { weights } = fit;
  const V = requireCovariance(fit.knownV, "this");
  return {
    method: fit.method,
    rows,
    y: places((row, outcome) => {
      const { values, offset } = fit.response[locations[outcome]!.key]!;
      return values[row]! - (offset === null ? 0 : offset[row]!);
    }),
    outcomes,
    weights: weights === null ? null : places((row) => weights[row]!),
    location: blockOf(locations.map(designOf), rows, observation),
    blocks: [
      {
        kind: "phi",
        dpars: phis,
        block: phis.length === 0 ? NO_BLOCK : blockOf(phis.map(designOf), rows, observation),
        held: heldOf(phis),
      },
      {
        kind: "sigma",
        dpars: sigmas,
        block: blockOf(sigmas.map(designOf), rows, observation),
        held: heldOf(sigmas),
      },
      { kind: "sd", dpars: random.map(({ dpar }) => dpar), block: levelsBlock(random), held: null },
      { kind: "rho", dpars: correlation === null ? [] : [correlation], block: rho, held: null },
    ],
    V: observation === null ? V : observedV(V, observation, rows),
    random,
    pairs,
  };
}

/** Fills an array over the observations from the row of the frame and the outcome of each. */
function placesOf(
  outcomes: Outcomes | null,
  rows: number,
): (value: (row: number, outcome: number) => number) => Float64Array {
  return (value) => {
    const out = scratch(rows);
    for (let k = 0; k < rows; k++) {
      out[k] = outcomes === null ? value(k, 0) : value(outcomes.frameRow[k]!, outcomes.outcome[k]!);
    }
    return out;
  };
}

/** y1[1], y2[1], y1[2], ... without those that are missing. */
function observedOutcomes({ response, nobs }: FitInputs): Outcomes {
  const values = Object.values(response).map((one) => one.values);
  const frameRow: number[] = [];
  const outcome: number[] = [];
  for (let row = 0; row < nobs; row++) {
    values.forEach((y, o) => {
      if (Number.isNaN(y[row]!)) return;
      frameRow.push(row);
      outcome.push(o);
    });
  }
  return { frameRow: Int32Array.from(frameRow), outcome: Uint8Array.from(outcome) };
}

/** `observation`: the number of each place of the response among the `rows` of the intercepts, as in observationNumbers(). */
export function interceptsOf(
  fit: Pick<Fit, "dpars" | "designs">,
  observation: Int32Array | null,
  rows: number,
): Intercept[] {
  let firstUnit = 0;
  return fit.dpars.filter(isOfLevels).map((dpar) => {
    const design = fit.designs[dpar.key] as GroupDesign;
    const index = observedLevels(design.index, dpar.outcome!, rows, observation);
    const intercept = new Intercept(dpar, design, index, firstUnit);
    firstUnit += design.nrow;
    return intercept;
  });
}

function studies(
  fit: FitInputs,
  correlation: Dpar | null,
  observation: Int32Array | null,
): { readonly pairs: Int32Array; readonly rho: Block } {
  if (observation === null || correlation === null) return { pairs: NONE, rho: NO_BLOCK };
  const { pairs, pairOf } = completePairs(observation);
  const design = fit.designs[correlation.key]!;
  return { pairs, rho: stackBlocks([design], pairs.length / 2, (_, row) => pairOf[row]!) };
}
