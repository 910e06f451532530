import { DrmError } from "../errors";
import { correlations } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { requireDpar } from "./coefficients";
import { type BivariateFit, outcomesOf, type UnivariateFit } from "./outcomes";

/**
 * Fitted values of a dpar on its response scale, one per row used: the mean (offset included) for mu, the SD of the
 * extra heterogeneity for sigma, the correlation for rho12. Default "mu"; a bivariate fit has no default, and NaN where
 * a study lacks the outcome (for rho12, one of the two).
 * Throws DrmError("bad_option") for a dpar that the model does not have.
 */
export function fitted(fit: Fit, dpar = "mu"): Float64Array {
  requireFit("fitted", fit);
  const values = typeof dpar === "string" && Object.hasOwn(fit.fitted, dpar) ? fit.fitted[dpar] : undefined;
  // copies: a fit keeps its own numbers to itself
  if (values !== undefined) return values.slice();
  requireDpar(fit, dpar);
  const rows = Object.keys(fit.fitted).join(", ");
  throw new DrmError("bad_option", `'${dpar}' has no value per row; fitted() has ${rows}`);
}

/** The fitted heterogeneity SDs of two outcomes, one a row used. */
export interface BivariateSigma {
  /** SDs of the first outcome, response scale; NaN where a study lacks it */
  readonly sigma1: Float64Array;
  /** SDs of the second outcome, response scale; NaN where a study lacks it */
  readonly sigma2: Float64Array;
}

/**
 * SD of the extra heterogeneity (the meta-analyst's tau), response scale, one per row used; 0 where it is at its
 * boundary. `{ sigma1, sigma2 }` for a bivariate fit, NaN where a study lacks the outcome.
 */
export function sigma(fit: UnivariateFit): Float64Array;
export function sigma(fit: BivariateFit): BivariateSigma;
export function sigma(fit: Fit): Float64Array | BivariateSigma;
export function sigma(fit: Fit): Float64Array | BivariateSigma {
  requireFit("sigma", fit);
  const [sigma1, sigma2] = outcomesOf(fit).map(({ scale }) => fit.fitted[scale].slice());
  return sigma2 === undefined ? sigma1 : { sigma1, sigma2 };
}

/**
 * Residual correlation of the two outcomes, one per study, between -1 and 1: how their true effects go together across
 * studies once the moderators and the known sampling correlation in V are accounted for. NaN where a study lacks an
 * outcome.
 * Throws DrmError("bad_option") for a univariate fit.
 */
export function rho12(fit: Fit): Float64Array {
  requireFit("rho12", fit);
  const rho = correlations(fit);
  if (rho !== null) return rho.slice();
  const why =
    outcomesOf(fit).length === 1
      ? "rho12() needs a bivariate fit; this one has a single outcome"
      : "with a sigma held at 0 there is no residual correlation";
  throw new DrmError("bad_option", why);
}
