import { components, DENSE, NESTED, PAIR } from "../model/components";
import type { Engine } from "./engine";
import { marginalCovariance, marginalVariances, type Spreads, spreadsAt } from "./marginal-covariance";
import { choleskyFactor, choleskyInverse, choleskySolve } from "./small-matrix";
import type { StandardModel } from "./standard-model";

/** By observation, in model order. */
export interface Leverages {
  /** diagonal of H = X (X' W X)^-1 X' W */
  readonly hat: Float64Array;
  /** diagonal of (I - H) Sigma (I - H)', user's units squared */
  readonly residualVariance: Float64Array;
  /** diagonal of X (X' W X)^-1 X', user's units squared */
  readonly fittedVariance: Float64Array;
  /** diagonal of Sigma, user's units squared */
  readonly variance: Float64Array;
}

/**
 * Leverages of the generalised-least-squares fit of the mean, and the variances of its residuals. W is Sigma^-1, or with
 * likelihood weights the inverse of the covariance that they imply (variances given the random effects divided by the
 * weight). With S = Sigma W X and A = X' W X,
 *
 *   h_i = x_i A^-1 (W X)_i',   var(r_i) = Sigma_ii - 2 x_i A^-1 S_i' + x_i A^-1 (X' W S) A^-1 x_i',
 *
 * of which Sigma_ii - x_i A^-1 x_i' is left without weights. Cost O(rows p^2), and the cube of each cluster that is tied
 * by V or by crossed random intercepts.
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
    return { hat: nans(rows), residualVariance: nans(rows), fittedVariance: nans(rows), variance };
  }
  const inverse = choleskyInverse(L, p);

  const { WX, S } = weighted(engine, spreads);
  const middle = crossProduct(WX, S, rows, p);
  const hat = new Float64Array(rows);
  const residualVariance = new Float64Array(rows);
  const fittedVariance = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const x = Float64Array.from({ length: p }, (_, j) => X[j * rows + i]!);
    const solved = choleskySolve(L, p, x);
    let cross = 0;
    for (let j = 0; j < p; j++) {
      hat[i]! += solved[j]! * WX[j * rows + i]!;
      cross += solved[j]! * S[j * rows + i]!;
    }
    const own = quadratic(inverse, x, p);
    fittedVariance[i] = unit * unit * own;
    const explained = weights === null ? own : 2 * cross - quadratic(middle, solved, p);
    residualVariance[i] = variance[i]! - unit * unit * explained;
  }
  return { hat, residualVariance, fittedVariance, variance };
}

function nans(rows: number): Float64Array {
  return new Float64Array(rows).fill(Number.NaN);
}

function crossProduct(A: Float64Array, B: Float64Array, rows: number, p: number): Float64Array {
  const out = new Float64Array(p * p);
  for (let a = 0; a < p; a++) {
    for (let b = 0; b < p; b++) {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += A[a * rows + i]! * B[b * rows + i]!;
      out[a * p + b] = sum;
    }
  }
  return out;
}

function quadratic(A: Float64Array, x: Float64Array, p: number): number {
  let sum = 0;
  for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) sum += x[a]! * A[a * p + b]! * x[b]!;
  return sum;
}

interface Weighted {
  /** W X, standardised units, rows x p, column-major */
  readonly WX: Float64Array;
  /** Sigma W X; X itself without weights */
  readonly S: Float64Array;
}

function weighted(engine: Engine, spreads: Spreads): Weighted {
  const { model } = engine;
  const { rows, location, known, random, pairs, weights } = model;
  const p = location.columns;
  const { root, kernel } = components({
    rows,
    clusterSizes: known.clusterSizes,
    clusterRows: known.clusterRows,
    random,
    pairs,
  });
  const own = known.variances.map((v, i) => (v + spreads.sigma[i]! ** 2) / model.unit ** 2);
  const WX = new Float64Array(rows * p);
  const S = location.values.slice();
  // Sigma_w^-1 X = D_w^-1 (X - Z G Z' Sigma_w^-1 X): the engine holds Z' Sigma_w^-1 X
  const shared = random.length > 0 ? levelParts(engine, spreads) : new Float64Array(rows * p);
  const clusters = new Map<number, number[]>();
  for (let i = 0; i < rows; i++) {
    const which = kernel[root[i]!]!;
    if (which === DENSE || which === PAIR || (which === NESTED && own[i] === 0)) {
      clusters.set(root[i]!, []);
    }
  }
  for (let i = 0; i < rows; i++) {
    const members = clusters.get(root[i]!);
    if (members !== undefined) {
      members.push(i);
      continue;
    }
    const w = weights === null ? 1 : weights[i]!;
    for (let at = i; at < rows * p; at += rows) {
      WX[at] = (w * (location.values[at]! - shared[at]!)) / own[i]!;
      S[at] = own[i]! * WX[at]! + shared[at]!;
    }
  }
  const covariance = marginalCovariance(model);
  for (const members of clusters.values()) solveCluster(model, members, covariance(members, spreads), WX, S);
  return { WX, S };
}

/** (Z G Z' Sigma_w^-1 X), rows x p, column-major. */
function levelParts({ problem, layout, model }: Engine, { omega }: Spreads): Float64Array {
  const { rows, location, random, unit } = model;
  const p = location.columns;
  const solved = problem.read("unitSolved", new Float64Array(omega.length * p));
  const engineLevel = new Int32Array(omega.length);
  layout.modelLevel.forEach((level, u) => {
    engineLevel[level] = u;
  });
  const out = new Float64Array(rows * p);
  for (const { index, firstUnit } of random) {
    for (let i = 0; i < rows; i++) {
      if (index[i]! < 0) continue;
      const level = firstUnit + index[i]!;
      const variance = (omega[level]! / unit) ** 2;
      for (let j = 0; j < p; j++) out[j * rows + i]! += variance * solved[engineLevel[level]! * p + j]!;
    }
  }
  return out;
}

/** Weights are constant within a cluster, and multiply its joint likelihood: W = w Sigma^-1. */
function solveCluster(
  { location, rows, weights, unit }: StandardModel,
  members: readonly number[],
  covariance: Float64Array,
  WX: Float64Array,
  S: Float64Array,
): void {
  const m = members.length;
  const w = weights === null ? 1 : weights[members[0]!]!;
  const L = choleskyFactor(covariance, m);
  for (let j = 0; j < location.columns; j++) {
    const x = Float64Array.from(members, (row) => location.values[j * rows + row]!);
    const solved = L === null ? nans(m) : choleskySolve(L, m, x);
    members.forEach((row, a) => {
      WX[j * rows + row] = w * unit ** 2 * solved[a]!;
      S[j * rows + row] = w * x[a]!;
    });
  }
}
