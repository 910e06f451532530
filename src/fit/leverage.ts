import { choleskyFactor } from "../linalg/cholesky";
import { choleskyInverse } from "../linalg/inverse";
import { timesTransposed } from "../linalg/product";
import { choleskySolve } from "../linalg/solve";
import type { Engine } from "./engine";
import { marginalVariances, spreadsAt } from "./marginal-covariance";
import { weighted } from "./weighted-design";

/** By observation, in model order. */
export interface Leverages {
  /** diagonal of H = X (X' W X)^-1 X' W */
  readonly hat: Float64Array;
  /** diagonal of (I - H) Sigma (I - H)', user's units squared; exactly 0 where only rounding is left of it */
  readonly residualVariance: Float64Array;
  /** diagonal of X (X' W X)^-1 X', user's units squared */
  readonly fittedVariance: Float64Array;
  /** diagonal of Sigma, user's units squared */
  readonly variance: Float64Array;
  /** diagonal of W, in percent of its sum */
  readonly weight: Float64Array;
}

/** Relative to Sigma_ii: a variance of a residual below this is what rounding leaves of 0, for variances 1e9 apart too. */
const NO_VARIANCE = 1e-8;

/**
 * Leverages of the generalised-least-squares fit of the mean, and the variances of its residuals. W is Sigma^-1, or with
 * likelihood weights the inverse of the covariance that they imply (variances given the random effects divided by the
 * weight). With S = Sigma W X and A = X' W X,
 *
 *   h_i = x_i A^-1 (W X)_i',   var(r_i) = Sigma_ii - 2 x_i A^-1 S_i' + x_i A^-1 (X' W S) A^-1 x_i',
 *
 * of which Sigma_ii - x_i A^-1 x_i' is left without weights. Cost O(rows p^2), and the cube of each cluster that is tied
 * by V.
 */
export function leverages(engine: Engine, theta: Float64Array): Leverages {
  const { model } = engine;
  const { rows, location, weights, unit } = model;
  const { values: X, columns: p } = location;
  const spreads = spreadsAt(model, theta);
  const variance = marginalVariances(model, spreads);
  engine.settleAt(theta);
  const L = choleskyFactor(engine.problem.read("locationHessian", new Float64Array(p * p)), p);
  if (L === null) {
    const nans = new Float64Array(rows).fill(Number.NaN);
    return { hat: nans, residualVariance: nans, fittedVariance: nans, variance, weight: nans };
  }
  const inverse = choleskyInverse(L, p);

  const { WX, S, W } = weighted(engine, spreads);
  const total = W.reduce((sum, w) => sum + w, 0);
  const middle = timesTransposed(WX, S, p, rows, p);
  const hat = new Float64Array(rows);
  const residualVariance = new Float64Array(rows);
  const fittedVariance = new Float64Array(rows);
  const x = new Float64Array(p);
  const solved = new Float64Array(p);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < p; j++) x[j] = X[j * rows + i]!;
    choleskySolve(L, p, x, solved);
    let cross = 0;
    for (let j = 0; j < p; j++) {
      hat[i]! += solved[j]! * WX[j * rows + i]!;
      cross += solved[j]! * S[j * rows + i]!;
    }
    const own = quadratic(inverse, x, p);
    fittedVariance[i] = unit * unit * own;
    const explained = weights === null ? own : 2 * cross - quadratic(middle, solved, p);
    const left = variance[i]! - unit * unit * explained;
    residualVariance[i] = left > NO_VARIANCE * variance[i]! ? left : 0;
  }
  return { hat, residualVariance, fittedVariance, variance, weight: W.map((w) => (100 * w) / total) };
}

function quadratic(A: Float64Array, x: Float64Array, p: number): number {
  let sum = 0;
  for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) sum += x[a]! * A[a * p + b]! * x[b]!;
  return sum;
}
