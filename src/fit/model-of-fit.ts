import type { KnownV } from "../covariance/known-v";
import type { Design } from "../design/design";
import type { GroupDesign } from "../design/group-design";
import {
  type Block,
  type Model,
  NO_BLOCK,
  type Outcomes,
  type RandomIntercept,
  singleBlock,
  stackBlocks,
} from "../model/model";
import type { Fit } from "./fit";

const NONE = new Int32Array(0);
const NO_NUMBERS = new Float64Array(0);

/**
 * The model that a fit was made from, out of the fit's own designs, response and known covariance: what profiles need
 * to fit it again with a coefficient held. Works for a fit that was saved and reopened. Cost O(rows x coefficients).
 */
export function modelOf(fit: Fit): Model {
  const outcomes = fit.family === "gaussian" ? null : observedOutcomes(fit);
  const observation = outcomes === null ? null : observationNumbers(outcomes, fit.nobs);
  const rows = outcomes === null ? fit.nobs : outcomes.outcome.length;
  const places = placesOf(outcomes, rows);
  const locations = Object.keys(fit.response);
  const scales = locations.map((key) => `sigma${key.slice(2)}`);
  const random = randomIntercepts(fit, observation, rows);
  const { pairs, rho } = studies(fit, observation);
  const { weights } = fit;
  return {
    method: fit.method,
    rows,
    y: places(({ row, outcome }) => {
      const { values, offset } = fit.response[locations[outcome]!]!;
      return values[row]! - (offset === null ? 0 : offset[row]!);
    }),
    outcomes,
    weights: weights === null ? null : places(({ row }) => weights[row]!),
    location: blockOf(fit, locations, rows, observation),
    scale: blockOf(fit, scales, rows, observation),
    logSigmaOffset:
      Object.keys(fit.fixed).length === 0
        ? null
        : places(({ outcome }) => {
            const held = fit.fixed[scales[outcome]!];
            return held === undefined ? 0 : Math.log(held);
          }),
    knownV: knownVOf(fit, observation, rows),
    sd: levelsBlock(random),
    random,
    rho,
    pairs,
  };
}

interface Place {
  readonly row: number;
  readonly outcome: number;
}

function placesOf(outcomes: Outcomes | null, rows: number): (value: (at: Place) => number) => Float64Array {
  return (value) =>
    Float64Array.from({ length: rows }, (_, k) =>
      value(
        outcomes === null
          ? { row: k, outcome: 0 }
          : { row: outcomes.frameRow[k]!, outcome: outcomes.outcome[k]! },
      ),
    );
}

/** y1[1], y2[1], y1[2], ... without those that are missing. */
function observedOutcomes({ response, nobs }: Fit): Outcomes {
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

/** Number of the observation of outcome o in row i at 2 i + o, -1 where it is absent. */
function observationNumbers({ frameRow, outcome }: Outcomes, nobs: number): Int32Array {
  const numbers = new Int32Array(2 * nobs).fill(-1);
  frameRow.forEach((row, k) => {
    numbers[2 * row + outcome[k]!] = k;
  });
  return numbers;
}

function blockOf(fit: Fit, keys: readonly string[], rows: number, observation: Int32Array | null): Block {
  const estimated = keys.filter((key) => fit.designs[key] !== undefined);
  const designs = estimated.map((key) => fit.designs[key]!);
  if (observation === null) return designs[0] === undefined ? { ...NO_BLOCK, rows } : singleBlock(designs[0]);
  const outcome = estimated.map((key) => keys.indexOf(key));
  return stackBlocks(designs, rows, (d, row) => observation[2 * row + outcome[d]!]!);
}

function randomIntercepts(fit: Fit, observation: Int32Array | null, rows: number): RandomIntercept[] {
  let firstUnit = 0;
  return (fit.random ?? []).map(({ dpar, group, codes, levels }) => {
    let index = codes;
    if (observation !== null) {
      const outcome = dpar.startsWith("sd2(") ? 1 : 0;
      index = new Int32Array(rows).fill(-1);
      codes.forEach((code, row) => {
        const at = observation[2 * row + outcome]!;
        if (at >= 0) index[at] = code;
      });
    }
    const design = fit.designs[dpar] as GroupDesign;
    const intercept = { key: dpar, label: group, design, index, firstUnit };
    firstUnit += levels.length;
    return intercept;
  });
}

function levelsBlock(random: readonly RandomIntercept[]): Block {
  if (random.length === 0) return NO_BLOCK;
  const designs: Design[] = random.map(({ design }) => design);
  if (designs.length === 1) return singleBlock(designs[0]!);
  let levels = 0;
  for (const { nrow } of designs) levels += nrow;
  return stackBlocks(designs, levels, (d, level) => random[d]!.firstUnit + level);
}

function studies(fit: Fit, observation: Int32Array | null): Pick<Model, "pairs" | "rho"> {
  const design = fit.designs.rho12;
  if (observation === null || design === undefined) return { pairs: NONE, rho: NO_BLOCK };
  const pairs: number[] = [];
  const pairOf = new Int32Array(fit.nobs).fill(-1);
  for (let row = 0; row < fit.nobs; row++) {
    const [first, second] = [observation[2 * row]!, observation[2 * row + 1]!];
    if (first < 0 || second < 0) continue;
    pairOf[row] = pairs.length / 2;
    pairs.push(first, second);
  }
  return {
    pairs: Int32Array.from(pairs),
    rho: stackBlocks([design], pairs.length / 2, (_, row) => pairOf[row]!),
  };
}

function knownVOf({ knownV }: Fit, observation: Int32Array | null, rows: number): KnownV {
  const { kind, label, blocks } = knownV;
  const { sizes, rows: members, values } = blocks ?? { sizes: NONE, rows: NONE, values: NO_NUMBERS };
  const clusters = { kind, label, clusterSizes: sizes, clusterV: values };
  if (observation === null) return { ...clusters, variances: knownV.variances, clusterRows: members };
  const variances = new Float64Array(rows);
  observation.forEach((k, place) => {
    if (k >= 0) variances[k] = knownV.variances[place]!;
  });
  return { ...clusters, variances, clusterRows: members.map((place) => observation[place]!) };
}
