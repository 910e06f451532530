import { choleskyFactor } from "../linalg/cholesky";
import { choleskyInverse } from "../linalg/inverse";
import { choleskySolve } from "../linalg/solve";
import { components, DENSE, NESTED, PAIR, SPARSE } from "../model/components";
import type { EffectsAnswers, Spreads } from "../model/terms/term";
import { termsOf } from "../model/terms/terms";
import type { Engine } from "./engine";
import { marginalCovariance, rowVariances } from "./marginal-covariance";
import { type StandardModel, tiesOf } from "./standard-model";

/** Standardised units; matrices are rows x p, column-major. */
export interface Weighted {
  readonly WX: Float64Array;
  /** Sigma W X; X itself without weights */
  readonly S: Float64Array;
  /** diagonal of W */
  readonly W: Float64Array;
}

/**
 * The design times W, the inverse of the covariance Sigma_w of the effect sizes: Sigma itself, or with likelihood weights
 * what they imply. Rows of the nested and the sparse kernel take what the engine has solved already, at the theta that it stands at;
 * the others that are tied, by V or as one study, are solved cluster by cluster.
 */
export function weighted(engine: Engine, spreads: Spreads): Weighted {
  const { model } = engine;
  const { rows, location, random, weights } = model;
  const p = location.columns;
  const { root, kernel, fineToCoarse } = components(tiesOf(model));
  const kernelOf = (row: number) => kernel[root[row]!]!;
  const own = rowVariances(model, spreads).map((variance) => variance / model.unit ** 2);
  const WX = new Float64Array(rows * p);
  const S = location.values.slice();
  const W = own.map((variance, i) => (weights === null ? 1 : weights[i]!) / variance);
  // Sigma_w^-1 X = D_w^-1 (X - Z G Z' Sigma_w^-1 X): the engine holds Z' Sigma_w^-1 X
  const shared = random.length > 0 ? sharedParts(engine, spreads) : new Float64Array(rows * p);
  const clusters = new Map<number, number[]>();
  for (let i = 0; i < rows; i++) {
    const which = kernelOf(i);
    const divides = which === NESTED || which === SPARSE;
    if (which === DENSE || which === PAIR || (divides && own[i] === 0)) {
      clusters.set(root[i]!, []);
    }
  }
  for (let i = 0; i < rows; i++) {
    const members = clusters.get(root[i]!);
    if (members !== undefined) {
      members.push(i);
      continue;
    }
    for (let at = i; at < rows * p; at += rows) {
      WX[at] = W[i]! * (location.values[at]! - shared[at]!);
      S[at] = own[i]! * WX[at]! + shared[at]!;
    }
  }
  const covariance = marginalCovariance(termsOf(model));
  if (random.length > 0) takeSharedPart(engine, random[fineToCoarse[0]!]!, kernelOf, W);
  takeSparsePart(engine, W);
  for (const members of clusters.values()) {
    solveCluster(model, members, covariance(members, spreads), { WX, S, W });
  }
  return { WX, S, W };
}

/**
 * From the diagonal of D_w^-1 that of Sigma_w^-1, in place, in nested rows. Those of one innermost level share all levels, so that
 * (Sigma_w^-1)_ii = d_i - d_i^2 c with d = 1 / D_w and one c a level, and Z' Sigma_w^-1 Z there is s - s^2 c, s = sum of d.
 */
function takeSharedPart(
  { problem, layout }: Engine,
  innermost: EffectsAnswers,
  kernelOf: (row: number) => number,
  W: Float64Array,
): void {
  const inverse = problem.read("levelInverse", new Float64Array(layout.modelLevel.length));
  const sums = new Float64Array(inverse.length);
  innermost.addSums(
    W.map((weight, i) => (kernelOf(i) === NESTED ? weight : 0)),
    sums,
  );
  const c = new Float64Array(inverse.length);
  // levels of other terms, and of other kernels, have no sum
  layout.modelLevel.forEach((level, u) => {
    if (sums[level]! !== 0) c[level] = (sums[level]! - inverse[u]!) / sums[level]! ** 2;
  });
  const shared = new Float64Array(W.length);
  innermost.addEffects(c, shared);
  for (let i = 0; i < W.length; i++) if (kernelOf(i) === NESTED) W[i]! -= W[i]! ** 2 * shared[i]!;
}

/** The same in sparse rows, of which the engine has h = (d_i - (Sigma_w^-1)_ii) / d_i^2. */
function takeSparsePart({ problem, layout }: Engine, W: Float64Array): void {
  const { modelRow, scalarRows, nestedRows, sparseRows } = layout;
  if (modelRow === null || sparseRows === 0) return;
  const shared = problem.read("rowShared", new Float64Array(sparseRows));
  for (let i = 0; i < sparseRows; i++) {
    const row = modelRow[scalarRows + nestedRows + i]!;
    if (row >= 0) W[row]! -= W[row]! ** 2 * shared[i]!;
  }
}

/**
 * (Z G Z' Sigma_w^-1 X), rows x p, column-major: G Z' Sigma_w^-1 X is omega^2 Z' Sigma_w^-1 X of independent levels; of the sparse
 * section the engine has it in units of omega, however its levels covary.
 */
function sharedParts({ problem, layout, model }: Engine, { omega }: Spreads): Float64Array {
  const { rows, location, random, unit } = model;
  const p = location.columns;
  const solved = problem.read("levelSolved", new Float64Array(layout.modelLevel.length * p));
  const inSparse = layout.sparse?.levels ?? 0;
  const firstSparse = layout.nested.parent.length;
  const own = problem.read("sparseEffects", new Float64Array(inSparse * (p + 1)));
  const out = new Float64Array(rows * p);
  const effects = new Float64Array(omega.length);
  const scales = Float64Array.from(
    random.flatMap((term) => term.design.levels.map((_, l) => term.scaleOf(l))),
  );
  for (let j = 0; j < p; j++) {
    layout.modelLevel.forEach((level, u) => {
      if (level < 0) return;
      const sd = omega[level]! / unit;
      const s = u - firstSparse;
      const isSparse = s >= 0 && s < inSparse;
      effects[level] = isSparse ? sd * scales[level]! * own[s * (p + 1) + j]! : sd ** 2 * solved[u * p + j]!;
    });
    for (const term of random) term.addEffects(effects, out.subarray(j * rows, (j + 1) * rows));
  }
  return out;
}

/** Weights are constant within a cluster, and multiply its joint likelihood: W = w Sigma^-1. */
function solveCluster(
  { location, rows, weights, unit }: StandardModel,
  members: readonly number[],
  covariance: Float64Array,
  { WX, S, W }: Weighted,
): void {
  const m = members.length;
  const w = weights === null ? 1 : weights[members[0]!]!;
  const L = choleskyFactor(covariance, m);
  const inverse = L === null ? null : choleskyInverse(L, m);
  members.forEach((row, a) => {
    W[row] = inverse === null ? Number.NaN : w * unit ** 2 * inverse[a * m + a]!;
  });
  for (let j = 0; j < location.columns; j++) {
    const x = Float64Array.from(members, (row) => location.values[j * rows + row]!);
    const solved = L === null ? new Float64Array(m).fill(Number.NaN) : choleskySolve(L, m, x);
    members.forEach((row, a) => {
      WX[j * rows + row] = w * unit ** 2 * solved[a]!;
      S[j * rows + row] = w * x[a]!;
    });
  }
}
