import type { GroupDesign } from "../design/group-design";
import { checkRank } from "../design/rank";
import { DrmError } from "../errors";
import { correlationOf, locationsOf, sigmaOf } from "../fit/dpars";
import { type Engine, withEngine } from "../fit/engine";
import { type LocationPrecision, locationPrecision } from "../fit/location-precision";
import { MAX_EVALUATIONS, search } from "../fit/optimise";
import type { Optimum } from "../fit/optimum";
import { standardModel } from "../fit/standard-model";
import { uncertainty } from "../fit/uncertainty";
import { ranked } from "../model/build-model";
import { checkRandomIntercepts, checkRestricted } from "../model/check-model";
import { blockOfKind, type Model } from "../model/model";
import { checkMultipliers } from "../model/multipliers";
import { multipliersOf } from "../model/terms/terms";
import { type FitInputs, modelOf } from "./model-of-fit";
import { fromCoefficients, toCoefficients } from "./scale-coefficients";

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

/**
 * Fits a model to its optimum.
 * @throws DrmError where the covariance there is singular
 */
export function refit(model: Model, { near, starts }: RefitOptions): Refit {
  return withEngine(standardModel(model), (engine) => {
    const options = { maxEvaluations: MAX_EVALUATIONS, starts, thorough: true };
    const first = search(engine, {
      ...options,
      near: near === null ? null : fromCoefficients(engine.model, near),
    });
    // far from where it started, a search may be lost
    const lost = !first.best.converged && near !== null;
    const { best } = lost ? search(engine, { ...options, starts: undefined }) : first;
    return result(engine, best);
  });
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
    location: kept(locationPrecision(engine)),
    scale: toCoefficients(engine.model, best.theta),
  };
}

/** T is the model's, which may be scratch. */
function kept({ L, T, p, unit }: LocationPrecision): LocationPrecision {
  return { L, T: T.slice(), p, unit };
}

/**
 * The model of some inputs, after the checks that building it from data makes.
 * @throws DrmError when the inputs do not determine the model
 */
export function estimableModel(inputs: FitInputs): Model {
  const { weights, response, nobs, fixed } = inputs;
  for (const [key, { values }] of Object.entries(response)) {
    if (!values.some((y, i) => !Number.isNaN(y) && weights?.[i] !== 0)) {
      throw new DrmError("no_rows", `no row is left to estimate ${key} from`);
    }
  }
  const model = modelOf(inputs);
  ranked(model.location, weights);
  ranked(blockOfKind(model, "phi"), weights);
  ranked(blockOfKind(model, "sigma"), weights);
  for (const { dpar, design } of model.random) checkGroups(dpar.key, design);
  ranked(blockOfKind(model, "rho"), weights);
  const correlation = correlationOf(inputs);
  if (correlation !== null && model.pairs.length === 0) {
    throw new DrmError("bad_data", `no row has both outcomes, so ${correlation.key} cannot be estimated`);
  }
  const sigmas = locationsOf(inputs).map(({ outcome }) => sigmaOf(inputs, outcome));
  if (multipliersOf(model).length > 0) checkMultipliers(model);
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
