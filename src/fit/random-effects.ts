import { choleskyFactor } from "../linalg/cholesky";
import { choleskySolve } from "../linalg/solve";
import type { Model } from "../model/model";
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
function predictions(
  { problem, model }: Engine,
  theta: Float64Array,
  L: Float64Array | null,
): LevelScores["predicted"] {
  const { rows, unit, location, y } = model;
  const { values: X, columns: p } = location;
  const equations = new LevelEquations(model, spreadsAt(model, theta));
  const beta = problem.read("beta", new Float64Array(p));
  const residuals = Float64Array.from(y, (value, i) => {
    let mean = 0;
    for (let j = 0; j < p; j++) mean += X[j * rows + i]! * beta[j]!;
    return unit * (value - mean);
  });
  const u = equations.solve(equations.right(residuals));
  const diagonal = equations.variances();
  const g = Array.from({ length: p }, (_, j) =>
    equations.solve(equations.right(X.subarray(j * rows, (j + 1) * rows))),
  );
  const a = new Float64Array(p);
  return ({ effects, weights, variance }) => {
    const along = (of: Float64Array) => effects.reduce((sum, u, k) => sum + weights[k]! * of[u]!, 0);
    let error = variance;
    if (effects.length === 1) error += weights[0]! ** 2 * diagonal[effects[0]!]!;
    else {
      const b = new Float64Array(equations.effects);
      effects.forEach((u, k) => {
        b[u] = weights[k]!;
      });
      error += along(equations.solve(b));
    }
    for (let j = 0; j < p; j++) a[j] = along(g[j]!);
    if (L !== null) {
      const half = choleskySolve(L, p, a);
      for (let j = 0; j < p; j++) error += unit ** 2 * a[j]! * half[j]!;
    }
    return { mean: along(u), variance: error };
  };
}
