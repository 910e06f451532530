import { BlockCovariance } from "../covariance/block-covariance";
import { unfilled } from "../data/doubles";
import { addProduct, type Basis, NO_BASIS, project } from "../design/basis";
import { isMoments } from "../method";
import type { Ties } from "../model/components";
import type { Model } from "../model/model";
import type { RandomEffects } from "../model/terms/effects";
import { parametersOf } from "../model/terms/parameters";
import { termsOf } from "../model/terms/terms";
import { exactRows } from "./exact-rows";
import { momentTau2, type Tau2 } from "./moments";
import type { Part, ThetaBlock } from "./theta-blocks";

/**
 * A model in the units in which it is optimized: orthogonal design columns, the response without its least-squares fit
 * and divided by a power of two near its spread. Observations in model order.
 *
 * theta is the coefficients of the blocks, one after the other: log sqrt(phi) and log sigma of observations, log omega of levels
 * and, of pairs, eta in rho = 0.999999 tanh(eta) are offset + basis (own part of theta).
 */
export interface StandardModel {
  readonly rows: number;
  readonly y: Float64Array;
  readonly location: Basis;
  /** one a kind, as in THETA_ORDER */
  readonly blocks: readonly ThetaBlock[];
  /** diagonal of V */
  readonly v: Float64Array;
  readonly largestV: number;
  /** some row has no known variance */
  readonly zeroV: boolean;
  /** restricted likelihood: rows without a known variance whose sigma can be 0, where it is finite (exact-rows.ts) */
  readonly exactRows: Int32Array;
  readonly weights: Float64Array | null;
  /** the restricted likelihood is what is optimized */
  readonly reml: boolean;
  /** tau^2 as an equation of moments gives it, in the units here; null where a likelihood is maximised */
  readonly moments: Tau2 | null;
  /** known covariance, in the user's units: the engine divides by unit^2 */
  readonly V: BlockCovariance;
  readonly random: readonly RandomEffects[];
  readonly pairs: Int32Array;
  /** theta by formula, in its order */
  readonly parts: readonly Part[];
  /** user's beta = T (leastSquares + unit * beta here) */
  readonly leastSquares: Float64Array;
  /** user's log SDs = log(unit) + log SDs here */
  readonly unit: number;
  /** user's log L = logLikConstant - objective here */
  readonly logLikConstant: number;
}

export function standardModel(model: Model): StandardModel {
  const { rows, V, weights } = model;
  const location = model.location.basis;
  const leastSquares = project(location, model.y);
  const y = unfilled(rows);
  y.set(model.y);
  addProduct(location, leastSquares, y, -1);
  if (isRounding(y, model.y)) y.fill(0);
  const unit = spreadUnit(y, V.variances);
  const v = unfilled(rows);
  const variance = unit * unit;
  const shift = -Math.log(unit);
  let largestV = 0;
  let zeroV = false;
  for (let i = 0; i < rows; i++) {
    y[i]! /= unit;
    const vi = V.variances[i]! / variance;
    v[i] = vi;
    if (vi > largestV) largestV = vi;
    if (vi === 0) zeroV = true;
  }
  const blocks = standardBlocks(model, shift);
  const reml = model.method === "REML";
  const mayBeExact = reml && zeroV && largestV > 0;
  return {
    rows,
    y,
    location,
    blocks,
    v,
    largestV,
    zeroV,
    exactRows: mayBeExact ? exactRows({ rows, y, location, blocks, v, weights }) : NONE,
    weights,
    reml,
    moments: momentsOf(model, unit),
    random: model.random,
    pairs: model.pairs,
    V,
    parts: partsOf(model),
    leastSquares,
    unit,
    // Q'Q = rows I
    logLikConstant: logLikConstant(
      rows,
      weights,
      unit,
      reml ? { columns: location.columns, logGram: location.columns * Math.log(rows) } : null,
    ),
  };
}

function momentsOf(model: Model, unit: number): Tau2 | null {
  if (!isMoments(model.method)) return null;
  const { tau2, stdError } = momentTau2(model, model.method);
  return { tau2: tau2 / unit ** 2, stdError: stdError / unit ** 2 };
}

/** What ties the observations together; rows have weights of their own in the nested kernel only. */
export function tiesOf(model: StandardModel): Ties {
  const { rows, v, weights } = model;
  return { rows, terms: termsOf(model), ...(weights === null && { v }) };
}

/**
 * User's log L = this - objective. REML has rows - p error contrasts, and + log|X'X| / 2 as metafor has it: with X = Q T^-1 that is
 * log|Q'Q| / 2 - log|T|, and T cancels against the T of log|X' Sigma^-1 X|.
 *
 * @param restricted columns of the mean and log|Q'Q|, Q being their basis; null where the likelihood is not restricted
 */
export function logLikConstant(
  rows: number,
  weights: Float64Array | null,
  unit: number,
  restricted: { readonly columns: number; readonly logGram: number } | null,
): number {
  let total = rows;
  if (weights !== null) total = weights.reduce((sum, weight) => sum + weight, 0);
  const one = 0.5 * Math.log(2 * Math.PI) + Math.log(unit);
  return restricted === null ? -total * one : (restricted.columns - total) * one + 0.5 * restricted.logGram;
}

