import type { GroupDesign } from "../design/group-design";
import { choleskyFactor } from "../linalg/cholesky";
import { choleskySolve } from "../linalg/solve";
import type { Model } from "../model/model";
import type { Engine } from "./engine";
import type { RandomEffect } from "./fit";
import { blockOf, linearPredictor } from "./theta-blocks";

/**
 * Predicted random intercepts (BLUPs) and their prediction errors with beta estimated (Henderson 1975):
 *   u = G Z' S^-1 r,   var(u_hat - u) = G - G Z' P Z G,   P = S^-1 - S^-1 X (X' S^-1 X)^-1 X' S^-1.
 */
export function randomEffects(model: Model, engine: Engine, theta: Float64Array): RandomEffect[] {
  const block = blockOf(engine.model, "sd");
  if (block.basis.rows === 0) return [];
  const { problem, layout } = engine;
  const { unit, location } = engine.model;
  const count = block.basis.rows;
  const p = location.columns;
  const score = problem.read("levelScore", new Float64Array(count));
  const inverse = problem.read("levelInverse", new Float64Array(count));
  const solved = problem.read("levelSolved", new Float64Array(count * p));
  const L = choleskyFactor(problem.read("locationHessian", new Float64Array(p * p)), p);
  const logSd = linearPredictor(block, theta);

  const sd = new Float64Array(count);
  const estimate = new Float64Array(count);
  const stdError = new Float64Array(count);
  for (let u = 0; u < count; u++) {
    const level = layout.modelLevel[u]!;
    const omega2 = Math.exp(2 * logSd[level]!);
    const zBX = solved.subarray(u * p, (u + 1) * p);
    let zPz = inverse[u]!;
    if (L !== null) {
      const half = choleskySolve(L, p, zBX);
      for (let j = 0; j < p; j++) zPz -= zBX[j]! * half[j]!;
    }
    sd[level] = unit * Math.sqrt(omega2);
    estimate[level] = unit * omega2 * score[u]! + 0; // never -0
    stdError[level] = unit * Math.sqrt(Math.max(0, omega2 - omega2 * omega2 * zPz));
  }
  return model.random.map(({ dpar, design, firstLevel }) => {
    const { levels, index, nrow } = design as GroupDesign;
    const own = (values: Float64Array) => values.slice(firstLevel, firstLevel + nrow);
    return {
      dpar: dpar.key,
      group: dpar.group!,
      levels,
      codes: index,
      sd: own(sd),
      estimate: own(estimate),
      stdError: own(stdError),
    };
  });
}
