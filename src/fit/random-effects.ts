import { choleskyFactor } from "../linalg/cholesky";
import { choleskySolve } from "../linalg/solve";
import type { Model } from "../model/model";
import type { SparseSection } from "../model/sparse/section";
import type { LevelScores } from "../model/terms/term";
import type { Engine } from "./engine";
import type { RandomEffect } from "./fit";
import { LevelEquations } from "./level-equations";
import { levelResults } from "./level-results";
import { spreadsAt } from "./marginal-covariance";
import { blockOf, linearPredictor } from "./theta-blocks";

/** Predicted random effects (BLUPs) and their prediction errors with beta estimated, at the theta that the engine stands at. */
export function randomEffects({ random }: Model, engine: Engine, theta: Float64Array): RandomEffect[] {
  if (random.length === 0) return [];
  const scores = levelScores(engine, theta);
  return random.map((term): RandomEffect => {
    const { dpar, design, levels, structure } = term;
    const { sd, estimate, stdError } = term.predict(scores);
    const effect = {
      dpar: dpar.key,
      group: dpar.group!,
      term: dpar.slope ?? "(Intercept)",
      levels: design.levels,
      codes: design.index,
      ...(design.cells !== undefined && { cells: design.cells }),
    };
    if (structure === null) return { ...effect, sd, estimate, stdError };
    const part = (from: number, to?: number) => ({
      sd: sd.slice(from, to),
      estimate: estimate.slice(from, to),
      stdError: stdError.slice(from, to),
    });
    return { ...effect, ...part(0, levels), others: { levels: term.others, ...part(levels) } };
  });
}

function levelScores(engine: Engine, theta: Float64Array): LevelScores {
  const { problem, model } = engine;
  const variance = linearPredictor(blockOf(model, "sd"), theta).map((u) => Math.exp(2 * u));
  const { unit, location } = model;
  const p = location.columns;
  const L = choleskyFactor(problem.read("locationHessian", new Float64Array(p * p)), p);
  const precision = levelResults(engine, "levelInverse", 1);
  const solved = levelResults(engine, "levelSolved", p);
  for (let u = 0; L !== null && u < precision.length; u++) {
    const zBX = solved.subarray(u * p, (u + 1) * p);
    const half = choleskySolve(L, p, zBX);
    for (let j = 0; j < p; j++) precision[u]! -= zBX[j]! * half[j]!;
  }
  let predicted: LevelScores["predicted"] | null = null;
  return {
    unit,
    variance,
    kappa: linearPredictor(blockOf(model, "cor"), theta),
    score: levelResults(engine, "levelScore", 1),
    precision,
    predicted: (share) => {
      predicted ??= predictions(engine, theta, L);
      return predicted(share);
    },
  };
}

/**
 * Of b'u: b'u_hat, and its error with beta estimated, b'M^-1 b + a'(X' S^-1 X)^-1 a with a = X' D^-1 Z Lambda M^-1 b (LevelEquations),
 * beside the variance that no data tell.
 */
function predictions(engine: Engine, theta: Float64Array, L: Float64Array | null): LevelScores["predicted"] {
  const { model } = engine;
  const p = model.location.columns;
  let factored: LevelEquations | null = null;
  const equations = () => {
    factored ??= new LevelEquations(model, spreadsAt(model, theta));
    return factored;
  };
  const { means, variances, covariance, slopes } = engineEffects(engine) ?? effectsOf(engine, equations());
  /** b'M^-1 b */
  const spread = (effects: readonly number[], weights: readonly number[]): number => {
    if (effects.length === 1) return weights[0]! ** 2 * variances[effects[0]!]!;
    let known: number | null = 0;
    for (let i = 0; i < effects.length && known !== null; i++) {
      const [u, a] = [effects[i]!, weights[i]!];
      known += a ** 2 * variances[u]!;
      for (let k = 0; k < i && known !== null; k++) {
        const both = covariance(u, effects[k]!);
        known = both === null ? null : known + 2 * a * weights[k]! * both;
      }
    }
    if (known !== null) return known;
    const b = new Float64Array(means.length);
    effects.forEach((u, k) => {
      b[u] = weights[k]!;
    });
    const s = equations().solve(b);
    return effects.reduce((sum, u, k) => sum + weights[k]! * s[u]!, 0);
  };
  const a = new Float64Array(p);
  return ({ effects, weights, variance }) => {
    const along = (of: Float64Array) => effects.reduce((sum, u, k) => sum + weights[k]! * of[u]!, 0);
    let error = variance + spread(effects, weights);
    for (let j = 0; j < p; j++) a[j] = along(slopes[j]!);
    if (L !== null) {
      const half = choleskySolve(L, p, a);
      for (let j = 0; j < p; j++) error += a[j]! * half[j]!;
    }
    return { mean: along(means), variance: error };
  };
}

