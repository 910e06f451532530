import type { GroupDesign } from "../design/group-design";
import { checkRank, checkWeightedRank } from "../design/rank";
import { DrmError } from "../errors";
import { checkRandomIntercepts, checkRestricted } from "../model/check-model";
import type { Model } from "../model/model";
import { correlationOf, locationsOf, sigmaOf } from "./dpars";
import { createEngine, type Engine } from "./engine";
import { type LocationPrecision, locationPrecision } from "./location-precision";
import { type FitInputs, modelOf } from "./model-of-fit";
import { search } from "./optimise";
import type { Optimum } from "./optimum";
import { fromCoefficients, toCoefficients } from "./reopen";
import { standardModel } from "./standard-model";
import { uncertainty } from "./uncertainty";

/** What a model fitted again says. Coefficients are the user's, location first, as in Fit. */
export interface Refit {
  readonly logLik: number;
  readonly converged: boolean;
  readonly unbounded: boolean;
  readonly estimates: Float64Array;
  /** NaN for a coefficient without one */
  readonly stdErrors: Float64Array;
  readonly atBoundary: Uint8Array;
  readonly location: LocationPrecision;
  /** of sigma, sd(group) and rho12: the point itself, huge but finite where the estimates are infinite */
  readonly scale: Float64Array;
}

export interface RefitOptions {
  /** scale coefficients near which the optimum is sought; null where none are known */
  readonly near: Float64Array | null;
  /** Newton runs at most, the one from `near` included */
  readonly starts: number;
}

const MAX_EVALUATIONS = 200;

/**
 * Fits the model of some inputs to its optimum.
 * @throws DrmError when the inputs do not determine the model
 */
export function refit(inputs: FitInputs, { near, starts }: RefitOptions): Refit {
  const model = estimable(inputs);
  const engine = createEngine(standardModel(model));
  try {
    const options = { maxEvaluations: MAX_EVALUATIONS, starts, thorough: true };
    const first = search(engine, {
      ...options,
      near: near === null ? null : fromCoefficients(engine.model, near),
    });
    // far from where it started, a search may be lost
    const lost = !first.best.converged && near !== null;
    const { best } = lost ? search(engine, { ...options, starts: undefined }) : first;
    return result(engine, best);
  } finally {
    engine.dispose();
  }
}

function result(engine: Engine, best: Optimum): Refit {
  if (!engine.settleAt(best.theta)) {
    throw new DrmError("not_positive_definite", "the covariance of the effect sizes is singular");
  }
  const { estimates, vcov, atBoundary } = uncertainty(engine, best);
  const k = estimates.length;
  return {
    logLik: engine.model.logLikConstant - best.value,
    converged: best.converged,
    unbounded: best.unbounded,
    estimates: estimates.slice(),
    stdErrors: estimates.map((_, i) => Math.sqrt(vcov[i * k + i]!)),
    atBoundary,
    location: locationPrecision(engine),
    scale: toCoefficients(engine.model, best.theta),
  };
}

/** The model, after the checks that building it from data makes. */
function estimable(inputs: FitInputs): Model {
  const { designs, weights, response, nobs, fixed } = inputs;
  for (const [key, { values }] of Object.entries(response)) {
    if (!values.some((y, i) => !Number.isNaN(y) && weights?.[i] !== 0)) {
      throw new DrmError("no_rows", `no row is left to estimate ${key} from`);
    }
  }
  const groups = new Set((inputs.random ?? []).map(({ dpar }) => dpar));
  for (const [key, design] of Object.entries(designs)) {
    if (groups.has(key)) checkGroups(key, design as GroupDesign);
    else checkWeightedRank(design, weights);
  }
  const model = modelOf(inputs);
  const correlation = correlationOf(inputs);
  if (correlation !== null && model.pairs.length === 0) {
    throw new DrmError("bad_data", `no row has both outcomes, so ${correlation.key} cannot be estimated`);
  }
  const sigmas = locationsOf(inputs).map(({ outcome }) => sigmaOf(inputs, outcome));
  const estimated = sigmas.some(({ key }) => fixed[key] === undefined);
  checkRandomIntercepts(model, sigmas, estimated, nobs);
  checkRestricted(model);
  return model;
}

function checkGroups(key: string, design: GroupDesign): void {
  if (design.levels.length < 2) {
    throw new DrmError("bad_factor", `one level is left, so ${key} cannot be estimated`);
  }
  checkRank(design);
}
