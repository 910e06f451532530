import type { Model } from "../model/model";
import { addProduct, type Basis, orthogonalBasis, project } from "./standardise";

/**
 * A model in the units in which it is optimized: orthogonal design columns, the response without its least-squares fit
 * and divided by a power of two near its spread. Rows in model order.
 */
export interface StandardModel {
  readonly rows: number;
  readonly y: Float64Array;
  readonly locationBasis: Basis;
  readonly scaleBasis: Basis;
  /** log sigma = logSigmaOffset + scaleBasis theta */
  readonly logSigmaOffset: Float64Array;
  /** diagonal of V */
  readonly v: Float64Array;
  readonly largestV: number;
  /** some row has no known variance */
  readonly zeroV: boolean;
  readonly weights: Float64Array | null;
  /** clusters of V, as in KnownV */
  readonly clusterSizes: Int32Array;
  readonly clusterRows: Int32Array;
  readonly clusterV: Float64Array;
  /** user's beta = T (leastSquares + unit * beta here) */
  readonly leastSquares: Float64Array;
  /** user's log sigma = log(unit) + log sigma here */
  readonly unit: number;
  /** user's log L = logLikConstant - objective here */
  readonly logLikConstant: number;
}

const NO_COLUMNS: Basis = { values: new Float64Array(0), toOriginal: new Float64Array(0), rows: 0, columns: 0 };

export function standardModel(model: Model): StandardModel {
  const { rows, knownV, weights, location, scale } = model;
  const locationBasis = orthogonalBasis(location.values, rows, location.names.length);
  const scaleBasis = scale === null ? NO_COLUMNS : orthogonalBasis(scale.values, rows, scale.names.length);

  const leastSquares = project(locationBasis, model.y);
  const y = Float64Array.from(model.y);
  addProduct(locationBasis, leastSquares, y, -1);
  const unit = spreadUnit(y, knownV.variances);
  const v = new Float64Array(rows);
  const variance = unit * unit;
  let largestV = 0;
  let zeroV = false;
  let totalWeight = 0;
  for (let i = 0; i < rows; i++) {
    y[i]! /= unit;
    const vi = knownV.variances[i]! / variance;
    v[i] = vi;
    if (vi > largestV) largestV = vi;
    if (vi === 0) zeroV = true;
    totalWeight += weights === null ? 1 : weights[i]!;
  }
  const fixedLogSigma = scale === null ? model.fixedLogSigma : 0;
  return {
    rows,
    y,
    locationBasis,
    scaleBasis,
    logSigmaOffset: new Float64Array(rows).fill(fixedLogSigma - Math.log(unit)),
    v,
    largestV,
    zeroV,
    weights,
    clusterSizes: knownV.clusterSizes,
    clusterRows: knownV.clusterRows,
    clusterV: variance === 1 ? knownV.clusterV : knownV.clusterV.map((value) => value / variance),
    leastSquares,
    unit,
    logLikConstant: -totalWeight * (0.5 * Math.log(2 * Math.PI) + Math.log(unit)),
  };
}

/** A power of two, so that dividing by it is exact, near the root mean square of the residuals. */
function spreadUnit(residuals: Float64Array, variances: Float64Array): number {
  let squares = 0;
  let known = 0;
  for (let i = 0; i < residuals.length; i++) {
    squares += residuals[i]! ** 2;
    known += variances[i]!;
  }
  const spread = Math.sqrt((squares > 0 ? squares : known) / residuals.length);
  return spread > 0 && Number.isFinite(spread) ? 2 ** Math.round(Math.log2(spread)) : 1;
}

const REHEARSAL_ROWS = 2000;
const GOLDEN = 0.6180339887498949;

/**
 * A small problem in the same scale coordinates with nearly the same optima: at most 2,000 rows, and V's diagonal alone.
 * Null when the model is no dearer than that itself. The starts are tried there before the real problem is touched.
 */
export function rehearsalOf(model: StandardModel): StandardModel | null {
  const { rows, clusterSizes, scaleBasis } = model;
  if (rows <= REHEARSAL_ROWS && clusterSizes.length === 0) return null;
  const none = new Int32Array(0);
  const diagonal = { ...model, clusterSizes: none, clusterRows: none, clusterV: new Float64Array(0) };
  if (rows <= REHEARSAL_ROWS) return diagonal;

  // one row of each stretch of the data, at a place that no repeating pattern in the rows keeps step with
  const pick = Int32Array.from({ length: REHEARSAL_ROWS }, (_, j) =>
    Math.floor(((j + ((j * GOLDEN) % 1)) * rows) / REHEARSAL_ROWS),
  );
  const take = (values: Float64Array) => Float64Array.from(pick, (row) => values[row]!);
  const W = new Float64Array(REHEARSAL_ROWS * scaleBasis.columns);
  for (let k = 0; k < scaleBasis.columns; k++) {
    W.set(take(scaleBasis.values.subarray(k * rows, (k + 1) * rows)), k * REHEARSAL_ROWS);
  }
  return {
    ...diagonal,
    rows: REHEARSAL_ROWS,
    y: take(model.y),
    // residuals of the least-squares fit will do; a rare level of a moderator may not even be among these rows
    locationBasis: NO_COLUMNS,
    leastSquares: new Float64Array(0),
    scaleBasis: { ...scaleBasis, values: W, rows: REHEARSAL_ROWS },
    logSigmaOffset: take(model.logSigmaOffset),
    v: take(model.v),
    weights: model.weights === null ? null : take(model.weights),
  };
}
