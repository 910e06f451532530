import { DrmError, didYouMean } from "../errors";
import { isSd } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { checkArgument, checkOptions, type OptionKinds } from "../options";
import { coefficientTable, type IntervalMethod, type IntervalStatus, withProfile } from "./coefficient-table";

/** A ratio of SDs, and of variances, with limits: the exponential of a coefficient of a log-SD. */
export interface SdRatio {
  /** "sigma", "sd(study)", ... */
  readonly dpar: string;
  /** the coefficient */
  readonly term: string;
  /** exp(estimate): how many times larger the SD is per unit of the moderator, or against the reference level */
  readonly sdRatio: number;
  /** lower confidence limit of `sdRatio` */
  readonly sdLower: number;
  /** upper confidence limit of `sdRatio` */
  readonly sdUpper: number;
  /** the same for the variance, exp(2 estimate) */
  readonly varianceRatio: number;
  /** lower confidence limit of `varianceRatio` */
  readonly varianceLower: number;
  /** upper confidence limit of `varianceRatio` */
  readonly varianceUpper: number;
  /** confidence level of the limits */
  readonly level: number;
  /** profile intervals only: whether both limits were found, and which of them is infinite */
  readonly status?: IntervalStatus;
}

/** Of which parameter a ratio of SDs is wanted, and with which limits. */
export interface SdRatioOptions {
  /** "sigma" (default when there is one), "sigma1", "sd(study)", ... */
  readonly dpar?: string;
  /** default 0.95 */
  readonly level?: number;
  /** default "wald"; "profile" for likelihood-ratio limits */
  readonly method?: IntervalMethod;
}

const SD_RATIO_OPTIONS: OptionKinds<SdRatioOptions> = {
  dpar: "text",
  level: "number",
  method: "text",
};

/**
 * A coefficient of a scale formula as a ratio of SDs and of variances, with limits transformed from the log-SD scale.
 * Throws DrmError("bad_option") when the dpar has no such term, or is not on a log-SD scale, and what confint() throws
 * for a profile.
 */
export function sdRatio(fit: Fit, term: string, options: SdRatioOptions = {}): SdRatio {
  requireFit("sdRatio", fit);
  checkOptions("sdRatio", options, SD_RATIO_OPTIONS);
  checkArgument("sdRatio", "term", term, "text");
  const { dpar = "sigma", level = 0.95, method = "wald" } = options;
  // of a dpar that the model lacks it is said below that there is no formula for it
  if (fit.dpars.some((one) => one.key === dpar && !isSd(one))) {
    throw new DrmError("bad_option", `sdRatio() is for SDs (sigma or sd(group)); '${dpar}' is not one`);
  }
  if (method !== "wald" && method !== "profile") {
    throw new DrmError("bad_option", `method '${String(method)}': intervals are "wald" or "profile"`);
  }
  const rows = coefficientTable(fit, level).filter((row) => row.dpar === dpar);
  const row = rows.find((candidate) => candidate.term === term);
  if (row === undefined) {
    const terms = rows.map((candidate) => candidate.term);
    const known = terms.length === 0 ? `there is no formula for ${dpar}` : `${dpar} has ${terms.join(", ")}`;
    throw new DrmError("bad_option", `no term '${term}': ${known}${didYouMean(term, terms)}`);
  }
  const [{ estimate, lower, upper, status }] = method === "wald" ? [row] : withProfile(fit, [row], level);
  return {
    dpar,
    term,
    sdRatio: Math.exp(estimate),
    sdLower: Math.exp(lower),
    sdUpper: Math.exp(upper),
    varianceRatio: Math.exp(2 * estimate),
    varianceLower: Math.exp(2 * lower),
    varianceUpper: Math.exp(2 * upper),
    level,
    ...(status !== undefined && { status }),
  };
}
