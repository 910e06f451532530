import { createProblem, Order, type Problem, Status } from "../../bindings/kernel";
import type { Model } from "../model/model";
import { rowOrder, toProblemOrder } from "../model/row-order";
import { addProduct, type Basis, orthogonalBasis, project } from "./standardise";
import type { Objective } from "./trust-region";

/**
 * A model in the units in which it is optimized: orthogonal design columns, the response without its least-squares fit
 * and divided by a power of two near its spread. The profiled objective, its gradient and Hessian are exact.
 */
export interface Engine {
  readonly objective: Objective;
  readonly problem: Problem;
  readonly locationBasis: Basis;
  readonly scaleBasis: Basis;
  /** beta = T (leastSquares + unit * beta in the engine) */
  readonly leastSquares: Float64Array;
  /** the response's unit; log sigma = log(unit) + log sigma in the engine */
  readonly unit: number;
  /** in engine units, model order: response, known variances, and the fixed part of log sigma */
  readonly y: Float64Array;
  readonly v: Float64Array;
  readonly logSigmaOffset: Float64Array;
  readonly largestV: number;
  /** some row has no known variance */
  readonly zeroV: boolean;
  /** log L in the user's units = -objective.value + logLikConstant */
  readonly logLikConstant: number;
  evaluations(): number;
  /** Makes the problem's results those of `theta`; free when it was evaluated last. */
  settleAt(theta: Float64Array): boolean;
  dispose(): void;
}

const EMPTY: Basis = { values: new Float64Array(0), toOriginal: new Float64Array(0), rows: 0, columns: 0 };

export function createEngine(model: Model): Engine {
  const { rows, knownV, weights } = model;
  const p = model.location.names.length;
  const locationBasis = orthogonalBasis(model.location.values, rows, p);
  const scaleBasis =
    model.scale === null ? EMPTY : orthogonalBasis(model.scale.values, rows, model.scale.names.length);
  const q = scaleBasis.columns;

  const leastSquares = project(locationBasis, model.y);
  const y = Float64Array.from(model.y);
  addProduct(locationBasis, leastSquares, y, -1);
  const unit = spreadUnit(y, knownV.variances);
  const v = new Float64Array(rows);
  let largestV = 0;
  let zeroV = false;
  for (let i = 0; i < rows; i++) {
    y[i]! /= unit;
    const vi = knownV.variances[i]! / (unit * unit);
    v[i] = vi;
    if (vi > largestV) largestV = vi;
    if (vi === 0) zeroV = true;
  }
  const fixed = model.scale === null ? model.fixedLogSigma : 0;
  const logSigmaOffset = new Float64Array(rows).fill(fixed - Math.log(unit));
  const clusterV = scaled(knownV.clusterV, 1 / (unit * unit));

  const order = rowOrder(rows, knownV);
  const problem = createProblem({
    rows: order.total,
    scalarRows: order.scalarRows,
    y: toProblemOrder(y, order, rows, 1),
    X: toProblemOrder(locationBasis.values, order, rows, p),
    p,
    W: toProblemOrder(scaleBasis.values, order, rows, q),
    q,
    // padding: v = 1 and sigma = 0 add log 1 = 0 and, with y = 0 and x = 0, nothing else
    logSigmaOffset: toProblemOrder(logSigmaOffset, order, rows, 1, Number.NEGATIVE_INFINITY),
    v: toProblemOrder(v, order, rows, 1, 1),
    weights: weights === null ? null : toProblemOrder(weights, order, rows, 1, 1),
    clusterSizes: knownV.clusterSizes,
    clusterV,
  });

  let totalWeight = rows;
  if (weights !== null) totalWeight = weights.reduce((sum, w) => sum + w, 0);
  const logLikConstant = -totalWeight * (0.5 * Math.log(2 * Math.PI) + Math.log(unit));

  let evaluations = 0;
  const last = new Float64Array(q);
  let lastDefined = false;
  const gradient = new Float64Array(q);
  const hessian = new Float64Array(q * q);
  const objective: Objective & { value: number } = {
    size: q,
    value: Number.NaN,
    gradient,
    hessian,
    evaluate(theta) {
      evaluations++;
      last.set(theta);
      lastDefined = problem.evaluate(theta, Order.Hessian) === Status.Ok;
      if (!lastDefined) return false;
      objective.value = problem.value;
      problem.read("gradient", gradient);
      problem.read("hessian", hessian);
      for (let i = 0; i < hessian.length; i++) if (!Number.isFinite(hessian[i]!)) return false;
      return true;
    },
  };
  function settleAt(theta: Float64Array): boolean {
    if (lastDefined && theta.every((value, k) => value === last[k])) return true;
    return objective.evaluate(theta);
  }
  return {
    objective,
    problem,
    locationBasis,
    scaleBasis,
    leastSquares,
    unit,
    y,
    v,
    logSigmaOffset,
    largestV,
    zeroV,
    logLikConstant,
    evaluations: () => evaluations,
    settleAt,
    dispose: () => problem.dispose(),
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

function scaled(values: Float64Array, factor: number): Float64Array {
  if (values.length === 0 || factor === 1) return values;
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = factor * values[i]!;
  return out;
}
