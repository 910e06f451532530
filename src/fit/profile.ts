import { DrmError } from "../errors";
import { createEngine, type Engine } from "./engine";
import type { Coefficient, Fit } from "./fit";
import { type HeldPoint, type HeldProblem, heldLocation, heldScale } from "./held-coefficient";
import { modelOf } from "./model-of-fit";
import { search } from "./optimise";
import { type Crossing, findCrossing, type ProfileCurve, refine, zetaAt } from "./profile-crossing";
import { branchingCurve } from "./profile-curve";
import { standardModel } from "./standard-model";
import { thetaBlocks } from "./theta-blocks";
import { minimise } from "./trust-region";

/**
 * "... at boundary": the likelihood never drops enough on that side, so the limit is infinite (an SD of 0 or without
 * bound, a correlation of +-1). "not found": a search failed. "better optimum found": a point on the way has a higher
 * likelihood than the fit, which is then not the maximum.
 */
export type ProfileStatus =
  | "ok"
  | "lower limit at boundary"
  | "upper limit at boundary"
  | "both limits at boundary"
  | "not found"
  | "better optimum found";

/** Link scale; a limit that was not found is NaN. */
export interface ProfileInterval {
  readonly lower: number;
  readonly upper: number;
  readonly status: ProfileStatus;
}

const MAX_EVALUATIONS = 200;
/** Up to here every limit is checked from all starting points: small data are where profiles have several branches. */
const FEW_ROWS = 500;
const MOST_BRANCHES = 4;
/** A standard error near an edge can be anything: the first step is at most this many units. */
const LONGEST_FIRST_STEP = 8;

/**
 * Likelihood-ratio intervals (Venzon and Moolgavkar 1988): the values at which the log-likelihood, maximised over all
 * other parameters, is depth^2 / 2 below its maximum; 2 (max - profile) = depth^2 to 1e-9. A few Newton searches a
 * limit, each cheaper than the fit.
 *
 * @param coefficients positions in fit.coefficients
 * @param depth of zeta: the normal quantile, 1.96 for 95 %
 * @throws DrmError "not_supported" for a REML fit, "bad_option" for one that did not converge
 */
export function profileIntervals(
  fit: Fit,
  coefficients: readonly number[],
  depth: number,
): ProfileInterval[] {
  if (fit.method !== "ML") {
    throw new DrmError("not_supported", 'profile intervals need an ML fit: refit with method: "ML"');
  }
  if (fit.optim.code !== 0) {
    throw new DrmError("bad_option", `profile intervals need a fit that converged: ${fit.optim.message}`);
  }
  if (coefficients.length === 0) return [];
  const model = modelOf(fit);
  const engine = createEngine(standardModel(model));
  try {
    const best = maximum(engine, fit);
    const locations = model.location.columns;
    return coefficients.map((i) => {
      const problem = i < locations ? heldLocation(model, i) : heldScale(engine, i - locations);
      return interval(problem, fit.coefficients[i]!, best, depth, model.rows <= FEW_ROWS);
    });
  } finally {
    engine.dispose();
  }
}

/** The fit's optimum in the engine's coordinates. */
function maximum(engine: Engine, { coefficients }: Fit): HeldPoint {
  const { model, objective } = engine;
  const constant = model.logLikConstant;
  const scale = coefficients.slice(coefficients.length - objective.size);
  if (objective.size === 0 || scale.some(({ estimate }) => !Number.isFinite(estimate))) {
    const { best } = search(engine, { maxEvaluations: MAX_EVALUATIONS, starts: undefined });
    return { logLik: constant - best.value, theta: best.theta };
  }
  const theta = new Float64Array(objective.size);
  for (const { basis, start } of thetaBlocks(model)) {
    const { toOriginal: T, columns } = basis;
    for (let i = columns - 1; i >= 0; i--) {
      let rest = scale[start + i]!.estimate;
      for (let j = i + 1; j < columns; j++) rest -= T[i * columns + j]! * theta[start + j]!;
      theta[start + i] = rest / T[i * columns + i]!;
    }
  }
  const run = minimise(objective, theta, { maxEvaluations: MAX_EVALUATIONS });
  return { logLik: constant - run.value, theta: run.theta };
}

function interval(
  problem: HeldProblem,
  { estimate, stdError }: Coefficient,
  best: HeldPoint,
  depth: number,
  thorough: boolean,
): ProfileInterval {
  if (Number.isNaN(estimate)) return { lower: Number.NaN, upper: Number.NaN, status: "not found" };
  const [lower, upper] = ([-1, 1] as const).map((direction): Crossing => {
    if (estimate === direction * Number.POSITIVE_INFINITY) return { x: estimate, status: "boundary" };
    const curve = branchingCurve(problem, best, estimate, thorough);
    let crossing: Crossing;
    if (Number.isFinite(estimate)) {
      const wald = Number.isNaN(stdError) ? problem.unit : depth * stdError;
      const step = Math.min(wald, LONGEST_FIRST_STEP * problem.unit);
      crossing = findCrossing(curve, estimate, 0, direction, depth, step, problem.unit);
    } else {
      crossing = fromInfinity(problem, curve, direction, depth);
    }
    for (let branches = 0; thorough && crossing.status === "ok" && branches < MOST_BRANCHES; branches++) {
      const zeta = curve.branch(crossing.x);
      if (zeta === null) return { x: Number.NaN, status: "better optimum" };
      if (!(zeta < depth * (1 - 1e-9))) break;
      crossing = findCrossing(curve, crossing.x, zeta, direction, depth, problem.unit / 8, problem.unit);
    }
    return crossing;
  }) as [Crossing, Crossing];
  return { lower: lower.x, upper: upper.x, status: statusOf(lower, upper) };
}

/** The finite limit of a coefficient whose estimate is infinite, `direction` leading away from the estimate. */
function fromInfinity(problem: HeldProblem, curve: ProfileCurve, direction: 1 | -1, depth: number): Crossing {
  let x = problem.valueAt(problem.starts[0]!) ?? 0;
  let zeta = zetaAt(curve, x);
  let step = problem.unit;
  for (let tries = 0; tries < 16; tries++, step *= 2) {
    if (zeta === null) return { x: Number.NaN, status: "better optimum" };
    if (zeta < depth) return findCrossing(curve, x, zeta, direction, depth, problem.unit, problem.unit);
    const nearer = x - direction * step;
    const zetaNearer = zetaAt(curve, nearer);
    if (zetaNearer !== null && zetaNearer < depth) {
      return refine(curve, nearer, zetaNearer, x, zeta, depth);
    }
    if (!Number.isNaN(zetaNearer)) [x, zeta] = [nearer, zetaNearer];
  }
  return { x: Number.NaN, status: "not found" };
}

function statusOf(lower: Crossing, upper: Crossing): ProfileStatus {
  const statuses = [lower.status, upper.status];
  if (statuses.includes("better optimum")) return "better optimum found";
  if (statuses.includes("not found")) return "not found";
  if (lower.status === "boundary") {
    return upper.status === "boundary" ? "both limits at boundary" : "lower limit at boundary";
  }
  return upper.status === "boundary" ? "upper limit at boundary" : "ok";
}
