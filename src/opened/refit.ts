import { scratch } from "../data/doubles";
import { DrmError } from "../errors";
import { correlationOf, locationsOf } from "../fit/dpars";
import { type Engine, withEngine } from "../fit/engine";
import type { Fit } from "../fit/fit";
import { type LocationPrecision, locationPrecision } from "../fit/location-precision";
import { MAX_EVALUATIONS, search } from "../fit/optimise";
import type { Optimum } from "../fit/optimum";
import { settle } from "../fit/settle";
import { standardModel } from "../fit/standard-model";
import { uncertainty } from "../fit/uncertainty";
import { ranked } from "../model/build-model";
import { checkLevels, checkMethod, checkRandomEffects } from "../model/check-model";
import { blockOfKind, type Model } from "../model/model";
import { checkMultipliers } from "../model/multipliers";
import { multipliersOf } from "../model/terms/terms";
import { fromCoefficients, toCoefficients } from "./scale-coefficients";

/** What a model fitted again says. Coefficients are the user's, location first, as in Fit. Its arrays are scratch: not to be kept. */
export interface Refit {
  readonly logLik: number;
  readonly converged: boolean;
  readonly unbounded: boolean;
  readonly estimates: Float64Array;
  /** NaN for a coefficient without one */
  readonly stdErrors: Float64Array;
  /** of the estimates, k x k, row-major */
  readonly vcov: Float64Array;
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
export function refit(model: Model, options: RefitOptions): Refit {
  return withEngine(standardModel(model), (engine) => refitOn(engine, options));
}

/** The same of the model that an engine has. */
export function refitOn(engine: Engine, { near, starts }: RefitOptions): Refit {
  const options = { maxEvaluations: MAX_EVALUATIONS, starts, thorough: true };
  const first = search(engine, {
    ...options,
    near: near === null ? null : fromCoefficients(engine.model, near),
  });
  // far from where it started, a search may be lost
  const lost = !first.best.converged && near !== null;
  const { best } = lost ? search(engine, { ...options, starts: undefined }) : first;
  return result(engine, best);
}

function result(engine: Engine, found: Optimum): Refit {
  const { best, isThere } = settle(engine, found);
  if (!isThere) {
    throw new DrmError("not_positive_definite", "the covariance of the effect sizes is singular");
  }
  const { estimates, vcov, atBoundary } = uncertainty(engine, best, scratch);
  const k = estimates.length;
  const stdErrors = scratch(k);
  for (let i = 0; i < k; i++) stdErrors[i] = Math.sqrt(vcov[i * k + i]!);
  return {
    logLik: engine.model.logLikConstant - best.value,
    converged: best.converged,
    unbounded: best.unbounded,
    estimates,
    stdErrors,
    vcov,
    atBoundary,
    location: locationPrecision(engine),
    scale: toCoefficients(engine.model, best.theta),
  };
}

/** What the checks of a model ask of the fit that it is of; `nobs` and `weights` are of the rows that the model has. */
type Estimated = Pick<Fit, "dpars" | "nobs" | "weights">;

/**
 * A model of a fit's, after the checks that building it from data makes.
 * @throws DrmError when it does not determine its parameters
 */
export function estimable(model: Model, of: Estimated): Model {
  const { weights, nobs } = of;
  locationsOf(of).forEach(({ key }, outcome) => {
    if (hasRows(model, outcome)) return;
    throw new DrmError("no_rows", `no row is left to estimate ${key} from`);
  });
  ranked(model.location, weights);
  ranked(blockOfKind(model, "phi").block, weights);
  ranked(blockOfKind(model, "sigma").block, weights);
  checkLevels(model);
  ranked(blockOfKind(model, "rho").block, weights);
  const correlation = correlationOf(of);
  if (correlation !== null && model.pairs.length === 0) {
    throw new DrmError("bad_data", `no row has both outcomes, so ${correlation.key} cannot be estimated`);
  }
  if (multipliersOf(model).length > 0) checkMultipliers(model);
  checkRandomEffects(model, nobs);
  checkMethod(model);
  return model;
}

/** Whether some observation of an outcome counts. */
function hasRows({ rows, outcomes, weights }: Model, outcome: number): boolean {
  for (let i = 0; i < rows; i++) {
    if ((outcomes === null || outcomes.outcome[i] === outcome) && weights?.[i] !== 0) return true;
  }
  return false;
}
