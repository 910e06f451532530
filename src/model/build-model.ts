import { buildKnownV, type KnownV, type KnownVOptions, type MatrixInput } from "../covariance/known-v";
import { buildDesign } from "../design/design";
import { buildGroupDesign } from "../design/group-design";
import { CLEARLY_FULL, checkRank, checkWeightedRank } from "../design/rank";
import { DrmError } from "../errors";
import type { Dpar, DparKind } from "../formula/dpar";
import type { DparFormula } from "../formula/dpar-formula";
import type { DrmFormula } from "../formula/formula";
import { evaluateNumeric } from "../frame/evaluate";
import type { Frame } from "../frame/frame";
import { checkRandomIntercepts, checkRestricted, checkWeights } from "./check-model";
import { checkFixed, heldLogs } from "./fixed";
import { type Block, emptyBlock, type Model, NO_BLOCK, type Outcomes, stackBlocks } from "./model";
import { checkMultipliers } from "./multipliers";
import {
  blockOf,
  completePairs,
  levelsBlock,
  observationNumbers,
  observedLevels,
  observedV,
  presentOutcomes,
} from "./observations";
import { Intercept } from "./terms/intercept";

export interface ModelOptions {
  readonly matrices?: Readonly<Record<string, MatrixInput>>;
  readonly fixed?: Readonly<Record<string, number>>;
  readonly method?: "ML" | "REML";
  readonly warn?: (message: string) => void;
}

const NO_PAIRS = new Int32Array(0);

/** What the frame says about the response of one location formula, per row of the frame. */
export interface LocationData {
  readonly key: string;
  readonly response: Float64Array;
  /** sum of the offset() terms, null when there are none */
  readonly offset: Float64Array | null;
}

export interface BuiltModel {
  readonly model: Model;
  /** one entry an outcome */
  readonly locations: readonly LocationData[];
  /** one an outcome, estimated or held */
  readonly sigmas: readonly Dpar[];
  /** the same of the multipliers of V; none where it is known */
  readonly phis: readonly Dpar[];
  /** as in the frame, absent outcomes included */
  readonly knownV: KnownV;
  /** values that sigmas and phis are held at */
  readonly fixed: Readonly<Record<string, number>>;
}

/** Stage 5. Designs, known covariance, random intercepts and pairs as observations. */
export function buildModel(frame: Frame, options: ModelOptions): BuiltModel {
  const { formula } = frame;
  const dpars = byKind(formula);
  const outcomes = frame.outcomePresent === null ? null : presentOutcomes(frame.outcomePresent);
  const observation = outcomes === null ? null : observationNumbers(outcomes, frame.nrow);
  const rows = outcomes === null ? frame.nrow : outcomes.outcome.length;

  const locations = dpars.location.map((dpar) => locationData(dpar, frame));
  const location = ranked(
    blockOf(
      dpars.location.map((dpar) => buildDesign(dpar, frame)),
      rows,
      observation,
    ),
    frame.weights,
  );
  checkFixed([...dpars.sigma, ...dpars.phi], options.fixed);
  const { estimated, logs: logSigma } = heldLogs(dpars.sigma, options.fixed);
  const { estimated: phiEstimated, logs: logPhi } = heldLogs(dpars.phi, options.fixed);
  const blockOfRows = (own: readonly DparFormula[], isEstimated: readonly boolean[]) =>
    ranked(
      blockOf(
        own.map((dpar, k) => (isEstimated[k] ? buildDesign(dpar, frame) : null)),
        rows,
        observation,
      ),
      frame.weights,
    );
  const scale = blockOfRows(dpars.sigma, estimated);
  const phi = dpars.phi.length === 0 ? NO_BLOCK : blockOfRows(dpars.phi, phiEstimated);
  const random = randomIntercepts(dpars.sd, frame, rows, observation);
  const uncorrelated = logSigma?.includes(Number.NEGATIVE_INFINITY) ?? false;
  const { pairs, rho } = studies(dpars.rho12, frame, observation, uncorrelated);

  const vOptions: KnownVOptions = options.warn ? { warn: options.warn } : {};
  const knownV = buildKnownV(formula.dpars[0]!, frame, options.matrices ?? {}, vOptions);
  const weights = frame.weights;
  const model: Model = {
    method: options.method ?? "ML",
    rows,
    y: responses(locations, outcomes),
    outcomes,
    weights:
      weights === null || outcomes === null
        ? weights
        : Float64Array.from(outcomes.frameRow, (row) => weights[row]!),
    location,
    blocks: [
      {
        kind: "phi",
        dpars: dpars.phi,
        block: phi,
        held: logPhi === null ? null : offsets(logPhi, rows, outcomes),
      },
      {
        kind: "sigma",
        dpars: dpars.sigma,
        block: scale,
        held: logSigma === null ? null : offsets(logSigma, rows, outcomes),
      },
      { kind: "sd", dpars: dpars.sd, block: levelsBlock(random), held: null },
      { kind: "rho", dpars: dpars.rho12, block: rho, held: null },
    ],
    V: observation === null ? knownV.V : observedV(knownV.V, observation, rows),
    random,
    pairs,
  };
  if (dpars.phi.length > 0) checkMultipliers(model);
  checkRandomIntercepts(model, dpars.sigma, estimated.includes(true), frame.nrow);
  checkWeights(model, frame);
  checkRestricted(model);
  return { model, locations, sigmas: dpars.sigma, phis: dpars.phi, knownV, fixed: { ...options.fixed } };
}

