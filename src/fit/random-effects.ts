import { choleskyFactor } from "../linalg/cholesky";
import { choleskySolve } from "../linalg/solve";
import type { Model } from "../model/model";
import type { LevelScores } from "../model/terms/term";
import type { Engine } from "./engine";
import type { RandomEffect } from "./fit";
import { blockOf, linearPredictor } from "./theta-blocks";

/** Predicted random effects (BLUPs) and their prediction errors with beta estimated, at the theta that the engine stands at. */
export function randomEffects({ random }: Model, engine: Engine, theta: Float64Array): RandomEffect[] {
  if (random.length === 0) return [];
  const scores = levelScores(engine, theta);
  return random.map((term) => {
    const { dpar, design } = term;
    const { sd, estimate, stdError } = term.predict(scores);
    return {
      dpar: dpar.key,
      group: dpar.group!,
      levels: design.levels,
      codes: design.index,
      sd,
      estimate,
      stdError,
    };
  });
}

function levelScores(engine: Engine, theta: Float64Array): LevelScores {
  const { problem, layout, model } = engine;
  const logSd = linearPredictor(blockOf(model, "sd"), theta);
  const p = model.location.columns;
  const inProblem = layout.modelLevel.length;
  const own = problem.read("levelScore", new Float64Array(inProblem));
  const inverse = problem.read("levelInverse", new Float64Array(inProblem));
  const solved = problem.read("levelSolved", new Float64Array(inProblem * p));
  const explained = ofMean(engine);
  const score = new Float64Array(logSd.length);
  const precision = new Float64Array(logSd.length);
  for (let u = 0; u < inProblem; u++) {
    const level = layout.modelLevel[u]!;
    if (level < 0) continue;
    score[level] = own[u]!;
    precision[level] = inverse[u]! - explained(solved.subarray(u * p, (u + 1) * p));
  }
  structuredScores(engine, logSd, { score, precision });
  return { unit: model.unit, variance: logSd.map((u) => Math.exp(2 * u)), score, precision };
}

/** What the estimated mean takes of a variance: b' (X' Sigma^-1 X)^-1 b. */
function ofMean({ problem, model }: Engine): (b: Float64Array) => number {
  const p = model.location.columns;
  const L = choleskyFactor(problem.read("locationHessian", new Float64Array(p * p)), p);
  return (b) => {
    if (L === null) return 0;
    const half = choleskySolve(L, p, b);
    let sum = 0;
    for (let j = 0; j < p; j++) sum += b[j]! * half[j]!;
    return sum;
  };
}

/** An SD of 0 is this one in the kernel (assembly/kernels/sparse/levels.ts). */
const SMALLEST_SD = 1e-140;

/**
 * Of levels that covary, in units of omega, the engine has the predicted effect e and its variance d given beta, that of the effect
 * itself being 1. They are put as those of independent ones, e = omega score and d = 1 - omega^2 precision.
 */
function structuredScores(
  engine: Engine,
  logSd: Float64Array,
  { score, precision }: Pick<LevelScores, "score" | "precision">,
): void {
  const { problem, layout, model } = engine;
  const { sparse, modelLevel, levelParent } = layout;
  if (sparse === null || sparse.precision === null) return;
  const p = model.location.columns;
  const effects = problem.read("sparseEffects", new Float64Array(sparse.levels * (p + 1)));
  const errors = problem.read("sparseErrors", new Float64Array(sparse.levels));
  const explained = ofMean(engine);
  for (let s = 0; s < sparse.levels; s++) {
    const { structure } = model.random[sparse.term[s]!]!;
    const level = modelLevel[levelParent.length + s]!;
    if (structure === null || level < 0) continue;
    const scale = structure.scale[sparse.levelInTerm[s]!]!;
    const omega = Math.max(Math.exp(logSd[level]!), SMALLEST_SD);
    const from = s * (p + 1);
    const error = errors[s]! + explained(effects.subarray(from, from + p));
    score[level] = (scale * effects[from + p]!) / omega;
    precision[level] = (1 - scale * scale * error) / omega / omega;
  }
}
