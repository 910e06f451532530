import type { Fit } from "../fit/fit";
import { covarianceOf } from "../fit/known-covariance";
import { isMoments } from "../method";
import { type ProfileTarget, profileIntervals } from "../opened/profile";
import { profileSeconds } from "../opened/profile-cost";
import type { ProfileInterval, ProfileStatus } from "../opened/profile-limits";
import type { IntervalMethod } from "./coefficient-table";
import { criticalValue } from "./level";
import { type Limits, limitsAt } from "./limits";

/** What profiles may take, s, before Wald limits have to do. */
const PATIENCE = 1;
/** A table of more SDs than this is not profiled unasked. */
const MOST_SDS = 20;

const methods = new WeakMap<Fit, IntervalMethod>();

/** How limits were found; the profile of a method of moments is that of Q (fit/moments.ts). */
export type LimitsMethod = IntervalMethod | "Q-profile";

/**
 * How the limits of SDs and correlations are found where nobody says: by profile likelihood, or Wald's where the profiles of
 * the fit's SDs would take over a second, by the count of profileSeconds(), and where there are none, in a fit that did not
 * converge. Words, tables and plots of a fit decide alike.
 *
 * @param wanted what somebody says
 */
export function scaleMethod(fit: Fit, sds = 1, wanted: IntervalMethod = cheapMethod(fit, sds)): LimitsMethod {
  return wanted === "profile" && isMoments(fit.method) ? "Q-profile" : wanted;
}

function cheapMethod(fit: Fit, sds: number): IntervalMethod {
  // a fit saved without the covariances of V cannot be fitted again
  if (fit.optim.code !== 0 || sds > MOST_SDS || covarianceOf(fit.knownV) === null) return "wald";
  let method = methods.get(fit);
  if (method === undefined) {
    const scales = fit.coefficients.filter(({ dpar }) => fit.response[dpar] === undefined).length;
    method = scales * profileSeconds(fit) <= PATIENCE ? "profile" : "wald";
    methods.set(fit, method);
  }
  return method;
}

export interface ScaleLimits extends Limits {
  /** of a profile: whether both limits were found, and which of them is at the boundary */
  readonly status?: ProfileStatus;
}

/** Profiles found before: a report, a table and a plot ask for the same ones. */
const profiles = new WeakMap<Fit, Map<string, ProfileInterval>>();

/**
 * Limits of linear combinations of the coefficients of sigma, sd(group) or rho12, link scale: the profile's, or
 * estimate -+ z SE.
 *
 * @throws DrmError "bad_option" for a level outside (0, 1), or a profile of a fit that did not converge
 */
export function scaleLimits(
  fit: Fit,
  targets: readonly ProfileTarget[],
  level: number,
  method: LimitsMethod,
): ScaleLimits[] {
  const limitsOf = limitsAt(level);
  const wald = (target: ProfileTarget) => limitsOf({ ...target, df: Number.POSITIVE_INFINITY });
  if (method === "wald") return targets.map(wald);
  const known = profiles.get(fit) ?? new Map<string, ProfileInterval>();
  profiles.set(fit, known);
  const keyOf = ({ weights }: ProfileTarget) => `${level} ${weights.join()}`;
  // where every moderator is 0 and there is no intercept, the SD is 1 whatever the coefficients
  const isMoving = ({ weights }: ProfileTarget) => weights.some((weight) => weight !== 0);
  const missing = targets.filter((target) => isMoving(target) && !known.has(keyOf(target)));
  profileIntervals(fit, missing, criticalValue(level)).forEach((interval, k) => {
    known.set(keyOf(missing[k]!), interval);
  });
  return targets.map((target) => (isMoving(target) ? known.get(keyOf(target))! : wald(target)));
}
