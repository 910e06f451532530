import { DrmError } from "../errors";
import { locationsOf, sigmaOf } from "../fit/dpars";
import type { Fit } from "../index";
import { count } from "../words";

/** The effect sizes of a fit and what is known of their errors, one a row used. */
export interface Effects {
  readonly yi: Float64Array;
  /** sampling variances */
  readonly vi: Float64Array;
  /** what a reader has to know of these data before using a method that takes rows as independent and alike */
  readonly notes: readonly string[];
}

/** Fewer studies than this say little about small-study effects (Sterne et al. 2011, BMJ 343, d4002: ten). */
const FEW = 10;

/**
 * Effect sizes and sampling variances of a fit of one outcome, for `caller`, a method for independent effect sizes.
 *
 * @throws DrmError "not_supported" for two outcomes and for likelihood weights; "bad_known_v" without meta_V() or with a
 *   sampling variance of 0
 */
export function effectsOf(caller: string, fit: Fit): Effects {
  if (fit.family !== "gaussian") {
    throw new DrmError(
      "not_supported",
      `${caller}() is for one outcome: fit the outcomes one at a time, each with its own meta_V(V = ...)`,
    );
  }
  if (fit.weights !== null) {
    throw new DrmError(
      "not_supported",
      `${caller}() has no meaning with likelihood weights: fit without them`,
    );
  }
  if (fit.knownV.kind === "none") {
    throw new DrmError(
      "bad_known_v",
      `${caller}() needs sampling variances: add + meta_V(V = vi) to the formula of the mean`,
    );
  }
  const vi = fit.knownV.variances;
  const exact = vi.findIndex((v) => !(v > 0));
  if (exact >= 0) {
    throw new DrmError(
      "bad_known_v",
      `${caller}() needs a sampling variance above 0 in every row: that of row ${fit.rows[exact]! + 1} is ${vi[exact]}`,
    );
  }
  const { values, offset } = partsOf(fit).response;
  return { yi: offset === null ? values : values.map((y, i) => y - offset[i]!), vi, notes: notesOf(fit) };
}

/**
 * The same for a method that estimates one mean.
 *
 * @throws DrmError "not_supported" for a mean with moderators, and what effectsOf() throws
 */
export function singleMean(caller: string, fit: Fit): Effects {
  const terms = partsOf(fit).mean.names;
  if (terms.length !== 1 || terms[0] !== "(Intercept)") {
    throw new DrmError(
      "not_supported",
      `${caller}() is for a mean without moderators (yi ~ 1 + meta_V(V = vi)); smallStudy(fit) takes any mean`,
    );
  }
  return effectsOf(caller, fit);
}

function notesOf(fit: Fit): string[] {
  const notes: string[] = [];
  if (isTied(fit)) {
    notes.push(
      "effect sizes of a study depend on each other here, and this method takes all rows as independent: its p-value is too small",
    );
  }
  if (fit.nobs < FEW)
    notes.push(`${count(fit.nobs, "effect size")}: with fewer than ${FEW} this says little`);
  return notes;
}

/** Whether some effect sizes depend on each other, by random effects or by V. */
export function isTied({ random, knownV }: Fit): boolean {
  return (random !== undefined && random.length > 0) || knownV.largestCluster > 1;
}

/** Of a fit of one outcome: response, mean and sigma, with the design of sigma null where it is held. */
export function partsOf(fit: Fit) {
  const [location] = locationsOf(fit);
  const scale = sigmaOf(fit, location!.outcome);
  return {
    response: fit.response[location!.key]!,
    mean: fit.designs[location!.key]!,
    means: fit.fitted[location!.key]!,
    scale: fit.designs[scale.key] ?? null,
    sigmas: fit.fitted[scale.key]!,
    heldSigma: fit.fixed[scale.key] ?? null,
  };
}
