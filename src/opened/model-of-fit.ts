import { scratch } from "../data/doubles";
import type { GroupDesign } from "../design/group-design";
import { locationsOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { type KeptV, requireCovariance } from "../fit/known-covariance";
import { formulaFrom } from "../formula/formula";
import type { Model, Outcomes } from "../model/model";
import { blockOf, observationNumbers, observedV } from "../model/observations";
import { relateBy } from "../model/terms/relate";
import type { TermSource } from "../model/terms/source";
import { partsFrom } from "../model/terms/terms";

/** What of a fit says which model it is of; the rest is what was found. */
export type FitInputs = Pick<
  Fit,
  | "family"
  | "method"
  | "nobs"
  | "dpars"
  | "fixed"
  | "designs"
  | "formulas"
  | "slopes"
  | "trees"
  | "matrices"
  | "correlated"
  | "response"
  | "weights"
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
  const source = { rows, outcomes, observation, ...dparsIn(fit), checked: unchecked };
  const { random, pairs, blocks } = partsFrom(source);
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
    location: blockOf(
      locations.map(({ key }) => fit.designs[key]!),
      rows,
      observation,
    ),
    V: observation === null ? V : observedV(V, observation, rows),
    random,
    pairs,
    blocks,
  };
}

/** The fit's designs have passed when it was made. */
const unchecked: TermSource["checked"] = (block) => block;

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

/** What a fit says of its dpars to those who make terms of them. */
export function dparsIn(
  fit: Pick<
    Fit,
    "dpars" | "designs" | "formulas" | "slopes" | "trees" | "matrices" | "correlated" | "fixed" | "random"
  >,
): Pick<TermSource, "dpars" | "design" | "slope" | "relate" | "correlated" | "held"> {
  return {
    dpars: (kind) => fit.dpars.filter((dpar) => dpar.kind === kind),
    design: ({ key, group }) => fit.designs[key] ?? (group === null ? null : levelsAlone(fit, key)),
    slope: ({ key }) => fit.slopes?.[key] ?? null,
    relate: ({ key, structure }) =>
      structure === undefined
        ? null
        : relateBy(formulaFrom(fit.formulas).dpars.find((dpar) => dpar.key === key)!, fit),
    correlated: () => fit.correlated ?? [],
    held: ({ key }) => fit.fixed[key] ?? null,
  };
}

/** Of an SD that is held at a value: the levels, without a design. */
function levelsAlone({ random }: Pick<Fit, "random">, key: string): GroupDesign {
  const { levels, codes } = random!.find(({ dpar }) => dpar === key)!;
  const counts = new Int32Array(levels.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const recipe = { key, intercept: false, variables: [], terms: [], learned: {}, factors: {} };
  return {
    ...{
      key,
      names: [],
      nrow: levels.length,
      values: new Float64Array(0),
      assign: [],
      termLabels: [],
      present: null,
    },
    ...{ recipe, levels, index: codes, counts },
  };
}
