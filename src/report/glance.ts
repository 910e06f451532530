import type { Fit } from "../fit/fit";
import { aic, aicc, bic } from "../inference/information-criteria";

/** broom's column names, one row for the whole fit. */
export interface Glance {
  readonly family: Fit["family"];
  readonly method: Fit["method"];
  /** rows used; studies in a bivariate fit */
  readonly nobs: number;
  /** estimated parameters */
  readonly df: number;
  /** nobs - df */
  readonly "df.residual": number;
  readonly logLik: number;
  readonly AIC: number;
  readonly AICc: number;
  readonly BIC: number;
  /** -2 logLik */
  readonly deviance: number;
  readonly converged: boolean;
}

/** Fit statistics as one flat object, ready to become a row of a table of models. */
export function glance(fit: Fit): Glance {
  return {
    family: fit.family,
    method: fit.method,
    nobs: fit.nobs,
    df: fit.df,
    "df.residual": fit.nobs - fit.df,
    logLik: fit.logLik,
    AIC: aic(fit),
    AICc: aicc(fit),
    BIC: bic(fit),
    deviance: -2 * fit.logLik,
    converged: fit.optim.code === 0,
  };
}
