import { sdsOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { groupingOf } from "../fit/groupings";
import { coefficientIndices } from "../inference/coefficients";
import { linkOf } from "../inference/links";
import type { Outcome } from "../inference/outcomes";
import { predict } from "../inference/predict";
import type { LimitsMethod } from "../inference/scale-limits";
import { scaleLimits } from "../inference/scale-limits";
import type { ProfileTarget } from "../opened/profile";
import type { ProfileStatus } from "../opened/profile-limits";

/** Limits of a group's heterogeneity; NaN where there are none. */
export interface HeterogeneityLimits {
  /** lower limit of tau^2, a variance */
  readonly tau2Lower: number;
  /** upper limit of tau^2, a variance */
  readonly tau2Upper: number;
  /** lower limit of tau, an SD */
  readonly tauLower: number;
  /** upper limit of tau, an SD */
  readonly tauUpper: number;
  /** lower limit of I^2, in percent */
  readonly i2Lower: number;
  /** upper limit of I^2, in percent */
  readonly i2Upper: number;
  /** lower limit of H^2, a ratio */
  readonly h2Lower: number;
  /** upper limit of H^2, a ratio */
  readonly h2Upper: number;
  /** of profile limits only: whether both were found, and which of them is at the boundary */
  readonly status?: ProfileStatus;
}

/** The heterogeneity of some rows as one log-SD, w'gamma, beside a variance that is held. */
export interface OneSd {
  readonly target: ProfileTarget;
  readonly dpar: string;
  readonly held: number;
}

/**
 * The one estimated SD that makes up the heterogeneity of some rows; null where it is a sum of several, or has moderators
 * that differ between the rows: a likelihood has no profile in such a sum.
 */
export function oneSd(fit: Fit, { number }: Outcome, members: readonly number[]): OneSd | null {
  const dpars = sdsOf(fit, number).map(({ key }) => key);
  const estimated = dpars.filter((dpar) => fit.designs[dpar] !== undefined);
  if (estimated.length !== 1 || members.length === 0) return null;
  const dpar = estimated[0]!;
  const grouping = groupingOf(fit, dpar);
  const places = grouping === null ? members : members.map((i) => grouping.codes[i]!);
  const { values, nrow, names } = fit.designs[dpar]!;
  const first = places[0]!;
  const constant = names.every((_, j) =>
    places.every((place) => values[j * nrow + place] === values[j * nrow + first]),
  );
  if (!constant || first < 0) return null;
  const weights = new Float64Array(fit.coefficients.length);
  coefficientIndices(fit, dpar).forEach((position, j) => {
    weights[position] = values[j * nrow + first]!;
  });
  const { estimate, stdError } = predict(fit, undefined, { dpar, type: "link" });
  const held = dpars.reduce((sum, one) => sum + (fit.fixed[one] ?? 0) ** 2, 0);
  return { dpar, held, target: { weights, estimate: estimate[first]!, stdError: stdError[first]! } };
}

/**
 * Limits of tau2 from those of its SD, and of I2 and H2 from those of tau2, beside the sampling variance s2 that counts as
 * known (as metafor's confint() has them):
 *
 *   I2 = 100 tau2 / (tau2 + s2),   H2 = (tau2 + s2) / s2
 */
export function heterogeneityLimits(
  fit: Fit,
  groups: readonly { readonly sd: OneSd | null; readonly typicalVariance: number }[],
  level: number,
  method: LimitsMethod,
): HeterogeneityLimits[] {
  const known = groups.flatMap(({ sd }) => (sd === null ? [] : [sd]));
  const found = scaleLimits(
    fit,
    known.map(({ target }) => target),
    level,
    method,
  );
  return groups.map(({ sd, typicalVariance: s2 }) => {
    if (sd === null) return limits(Number.NaN, Number.NaN, s2);
    const { lower, upper, status } = found[known.indexOf(sd)]!;
    const tau2 = (eta: number) => sd.held + linkOf(fit, sd.dpar).response(eta) ** 2;
    return { ...limits(tau2(lower), tau2(upper), s2), ...(status !== undefined && { status }) };
  });
}

/** Where there is nothing to have limits of. */
export const NO_LIMITS: HeterogeneityLimits = limits(Number.NaN, Number.NaN, Number.NaN);

function limits(lower: number, upper: number, s2: number): HeterogeneityLimits {
  const i2 = (tau2: number) => (tau2 === Number.POSITIVE_INFINITY ? 100 : (100 * tau2) / (tau2 + s2));
  const h2 = (tau2: number) => (tau2 + s2) / s2;
  return {
    tau2Lower: lower,
    tau2Upper: upper,
    tauLower: Math.sqrt(lower),
    tauUpper: Math.sqrt(upper),
    i2Lower: i2(lower),
    i2Upper: i2(upper),
    h2Lower: h2(lower),
    h2Upper: h2(upper),
  };
}
