import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { coefficientTarget, profileTraces } from "../opened/profile";
import type { ProfileTrace } from "../opened/profile-trace";
import { checkOptions, type OptionKinds } from "../options";
import { coefficientTable, hasProfile, positionOf } from "./coefficient-table";
import { type ConfintOptions, requireProfiles, selectRows } from "./confint";
import { criticalValue } from "./level";

/** Which coefficients are profiled, and how far. */
export interface ProfileOptions {
  /** a dpar ("sigma"), a coefficient ("mu:duration"), or several of them; default all that have a profile */
  readonly parm?: ConfintOptions["parm"];
  /** the profile is drawn between its limits at this confidence level, default 0.99 */
  readonly level?: number;
  /** values at equal distances, default 21; the estimate is one more */
  readonly points?: number;
}

const PROFILE_OPTIONS: OptionKinds<ProfileOptions> = {
  parm: "texts",
  level: "number",
  points: "number",
};

/** The profile likelihood of a coefficient. */
export interface Profile extends ProfileTrace {
  /** the distributional parameter of the coefficient */
  readonly dpar: string;
  /** "(Intercept)", "habitatforest", ... */
  readonly term: string;
  /** link scale; an infinity at a boundary */
  readonly estimate: number;
}

const MOST_POINTS = 1000;

/**
 * Profile likelihoods as data, one per coefficient, for plots and to see whether an interval can be trusted: two maxima,
 * a side that levels off, a curve that is no parabola (as R's profile(), and metafor's for tau^2):
 *
 *   deviance(x) = 2 (logLik - max of the log-likelihood with the coefficient held at x)
 *
 * `signedRoot` is the square root of the deviance with the sign of x - estimate (Bates and Watts 1988). The confidence
 * interval at a level is where it is between -z and z, or the deviance below the chi-squared quantile. Values are on the link scale: exp() of a log-SD is an SD. On
 * a side where the profile levels off before its limit, it is shown twice as far as on the other.
 *
 * Of a REML fit the restricted likelihood is profiled, and the location coefficients, which it does not depend on, are
 * left out.
 *
 * @throws DrmError "bad_option" for an unknown parm, a level or number of points out of range, or a fit that did not
 *   converge; "not_supported" for a location coefficient named in a REML fit
 */
export function profile(fit: Fit, options: ProfileOptions = {}): Profile[] {
  requireFit("profile", fit);
  checkOptions("profile", options, PROFILE_OPTIONS);
  const { parm, level = 0.99, points = 21 } = options;
  if (!(Number.isInteger(points) && points >= 2 && points <= MOST_POINTS)) {
    throw new DrmError("bad_option", `points = ${points}: a whole number from 2 to ${MOST_POINTS} is needed`);
  }
  const selected = selectRows(coefficientTable(fit, level), parm);
  if (parm !== undefined) requireProfiles(fit, selected);
  const rows = selected.filter((row) => hasProfile(fit, row));
  const targets = rows.map((row) => coefficientTarget(fit, positionOf(fit, row)));
  const traces = profileTraces(fit, targets, criticalValue(level), points);
  return rows.map(({ dpar, term, estimate }, k) => ({ dpar, term, estimate, ...traces[k]! }));
}