/** By effect u: u_hat, elements of M^-1, and by column of X in the engine's units M^-1 Lambda' Z' D^-1 X. */
interface Effects {
  readonly means: Float64Array;
  readonly variances: Float64Array;
  /** element of M^-1; null for one that is not at hand */
  readonly covariance: (u: number, v: number) => number | null;
  readonly slopes: readonly Float64Array[];
}

/** What the sparse kernel has of them already, where it has all; null elsewhere, and where rows are exact, of which it has a floor. */
function engineEffects({ problem, layout, model }: Engine): Effects | null {
  const { random, location, exactRows } = model;
  const count = random.reduce((sum, { effects }) => sum + effects, 0);
  const { sparse } = layout;
  if (sparse === null || sparse.levels !== count || exactRows.length > 0) return null;
  const p = location.columns;
  const byLevel = problem.read("sparseVariances", new Float64Array(count));
  const solved = problem.read("sparseEffects", new Float64Array(count * (p + 1)));
  const means = new Float64Array(count);
  const variances = new Float64Array(count);
  const slopes = Array.from({ length: p }, () => new Float64Array(count));
  const effectOf = (level: number) => random[sparse.term[level]!]!.firstEffect + sparse.levelInTerm[level]!;
  for (let level = 0; level < count; level++) {
    const u = effectOf(level);
    variances[u] = byLevel[level]!;
    for (let j = 0; j < p; j++) slopes[j]![u] = solved[level * (p + 1) + j]!;
    means[u] = solved[level * (p + 1) + p]!;
  }
  return { means, variances, covariance: covariances(problem, sparse, count, effectOf), slopes };
}

/** Of two effects that have an entry of P, as the two ends of an edge of a tree do. */
function covariances(
  problem: Engine["problem"],
  { precision }: SparseSection,
  count: number,
  effectOf: (level: number) => number,
): Effects["covariance"] {
  const values = problem.read("sparseCovariances", new Float64Array(precision?.values.length ?? 0));
  const placeOf = new Map<number, number>();
  const key = (u: number, v: number) => Math.min(u, v) * count + Math.max(u, v);
  values.forEach((_, e) => {
    placeOf.set(key(effectOf(precision!.levels[2 * e]!), effectOf(precision!.levels[2 * e + 1]!)), e);
  });
  return (u, v) => {
    const place = placeOf.get(key(u, v));
    return place === undefined ? null : values[place]!;
  };
}

function effectsOf({ problem, model }: Engine, equations: LevelEquations): Effects {
  const { rows, unit, location, y } = model;
  const { values: X, columns: p } = location;
  const beta = problem.read("beta", new Float64Array(p));
  const residuals = Float64Array.from(y, (value, i) => {
    let mean = 0;
    for (let j = 0; j < p; j++) mean += X[j * rows + i]! * beta[j]!;
    return unit * (value - mean);
  });
  return {
    means: equations.solve(equations.right(residuals)),
    variances: equations.variances(),
    covariance: (u, v) => equations.covariance(u, v),
    slopes: Array.from({ length: p }, (_, j) =>
      equations.solve(equations.right(X.subarray(j * rows, (j + 1) * rows))).map((value) => unit * value),
    ),
  };
}
