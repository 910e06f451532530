import { buildKnownV, type KnownV, type KnownVOptions, type MatrixInput } from "../covariance/known-v";
import type { LevelMatrix } from "../covariance/related/named-matrix";
import type { TreeInput } from "../covariance/related/tree-levels";
import { buildDesign, type Design } from "../design/design";
import { buildGroupDesign, type GroupDesign, withoutColumns } from "../design/group-design";
import { CLEARLY_FULL, checkRank, checkWeightedRank } from "../design/rank";
import { buildSlopeDesign } from "../design/slope-design";
import { DrmError } from "../errors";
import type { DparKind } from "../formula/dpar";
import type { DparFormula } from "../formula/dpar-formula";
import type { DrmFormula } from "../formula/formula";
import { evaluateNumeric } from "../frame/evaluate";
import type { Frame } from "../frame/frame";
import type { Method } from "../method";
import { checkMethod, checkRandomEffects, checkWeights } from "./check-model";
import { correlatedEffects, withLevelNames } from "./correlated-from-frame";
import { heldValues } from "./fixed";
import type { Block, Model, Outcomes } from "./model";
import { checkMultipliers } from "./multipliers";
import { blockOf, observationNumbers, observedV, presentOutcomes } from "./observations";
import type { CorrelatedEffects } from "./terms/correlated-effects";
import { type KnownSources, keptSources, relateBy } from "./terms/relate";
import type { TermSource } from "./terms/source";
import { multipliersOf, partsFrom } from "./terms/terms";

export interface ModelOptions {
  readonly matrices?: Readonly<Record<string, MatrixInput | LevelMatrix>>;
  readonly trees?: Readonly<Record<string, TreeInput>>;
  readonly fixed?: Readonly<Record<string, number>>;
  readonly method?: Method;
  readonly warn?: (message: string) => void;
}

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
  /** as in the frame, absent outcomes included */
  readonly knownV: KnownV;
  /** columns of random slopes by dpar; null where the model has none */
  readonly slopes: Readonly<Record<string, Design>> | null;
  /** trees and matrices of random effects' levels, as a fit keeps them */
  readonly sources: KnownSources;
  /** which random effects are correlated, where that is estimated */
  readonly correlated: readonly CorrelatedEffects[];
  /** values that SDs and phis are held at */
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
  const held = heldValues([...dpars.sigma, ...dpars.phi, ...dpars.sd], options.fixed);
  const slopes = slopeDesigns(dpars.sd, frame);
  const sources = keptSources(dpars.sd, options);
  const sdDesigns = new Map(dpars.sd.map((dpar) => [dpar.key, designOf(dpar, frame, held)]));
  const correlated = correlatedEffects(dpars, frame, (key) => sdDesigns.get(key) as GroupDesign);
  const source: TermSource = {
    rows,
    outcomes,
    observation,
    dpars: (kind) => dpars[kind],
    design: (dpar) => sdDesigns.get(dpar.key) ?? designOf(dpar as DparFormula, frame, held),
    slope: ({ key }) => slopes?.[key] ?? null,
    relate: (dpar) => ((dpar as DparFormula).known === null ? null : relateBy(dpar as DparFormula, sources)),
    correlated: () => correlated,
    held: ({ key }) => held.get(key) ?? null,
    checked: (block) => ranked(block, frame.weights),
  };
  // before its design, which would be of no rows
  if (dpars.rho12.length > 0 && outcomes !== null && !hasBoth(outcomes)) {
    const why = "no row has both outcomes, so their correlation rho12 cannot be estimated";
    throw new DrmError("bad_data", `${why}: fit the two outcomes separately`);
  }
  const { random, pairs, blocks } = partsFrom(source);

  const vOptions: KnownVOptions = options.warn ? { warn: options.warn } : {};
  const knownV = buildKnownV(
    formula.dpars[0]!,
    frame,
    (options.matrices ?? {}) as Readonly<Record<string, MatrixInput>>,
    vOptions,
  );
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
    V: observation === null ? knownV.V : observedV(knownV.V, observation, rows),
    random,
    pairs,
    blocks,
  };
  if (multipliersOf(model).length > 0) checkMultipliers(model);
  checkRandomEffects(model, frame.nrow);
  checkWeights(model, frame);
  checkMethod(model);
  return { model, locations, knownV, slopes, sources, correlated, fixed: { ...options.fixed } };
}

/** The columns of random slopes, by dpar. */
function slopeDesigns(sds: readonly DparFormula[], frame: Frame): BuiltModel["slopes"] {
  const own = sds.filter(({ slopeExpr }) => slopeExpr !== null);
  if (own.length === 0) return null;
  return Object.fromEntries(own.map((dpar) => [dpar.key, buildSlopeDesign(dpar, frame)]));
}

/** Whether some study has both outcomes; its two observations are neighbours. */
function hasBoth({ frameRow }: Outcomes): boolean {
  return frameRow.some((row, i) => i > 0 && row === frameRow[i - 1]);
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
      cor: of("cor"),
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

/** Null where there is nothing to estimate: a sigma that is held, and a correlation beside a sigma that is held at 0. */
function designOf(dpar: DparFormula, frame: Frame, held: ReadonlyMap<string, number>): Design | null {
  if (dpar.group !== null) {
    const design = withLevelNames(dpar, buildGroupDesign(dpar, frame), frame);
    if (held.has(dpar.key)) {
      if (dpar.correlations === undefined) return withoutColumns(design);
      throw new DrmError(
        "not_supported",
        `fixed: ${dpar.key} is of effects that are correlated with others, ${dpar.correlations}: an SD is held at a value where they are independent`,
      );
    }
    checkRank(design);
    return design;
  }
  if (held.has(dpar.key)) return null;
  if (dpar.link !== "atanh" || ![...held.values()].includes(0)) return buildDesign(dpar, frame);
  if (dpar.implied) return null;
  throw new DrmError(
    "bad_option",
    "fixed: with a sigma held at 0 there is no residual correlation; remove the rho12 formula",
  );
}
