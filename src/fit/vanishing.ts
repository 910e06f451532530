import { isTwoSided } from "../model/terms/parameters";
import { effectVariances, levelErrors } from "./marginal-covariance";
import { isPerfectInCluster } from "./singular-v";
import type { StandardModel } from "./standard-model";
import { blockOf, linearPredictor, samplingVariances, type ThetaBlock, thetaBlocks } from "./theta-blocks";

/**
 * How near each entity of a block is to the edge of the parameter space, on a log scale on which minus infinity is the
 * edge: log(sigma^2 / phi v) of an observation, or log(phi v / sigma^2), log(omega^2 / the variance of the level's mean) of a level, log(1 - rho^2)
 * of a study, or of correlated effects. `sign` turns a change of the linear predictor into one of this measure: d measure = 2 sign d predictor.
 */
export interface Nearness {
  readonly measure: Float64Array;
  readonly sign: (entity: number) => number;
}

export function nearness(model: StandardModel, block: ThetaBlock, theta: Float64Array): Nearness {
  const predictor = linearPredictor(block, theta);
  if (isTwoSided(block)) {
    const measure = predictor.map(
      (eta) => Math.log(4) - 2 * Math.abs(eta) - 2 * Math.log1p(Math.exp(-2 * Math.abs(eta))),
    );
    return { measure, sign: (s) => -Math.sign(predictor[s]!) };
  }
  const noise = noiseBeside(model, block.kind, theta);
  // an SD held at 0 is no matter of theta, and where there is no other noise one cannot vanish beside it
  const isHeld = (i: number) => block.offset[i] === Number.NEGATIVE_INFINITY;
  const own = block.kind === "phi" ? model.v : null;
  const measure = predictor.map((u, i) =>
    noise[i]! > 0 && !isHeld(i) && own?.[i] !== 0
      ? 2 * u - Math.log(noise[i]!) + (own === null ? 0 : Math.log(own[i]!))
      : Number.POSITIVE_INFINITY,
  );
  return { measure, sign: () => 1 };
}

/** What a row, or a level's mean, has beside the variances of a kind. */
function noiseBeside(model: StandardModel, kind: ThetaBlock["kind"], theta: Float64Array): Float64Array {
  if (kind === "sd") return errorVariances(model, theta);
  if (kind === "phi") {
    const logSigma = linearPredictor(blockOf(model, "sigma"), theta);
    return orShared(
      model,
      logSigma.map((u) => Math.exp(2 * u)),
      theta,
    );
  }
  const variances = samplingVariances(model, theta);
  return model.zeroV || isProportional(model) ? orShared(model, variances, theta) : variances;
}

/** These; of a row without one, what its levels share with it, or, where the row may be met, the spread of the data. */
function orShared(model: StandardModel, variances: Float64Array, theta: Float64Array): Float64Array {
  const { exactRows } = model;
  if (!variances.includes(0)) return variances;
  const shared = effectVariances(model, theta);
  if (shared === null && exactRows.length === 0) return variances;
  const out = variances.map((variance, i) => (variance > 0 ? variance : (shared?.[i] ?? 0)));
  for (const row of exactRows) out[row] = 1;
  return out;
}

/** By level, the variance of what its observations say of its effect. */
function errorVariances(model: StandardModel, theta: Float64Array): Float64Array {
  const v = samplingVariances(model, theta);
  const own = linearPredictor(blockOf(model, "sigma"), theta);
  return levelErrors(
    model,
    own.map((u, i) => v[i]! + Math.exp(2 * u)),
  );
}

/** A measure below this makes an entity suspect. */
const SUSPECT = Math.log(1e-3);
/** log sigma, in units of the data's spread, at which residuals of zero are taken for the reason */
export const PERFECT_FIT = -15;

export type Suspicion = "none" | "vanishing" | "perfect fit";

/**
 * Tells of a theta whether some entity has come near the edge, or some sigma without a known variance beside it has become
 * tiny beside the spread of the data (the residuals are zero there and the likelihood has no bound; or, in a singular V,
 * those of a combination of rows are). Asked after every step of a search.
 */
