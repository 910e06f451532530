import { dparOf, isLocation } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { aic, aicc, bic } from "../inference/information-criteria";
import type { TestStatistic } from "../inference/test-basis";
import { waldTest } from "../inference/wald-test";
import { checkOptions, type OptionKinds } from "../options";
import { orNull } from "./missing";

/** broom's column names, one row for the whole fit. */
export interface Glance {
  /** "gaussian" for one outcome, "biv_gaussian" for two */
  readonly family: Fit["family"];
  /** maximum or restricted maximum likelihood */
  readonly method: Fit["method"];
  /** rows used; studies in a bivariate fit */
  readonly nobs: number;
  /** estimated parameters */
  readonly df: number;
  /**
   * joint test of all moderators of the location, of both outcomes together: QM, or F with a test other than "z"; null
   * without moderators
   */
  readonly statistic: number | null;
  /** of `statistic`; null without moderators */
  readonly "p.value": number | null;
  /** nobs - df */
  readonly "df.residual": number;
  /** log-likelihood (REML: the restricted one) */
  readonly logLik: number;
  /** -2 logLik + 2 df */
  readonly AIC: number;
  /** AIC, corrected for small samples */
  readonly AICc: number;
  /** -2 logLik + log(nobs) df */
  readonly BIC: number;
  /** -2 logLik */
  readonly deviance: number;
  /** whether the search converged */
  readonly converged: boolean;
}

/** How moderators are tested. */
export interface GlanceOptions {
  /** of the moderators: "z" (default), "t", "knha", "adhoc"; after robust() "t" is the default */
  readonly test?: TestStatistic;
}

const GLANCE_OPTIONS: OptionKinds<GlanceOptions> = {
  test: "text",
};

/** Fit statistics as one flat object, ready to become a row of a table of models. Throws what testBasis() throws. */
export function glance(fit: Fit, options: GlanceOptions = {}): Glance {
  requireFit("glance", fit);
  checkOptions("glance", options, GLANCE_OPTIONS);
  const { test } = options;
  const moderators = locationModerators(fit);
  const joint =
    moderators.length === 0
      ? null
      : waldTest(fit, { matrix: moderators, ...(test !== undefined && { test }) });
  return {
    family: fit.family,
    method: fit.method,
    nobs: fit.nobs,
    df: fit.df,
    statistic: joint === null ? null : orNull(joint.statistic),
    "p.value": joint === null ? null : orNull(joint.pValue),
    "df.residual": fit.nobs - fit.df,
    logLik: fit.logLik,
    AIC: aic(fit),
    AICc: aicc(fit),
    BIC: bic(fit),
    deviance: -2 * fit.logLik,
    converged: fit.optim.code === 0,
  };
}

/** A row over all coefficients for each moderator of the location. */
function locationModerators(fit: Fit): Float64Array[] {
  const rows: Float64Array[] = [];
  fit.coefficients.forEach(({ dpar, term }, i) => {
    const design = fit.designs[dpar]!;
    if (!isLocation(dparOf(fit, dpar)) || design.assign[design.names.indexOf(term)] === 0) return;
    rows.push(Float64Array.from(fit.coefficients, (_, j) => (i === j ? 1 : 0)));
  });
  return rows;
}
