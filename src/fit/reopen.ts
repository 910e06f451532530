import { toOriginal } from "../design/basis";
import { solveUpper } from "../linalg/solve";
import { createEngine, type Engine } from "./engine";
import { isExactAt, withFloors } from "./exact-rows";
import type { Fit } from "./fit";
import { modelOf } from "./model-of-fit";
import { search } from "./optimise";
import type { StandardModel } from "./standard-model";
import { standardModel } from "./standard-model";
import { thetaBlocks } from "./theta-blocks";

/** The engine of a fit's model, and the optimum of the fit in its coordinates. The caller disposes of the engine. */
export interface Reopened {
  readonly engine: Engine;
  readonly theta: Float64Array;
}

const MAX_EVALUATIONS = 200;
/** Two optima closer than this in log-likelihood are taken for one. */
const SAME_OPTIMUM = 1e-6;

/** With a coefficient at its boundary the supremum is sought again: its place cannot be read off the estimates. */
export function reopen(fit: Fit): Reopened {
  const engine = createEngine(standardModel(modelOf(fit)));
  const { model } = engine;
  const scale = scaleCoefficients(fit);
  const theta = scale !== null ? fromCoefficients(model, scale) : soughtAgain(engine, fit);
  if (!isExactAt(model, theta)) return { engine, theta };
  // for a row that is met, what divides by its variance needs one
  engine.dispose();
  return { engine: createEngine(withFloors(model)), theta };
}

/** By the search of the default, or, where that ends elsewhere, by that of a fit with `starts` given. */
function soughtAgain(engine: Engine, { optim: { startsTried: starts }, logLik }: Fit): Float64Array {
  const ends = (thorough: boolean) => {
    const { theta, value } = search(engine, { maxEvaluations: MAX_EVALUATIONS, starts, thorough }).best;
    return { theta, off: Math.abs(engine.model.logLikConstant - value - logLik) };
  };
  const usual = ends(true);
  if (usual.off < SAME_OPTIMUM) return usual.theta;
  const plain = ends(false);
  return plain.off < usual.off ? plain.theta : usual.theta;
}

/** Of sigma, sd(group) and rho12, in the order of the fit; null when one is at its boundary and has no value. */
export function scaleCoefficients({ coefficients, response }: Fit): Float64Array | null {
  const scale = coefficients.filter(({ dpar }) => !Object.hasOwn(response, dpar));
  if (scale.some(({ estimate }) => !Number.isFinite(estimate))) return null;
  return Float64Array.from(scale, ({ estimate }) => estimate);
}

/** theta from the coefficients of sigma, sd(group) and rho12 in the user's columns. */
export function fromCoefficients(model: StandardModel, coefficients: ArrayLike<number>): Float64Array {
  const theta = Float64Array.from(coefficients);
  for (const { basis, start } of thetaBlocks(model)) {
    solveUpper(basis.toOriginal, basis.columns, theta.subarray(start, start + basis.columns));
  }
  return theta;
}

/** The inverse of fromCoefficients(). At the edge of the parameter space coefficients are huge but finite. */
export function toCoefficients(model: StandardModel, theta: Float64Array): Float64Array {
  const out = new Float64Array(theta.length);
  for (const { basis, start } of thetaBlocks(model)) {
    out.set(toOriginal(basis, theta, start), start);
  }
  return out;
}
