import { DrmError } from "../errors";
import { type Engine, withEngine } from "../fit/engine";
import type { Fit } from "../fit/fit";
import { qProfile } from "../fit/moments";
import { MAX_EVALUATIONS, search } from "../fit/optimise";
import { minimise } from "../fit/trust-region";
import { isMoments } from "../method";
import { normalTwoSidedP } from "../stats/normal";
import { type HeldCorrelation, heldCorrelation } from "./correlation-profile";
import { type HeldPoint, type HeldProblem, heldScale, withHeldLocation } from "./held-coefficient";
import { openFit } from "./open-fit";
import { type Profiled, type ProfileInterval, profileLimits } from "./profile-limits";
import { type ProfileTrace, traceProfile } from "./profile-trace";
import { fromCoefficients, scaleCoefficients } from "./scale-coefficients";

/** What is profiled: one location coefficient, or a linear combination of the others, such as the log-SD of a group. */
export interface ProfileTarget {
  /** one per coefficient of the fit */
  readonly weights: Float64Array;
  /** of the combination, link scale; infinite at a boundary */
  readonly estimate: number;
  /** NaN where there is none */
  readonly stdError: number;
}

/** A single coefficient, by its position in fit.coefficients. */
export function coefficientTarget({ coefficients }: Fit, position: number): ProfileTarget {
  const weights = new Float64Array(coefficients.length);
  weights[position] = 1;
  const { estimate, stdError } = coefficients[position]!;
  return { weights, estimate, stdError };
}

/** Up to here every limit is checked from all starting points. */
export const FEW_ROWS = 500;

/**
 * Likelihood-ratio intervals (Venzon and Moolgavkar 1988): the values at which the log-likelihood, maximised over all
 * other parameters, is depth^2 / 2 below its maximum; 2 (max - profile) = depth^2 to 1e-9. For a REML fit the
 * likelihood is the restricted one; of a method of moments sigma has the limits of the Q-profile. A few Newton searches a limit, each cheaper than the fit.
 *
 * @param depth of zeta: the normal quantile, 1.96 for 95 %
 * @throws DrmError "not_supported" for a location coefficient of a fit that is not by ML, "bad_option" for a fit that did not
 *   converge
 */
export function profileIntervals(
  fit: Fit,
  targets: readonly ProfileTarget[],
  depth: number,
): ProfileInterval[] {
  if (isMoments(fit.method)) return targets.map((target) => qProfileLimits(fit, target, depth));
  return withProfiled(fit, targets, (profiled, reported) => {
    const { lower, upper, status } = profileLimits(profiled, depth);
    return { lower: reported(lower), upper: reported(upper), status };
  });
}

/** Of log sigma, from those of tau^2. A limit of 0 is the boundary, as with a likelihood. */
function qProfileLimits(fit: Fit, { weights }: ProfileTarget, depth: number): ProfileInterval {
  const { model } = openFit(fit);
  if (weights.findIndex((weight) => weight !== 0) < model.location.columns) {
    throw new DrmError("not_supported", `method "${fit.method}" has no profile in the location coefficients`);
  }
  const level = 1 - normalTwoSidedP(depth);
  const { lower, upper } = qProfile(model, level);
  return {
    lower: 0.5 * Math.log(lower),
    upper: 0.5 * Math.log(upper),
    status: upper === 0 ? "both limits at boundary" : lower === 0 ? "lower limit at boundary" : "ok",
  };
}

/**
 * The profiles themselves, at `points` values between their limits at `depth`, for plots and for a look at their shape.
 *
 * @throws DrmError as profileIntervals()
 */
export function profileTraces(
  fit: Fit,
  targets: readonly ProfileTarget[],
  depth: number,
  points: number,
): ProfileTrace[] {
  return withProfiled(fit, targets, (profiled, reported) => {
    const trace = traceProfile(profiled, depth, points);
    return { ...trace, value: trace.value.map(reported) };
  });
}

/** What is made of a profile; `reported` takes values of what is held to those that the fit reports. */
type UseProfiled<T> = (profiled: Profiled, reported: (value: number) => number) => T;

const AS_HELD = (value: number) => value;

/** Loads the fit's model once for all targets but those that need another. */
function withProfiled<T>(fit: Fit, targets: readonly ProfileTarget[], use: UseProfiled<T>): T[] {
  if (fit.optim.code !== 0) {
    throw new DrmError("bad_option", `profile intervals need a fit that converged: ${fit.optim.message}`);
  }
  if (targets.length === 0) return [];
  const { model, standard } = openFit(fit);
  const locations = model.location.columns;
  const isLocation = ({ weights }: ProfileTarget) => weights.findIndex((weight) => weight !== 0) < locations;
  if (fit.method === "REML" && targets.some(isLocation)) {
    throw new DrmError(
      "not_supported",
      "the restricted likelihood has no profile in the location coefficients",
    );
  }
  if (isMoments(fit.method)) {
    throw new DrmError(
      "not_supported",
      `method "${fit.method}" is of moments: there is no likelihood to profile`,
    );
  }
  return withEngine(standard, (engine) => {
    const best = maximum(engine, fit);
    const thorough = model.rows <= FEW_ROWS;
    return targets.map((target) => {
      const held = heldCorrelation(fit, target);
      if (held !== null) return useHeld(held, thorough, use);
      const { weights, estimate, stdError } = target;
      const useProblem = (problem: HeldProblem) =>
        use({ problem, estimate, stdError, best, thorough }, AS_HELD);
      return isLocation(target)
        ? withHeldLocation(model, weights.indexOf(1), useProblem)
        : useProblem(heldScale(engine, weights.subarray(locations)));
    });
  });
}

function useHeld<T>({ fit, target, reported }: HeldCorrelation, thorough: boolean, use: UseProfiled<T>): T {
  const { model, standard } = openFit(fit);
  return withEngine(standard, (engine) => {
    const { weights, estimate, stdError } = target;
    const problem = heldScale(engine, weights.subarray(model.location.columns));
    return use({ problem, estimate, stdError, best: maximum(engine, fit), thorough }, reported);
  });
}

/** The fit's optimum in the engine's coordinates. */
function maximum(engine: Engine, fit: Fit): HeldPoint {
  const { model, objective } = engine;
  const constant = model.logLikConstant;
  const scale = scaleCoefficients(fit);
  if (objective.size === 0 || scale === null) {
    const { best } = search(engine, { maxEvaluations: MAX_EVALUATIONS, starts: undefined });
    return { logLik: constant - best.value, theta: best.theta };
  }
  const theta = fromCoefficients(model, scale);
  const run = minimise(objective, theta, { maxEvaluations: MAX_EVALUATIONS });
  return { logLik: constant - run.value, theta: run.theta };
}
