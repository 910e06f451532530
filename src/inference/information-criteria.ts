import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { residualDf } from "./residual-df";

/**
 * Log-likelihood at the optimum (its supremum when a parameter is at its boundary), constants included. For REML it is
 * the restricted one with + log|X'X| / 2, as metafor reports it.
 */
export function logLik(fit: Fit): number {
  requireFit("logLik", fit);
  return fit.logLik;
}

/** Number of estimated parameters: mu, sigma, sd(group) and rho12 together, under REML too. */
export function df(fit: Fit): number {
  requireFit("df", fit);
  return fit.df;
}

/** Rows used; studies in a bivariate fit. Rows of zero weight count. */
export function nobs(fit: Fit): number {
  requireFit("nobs", fit);
  return fit.nobs;
}

/** Akaike's criterion, -2 logLik + 2 df. */
export function aic(fit: Fit): number {
  requireFit("aic", fit);
  return -2 * fit.logLik + 2 * fit.df;
}

/** Bayesian (Schwarz) criterion, -2 logLik + log(n) df, with n of `informationSize`. */
export function bic(fit: Fit): number {
  requireFit("bic", fit);
  return -2 * fit.logLik + Math.log(informationSize(fit)) * fit.df;
}

/**
 * AIC corrected for few rows (Hurvich and Tsai 1989): -2 logLik + 2 df n / (n - df - 1), with n of `informationSize`
 * but at least df + 2, so that a saturated model gets a large finite value (metafor's convention).
 */
export function aicc(fit: Fit): number {
  requireFit("aicc", fit);
  const n = Math.max(informationSize(fit), fit.df + 2);
  return -2 * fit.logLik + (2 * fit.df * n) / (n - fit.df - 1);
}

/** The formulas as given. */
export function formulas(fit: Fit): readonly string[] {
  requireFit("formulas", fit);
  return [...fit.formulas];
}

/**
 * The n of BIC and AICc. ML: nobs. REML: the number of error contrasts, observed effect sizes minus location
 * coefficients, which in a bivariate fit counts both outcomes of a study.
 */
function informationSize(fit: Fit): number {
  return fit.method === "REML" ? residualDf(fit) : fit.nobs;
}