/** @param shift what a log SD is more than in the user's units */
function standardBlocks({ blocks }: Model, shift: number): ThetaBlock[] {
  let start = 0;
  return blocks.map(({ kind, dpars, block: { basis: own }, held }) => {
    const { isLogSd, isLogVariance } = parametersOf(kind);
    const basis = isLogVariance ? halved(own) : own;
    const offset = unfilled(basis.rows).fill(isLogSd ? shift : 0);
    const share = isLogVariance ? 0.5 : 1;
    if (held !== null) for (let i = 0; i < offset.length; i++) offset[i]! += share * held[i]!;
    const block = { kind, dpars, basis, offset, start };
    start += basis.columns;
    return block;
  });
}

function partsOf(model: Model): Part[] {
  const parts: Part[] = [];
  let start = 0;
  for (const { kind, block } of model.blocks) {
    for (const { names } of block.designs) {
      parts.push({ kind, start, columns: names.length });
      start += names.length;
    }
  }
  return parts;
}

/** Of half of a linear predictor: coefficients are half the user's. */
function halved(basis: Basis): Basis {
  return { ...basis, toOriginal: basis.toOriginal.map((part) => 2 * part) };
}

/** Residuals so small beside the response are what rounding leaves of a perfect fit. */
function isRounding(residuals: Float64Array, y: Float64Array): boolean {
  let largestResidual = 0;
  let largest = 0;
  for (let i = 0; i < y.length; i++) {
    largestResidual = Math.max(largestResidual, Math.abs(residuals[i]!));
    largest = Math.max(largest, Math.abs(y[i]!));
  }
  return largestResidual <= 1e-13 * largest;
}

/** Near the root mean square of the residuals; of those of a perfect fit near that of the known SDs. */
function spreadUnit(residuals: Float64Array, variances: Float64Array): number {
  let squares = 0;
  let known = 0;
  for (let i = 0; i < residuals.length; i++) {
    squares += residuals[i]! ** 2;
    known += variances[i]!;
  }
  return unitNear(Math.sqrt((squares > 0 ? squares : known) / residuals.length));
}

/** A power of two, so that dividing by it is exact. */
export function unitNear(spread: number): number {
  return spread > 0 && Number.isFinite(spread) ? 2 ** Math.round(Math.log2(spread)) : 1;
}

/** Few rows whose covariances cost little beside the rest of a fit: the models with second maxima are among them. */
function isCheap({ rows, V }: StandardModel): boolean {
  return V.clusters === 0 || (rows <= CHEAP_ROWS && V.cubes <= CHEAP_CUBES);
}

const REHEARSAL_ROWS = 2000;
const CHEAP_ROWS = 250;
const CHEAP_CUBES = 1e6;
const GOLDEN = 0.6180339887498949;
const NONE = new Int32Array(0);

/**
 * A small problem in the same coordinates with nearly the same optima: at most 2,000 rows, and of V only the diagonal.
 * The starts are tried there before the real problem is touched. Null when the model is no dearer than that itself, or
 * cannot be cut down (levels and studies are not split).
 */
export function rehearsalOf(model: StandardModel): StandardModel | null {
  const { rows, V, random, pairs } = model;
  if (rows <= REHEARSAL_ROWS && isCheap(model)) return null;
  if (pairs.length > 0 || (rows > REHEARSAL_ROWS && random.length > 0)) return null;
  const diagonal = { ...model, V: new BlockCovariance(V.variances) };
  if (rows <= REHEARSAL_ROWS) return diagonal;

  // one row of each stretch of the data, at a place that no repeating pattern in the rows keeps step with
  const pick = Int32Array.from({ length: REHEARSAL_ROWS }, (_, j) =>
    Math.floor(((j + ((j * GOLDEN) % 1)) * rows) / REHEARSAL_ROWS),
  );
  const take = (values: Float64Array) => Float64Array.from(pick, (row) => values[row]!);
  const takeBlock = (block: ThetaBlock): ThetaBlock => {
    // a model without multipliers has no rows of theirs
    if (parametersOf(block.kind).of !== "observation" || block.basis.rows === 0) return block;
    const { values, columns } = block.basis;
    const taken = new Float64Array(REHEARSAL_ROWS * columns);
    for (let k = 0; k < columns; k++) {
      taken.set(take(values.subarray(k * rows, (k + 1) * rows)), k * REHEARSAL_ROWS);
    }
    const basis = { ...block.basis, values: taken, rows: REHEARSAL_ROWS };
    return { ...block, basis, offset: take(block.offset) };
  };
  return {
    ...diagonal,
    rows: REHEARSAL_ROWS,
    y: take(model.y),
    // residuals of the least-squares fit will do; a rare level of a moderator may not even be among these rows
    location: { ...NO_BASIS, rows: REHEARSAL_ROWS },
    leastSquares: new Float64Array(0),
    exactRows: NONE,
    blocks: model.blocks.map(takeBlock),
    V: new BlockCovariance(take(V.variances)),
    v: take(model.v),
    weights: model.weights === null ? null : take(model.weights),
  };
}
