import { DrmError } from "../errors";
import { dparOf, isCorrelation } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { simulator } from "../inference/simulate";
import { type FitInputs, modelOf } from "../opened/model-of-fit";
import { estimable, type Refit, refit } from "../opened/refit";
import { scaleCoefficients } from "../opened/scale-coefficients";
import { combinations, scaleDpars } from "../report/scale-intervals";
import type { JobError } from "./job";
import { jobError } from "./job-error";

/** Replicates of a parametric bootstrap: numbers `first` to `first + count - 1`. */
export interface ReplicatesMessage {
  readonly fit: Fit;
  readonly seed: number;
  readonly starts: number;
  readonly first: number;
  readonly count: number;
}

/** An SD or a correlation at values of its moderators. */
export interface ScaleValue {
  readonly dpar: string;
  readonly at: Readonly<Record<string, string | number>>;
  /** link scale */
  readonly estimate: number;
}

export interface ReplicatesAnswer {
  readonly scale: readonly ScaleValue[];
  /** by replicate: an entry a coefficient, then one for each of `scale`, link scale; NaN where there is none */
  readonly statistics: Float64Array;
  /** by replicate: what went wrong, null when it converged */
  readonly failures: readonly (string | null)[];
}

/** Simulates responses from the fit and fits its model to each, from its own optimum on. */
export function fitReplicates(message: ReplicatesMessage): {
  answer: ReplicatesAnswer | { readonly error: JobError };
  transfer?: ArrayBuffer[];
} {
  const { fit, seed, starts, first, count } = message;
  let draw: ReturnType<typeof simulator>;
  try {
    draw = simulator(fit, seed);
  } catch (error) {
    return { answer: { error: jobError(error) } };
  }
  const targets = scaleTargets(fit);
  const near = scaleCoefficients(fit);
  const width = fit.coefficients.length + targets.length;
  const statistics = new Float64Array(count * width).fill(Number.NaN);
  const failures = Array.from({ length: count }, (_, i) => {
    try {
      const found = refit(estimable(modelOf(withResponses(fit, draw(first + i))), fit), { near, starts });
      if (found.unbounded) return "the likelihood is unbounded";
      if (!found.converged) return "did not converge";
      statistics.set(found.estimates, i * width);
      statistics.set(predictors(found, targets), i * width + found.estimates.length);
      return null;
    } catch (error) {
      if (error instanceof DrmError) return error.message;
      throw error;
    }
  });
  const scale = targets.map(({ dpar, at, estimate }) => ({ dpar, at, estimate }));
  return { answer: { scale, statistics, failures }, transfer: [statistics.buffer as ArrayBuffer] };
}

interface Target extends ScaleValue {
  readonly isCorrelation: boolean;
  /** one a coefficient of the fit */
  readonly weights: Float64Array;
}

function scaleTargets(fit: Fit): Target[] {
  return scaleDpars(fit, undefined).flatMap((dpar) => {
    const correlates = isCorrelation(dparOf(fit, dpar));
    try {
      return combinations(fit, dpar, null).map(({ at, target }) => ({
        dpar,
        isCorrelation: correlates,
        at,
        ...target,
      }));
    } catch (error) {
      // a numeric moderator has too many values: its coefficients say what there is to say
      if (error instanceof DrmError && error.code === "bad_option") return [];
      throw error;
    }
  });
}

function withResponses(fit: Fit, draws: Readonly<Record<string, Float64Array>>): FitInputs {
  const response = Object.entries(fit.response).map(([key, one]) => [key, { ...one, values: draws[key]! }]);
  return { ...fit, response: Object.fromEntries(response) };
}

/** Beyond this a linear predictor stands for infinity: an SD of exp(-745) is zero. */
const INFINITE = 700;

function predictors({ estimates, scale }: Refit, targets: readonly Target[]): number[] {
  const start = estimates.length - scale.length;
  return targets.map(({ isCorrelation, weights }) => {
    let eta = 0;
    let undefinedPart = false;
    scale.forEach((value, j) => {
      const weight = weights[start + j]!;
      if (weight === 0) return;
      eta += weight * value;
      undefinedPart ||= Number.isNaN(estimates[start + j]!);
    });
    // a correlation between outcomes of which one has no variance; an SD has a limit even where a difference has none
    if (isCorrelation && undefinedPart) return Number.NaN;
    return Math.abs(eta) > INFINITE ? Math.sign(eta) * Number.POSITIVE_INFINITY : eta;
  });
}