export function lookout(model: StandardModel): (theta: Float64Array) => Suspicion {
  const blocks = thetaBlocks(model);
  const lowestOf = lowestPredictor(blockOf(model, "sigma"));
  return (theta) => {
    if (isProportional(model) && isPerfectRow(model, theta)) return "perfect fit";
    for (const block of blocks) {
      if (block.kind === "sigma") {
        // the usual case, and cheaper than a pass over the rows
        const lowest = lowestOf(theta);
        if (isFar(model, lowest) && !(model.zeroV && lowest < PERFECT_FIT)) continue;
        const suspected = suspectSigma(model, block, theta);
        if (suspected === "perfect fit") return suspected;
        if (suspected === "none") continue;
      }
      const { measure } = nearness(model, block, theta);
      for (let i = 0; i < measure.length; i++) if (measure[i]! < SUSPECT) return "vanishing";
    }
    return "none";
  };
}

/** log SD, in units of the data's spread, below which what is left of a row that the mean meets is rounding. */
const ROUNDED = -28;

/**
 * Whether some row has no variance but a sigma, and random effects, so small: the likelihood rises on there, and a maximum is one of
 * the rounding of its residual.
 */
export function isMetByRounding(model: StandardModel, theta: Float64Array): boolean {
  const { v, zeroV, exactRows, weights } = model;
  if (!zeroV || exactRows.length > 0) return false;
  const logSigma = linearPredictor(blockOf(model, "sigma"), theta);
  const isTiny = (u: number) => u < ROUNDED && u > Number.NEGATIVE_INFINITY;
  if (!logSigma.some((u, i) => isTiny(u) && v[i] === 0 && weights?.[i] !== 0)) return false;
  const shared = effectVariances(model, theta);
  const isAlone = (i: number) => shared === null || shared[i]! < Math.exp(2 * ROUNDED);
  return logSigma.some((u, i) => isTiny(u) && v[i] === 0 && weights?.[i] !== 0 && isAlone(i));
}

function isProportional(model: StandardModel): boolean {
  return blockOf(model, "phi").dpars.length > 0;
}

/** Whether phi v + sigma^2 of a row has become tiny beside the spread of the data. */
function isPerfectRow(model: StandardModel, theta: Float64Array): boolean {
  const variances = samplingVariances(model, theta);
  const logSigma = linearPredictor(blockOf(model, "sigma"), theta);
  return variances.some(
    (variance, i) =>
      (model.v[i]! > 0 || logSigma[i]! > Number.NEGATIVE_INFINITY) &&
      Math.log(variance + Math.exp(2 * logSigma[i]!)) < 2 * PERFECT_FIT,
  );
}

/** No sigma^2 can be small beside its known variance when the smallest log sigma is this. */
function isFar(model: StandardModel, logSigma: number): boolean {
  return !isProportional(model) && 2 * logSigma > SUSPECT + Math.log(model.largestV);
}

/** One pass without a logarithm or an array; "vanishing" where some sigma may be near 0. */
function suspectSigma(model: StandardModel, block: ThetaBlock, theta: Float64Array): Suspicion {
  const { v, zeroV, exactRows } = model;
  const mayBePerfect = zeroV && exactRows.length === 0;
  const { values, rows, columns } = block.basis;
  const { offset, start } = block;
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rows; i++) {
    let u = offset[i]!;
    if (u === Number.NEGATIVE_INFINITY) continue; // held at 0
    for (let k = 0; k < columns; k++) u += theta[start + k]! * values[k * rows + i]!;
    if (u < smallest) smallest = u;
    if (mayBePerfect && u < PERFECT_FIT && v[i] === 0) return "perfect fit";
  }
  if (isFar(model, smallest)) return "none";
  return isPerfectInCluster(model, block, theta) ? "perfect fit" : "vanishing";
}

/** A lower bound of the rows' log sigma: each column's term at its least. */
function lowestPredictor({ basis, offset: offsets, start }: ThetaBlock): (theta: Float64Array) => number {
  const { values, rows, columns } = basis;
  let offset = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rows; i++) {
    const value = offsets[i]!;
    if (value < offset && value !== Number.NEGATIVE_INFINITY) offset = value;
  }
  const low: number[] = [];
  const high: number[] = [];
  for (let k = 0; k < columns; k++) {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = k * rows; i < (k + 1) * rows; i++) {
      const value = values[i]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    low.push(least);
    high.push(most);
  }
  return (theta) => {
    let bound = offset;
    for (let k = 0; k < columns; k++) {
      const c = theta[start + k]!;
      bound += c * (c > 0 ? low[k]! : high[k]!);
    }
    return bound;
  };
}
