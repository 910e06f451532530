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

function levelScores({ problem, layout, model }: Engine, theta: Float64Array): LevelScores {
  const logSd = linearPredictor(blockOf(model, "sd"), theta);
  const { unit, location } = model;
  const count = logSd.length;
  const p = location.columns;
  const own = problem.read("levelScore", new Float64Array(count));
  const inverse = problem.read("levelInverse", new Float64Array(count));
  const solved = problem.read("levelSolved", new Float64Array(count * p));
  const L = choleskyFactor(problem.read("locationHessian", new Float64Array(p * p)), p);
  const score = new Float64Array(count);
  const precision = new Float64Array(count);
  for (let u = 0; u < count; u++) {
    const level = layout.modelLevel[u]!;
    const zBX = solved.subarray(u * p, (u + 1) * p);
    let zPz = inverse[u]!;
    if (L !== null) {
      const half = choleskySolve(L, p, zBX);
      for (let j = 0; j < p; j++) zPz -= zBX[j]! * half[j]!;
    }
    score[level] = own[u]!;
    precision[level] = zPz;
  }
  return { unit, variance: logSd.map((u) => Math.exp(2 * u)), score, precision };
}