type ByKind = Readonly<Record<DparKind, readonly DparFormula[]>>;

const sorted = new WeakMap<DrmFormula, ByKind>();

function byKind(formula: DrmFormula): ByKind {
  let dpars = sorted.get(formula);
  if (dpars === undefined) {
    const of = (kind: DparKind) => formula.dpars.filter((dpar) => dpar.kind === kind);
    dpars = {
      location: of("location"),
      phi: of("phi"),
      sigma: of("sigma"),
      sd: of("sd"),
      rho12: of("rho12"),
    };
    sorted.set(formula, dpars);
  }
  return dpars;
}

/** Refuses designs whose columns do not determine their coefficients. */
export function ranked(block: Block, weights: Float64Array | null): Block {
  // nearly always the basis has told already
  const clear = block.basis.leastShare > CLEARLY_FULL && block.designs.every(({ names }) => names.length > 0);
  if (!clear || weights?.includes(0)) {
    for (const design of block.designs) checkWeightedRank(design, weights);
  }
  return block;
}

function locationData(dpar: DparFormula, frame: Frame): LocationData {
  const response = evaluateNumeric(dpar.response!, frame, "the response");
  if (dpar.offsets.length === 0) return { key: dpar.key, response, offset: null };
  const offset = new Float64Array(frame.nrow);
  for (const term of dpar.offsets) {
    const values = evaluateNumeric(term, frame, "an offset");
    for (let i = 0; i < offset.length; i++) offset[i]! += values[i]!;
  }
  return { key: dpar.key, response, offset };
}

function responses(locations: readonly LocationData[], outcomes: Outcomes | null): Float64Array {
  const centred = locations.map(({ response, offset }) =>
    offset === null ? response : response.map((value, i) => value - offset[i]!),
  );
  if (outcomes === null) return centred[0]!;
  const { frameRow, outcome } = outcomes;
  const y = new Float64Array(frameRow.length);
  for (let k = 0; k < y.length; k++) y[k] = centred[outcome[k]!]![frameRow[k]!]!;
  return y;
}

/** Log of the value that each observation's sigma or phi is held at, 0 where it is estimated. */
function offsets(logs: readonly number[], rows: number, outcomes: Outcomes | null): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) out[i] = logs[outcomes === null ? 0 : outcomes.outcome[i]!]!;
  return out;
}

function randomIntercepts(
  dpars: readonly DparFormula[],
  frame: Frame,
  rows: number,
  observation: Int32Array | null,
): Intercept[] {
  let firstUnit = 0;
  return dpars.map((dpar) => {
    const design = buildGroupDesign(dpar, frame);
    checkRank(design);
    const index = observedLevels(design.index, dpar.outcome!, rows, observation);
    const intercept = new Intercept(dpar, design, index, firstUnit);
    firstUnit += design.nrow;
    return intercept;
  });
}

/** Studies with both outcomes, and the design of their correlation (none when a sigma is held at 0). */
function studies(
  dpars: readonly DparFormula[],
  frame: Frame,
  observation: Int32Array | null,
  uncorrelated: boolean,
): { pairs: Int32Array; rho: Block } {
  if (observation === null || dpars.length === 0) return { pairs: NO_PAIRS, rho: NO_BLOCK };
  const { pairs, pairOf } = completePairs(observation);
  if (pairs.length === 0) {
    const why = "no row has both outcomes, so their correlation rho12 cannot be estimated";
    throw new DrmError("bad_data", `${why}: fit the two outcomes separately`);
  }
  if (uncorrelated) {
    if (!dpars[0]!.implied) {
      throw new DrmError(
        "bad_option",
        "fixed: with a sigma held at 0 there is no residual correlation; remove the rho12 formula",
      );
    }
    return { pairs, rho: emptyBlock(pairs.length / 2) };
  }
  const design = buildDesign(dpars[0]!, frame);
  const rho = stackBlocks([design], pairs.length / 2, (_, row) => pairOf[row]!);
  return { pairs, rho: ranked(rho, frame.weights) };
}
