import type { Table } from "../data/table";
import { type DataInput, newTable } from "../data/table-from";
import { DrmError } from "../errors";
import { isMultiplicative, phisOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { groupingOf, valuesByDesignRow } from "../fit/groupings";
import { requireFit } from "../fit/require-fit";
import type { Dpar } from "../formula/dpar";
import { fittedKappa } from "../opened/fitted-spreads";
import { trueVariancesAt } from "../opened/term-variances";
import { checkOptions, type OptionKinds } from "../options";
import { count } from "../words";
import { limitsAt } from "./limits";
import { slopesIn } from "./new-slopes";
import { outcomesOf } from "./outcomes";
import { predict } from "./predict";
import type { TestStatistic } from "./test-basis";

/** Of what prediction intervals are wanted. */
export interface PredictionIntervalOptions {
  /** "mu1" or "mu2"; needed with two outcomes */
  readonly dpar?: string;
  /** probability that the interval holds a new study's true effect, default 0.95 */
  readonly level?: number;
  /** of the mean's error and the quantile, as in confint(): "z" (default), "t", "knha", "adhoc"; after robust() "t" */
  readonly test?: TestStatistic;
  /** degrees of freedom of a t quantile instead of those of the test */
  readonly df?: number;
  /** location offset of the new rows, as in predict() */
  readonly offset?: ArrayLike<number>;
  /**
   * sampling variances of new effect sizes, one a row: the interval is then of the effect sizes themselves, not of their true
   * effects. They count as known, or where V is known up to phi as known up to the phi of their rows
   */
  readonly v?: ArrayLike<number>;
}

const PREDICTION_INTERVAL_OPTIONS: OptionKinds<PredictionIntervalOptions> = {
  dpar: "text",
  level: "number",
  df: "number",
  test: "text",
  offset: "numbers",
  v: "numbers",
};

/** Arrays are one per row; NaN where a predictor is missing. */
export interface PredictionInterval {
  /** "mu", or "mu1" and "mu2" */
  readonly dpar: string;
  /** probability that the interval holds */
  readonly level: number;
  /** degrees of freedom of the t quantile; Infinity is the normal one */
  readonly df: Float64Array;
  /** mean */
  readonly estimate: Float64Array;
  /** of the mean */
  readonly stdError: Float64Array;
  /** SD of true effects around the mean, random intercepts included; with `v` of effect sizes */
  readonly heterogeneity: Float64Array;
  /** lower limits, one a row */
  readonly lower: Float64Array;
  /** upper limits, one a row */
  readonly upper: Float64Array;
}

/**
 * Where the true effect of a new study lies, sampling error aside, in new rows or the rows used (Higgins, Thompson and
 * Spiegelhalter 2009, Journal of the Royal Statistical Society A 172, 137-159, section 4):
 *
 *   mu_i -+ q sqrt(se(mu_i)^2 + sigma_i^2 + omega_i^2)
 *
 * sigma_i is the row's own, so that rows with another heterogeneity get intervals of another width, and omega_i^2 is the
 * variance of the random effects of unseen levels, slopes times the row's own column. Where phi multiplies the sampling variances and sigma is held at 0, true
 * effects have no variance and no interval (NaN). With `v` the interval is that of a new effect size, phi_i v_i (v_i where V is known)
 * being added to the variance. The SDs count as known: their errors are not in the interval. The
 * mean, its error and the quantile q are those of predict() with the same `test`: with "t" and "knha" q is of t with
 * k - p degrees of freedom, after CR2 robust errors with Satterthwaite's of the row's mean, as in metafor.
 *
 * @throws DrmError "bad_option" for a dpar that is not a location, a level outside (0, 1), or a df that is not positive;
 *   what predict() throws for new data, and testBasis() for a test
 */
export function predictionInterval(
  fit: Fit,
  newdata?: DataInput,
  options: PredictionIntervalOptions = {},
): PredictionInterval {
  requireFit("predictionInterval", fit);
  checkOptions("predictionInterval", options, PREDICTION_INTERVAL_OPTIONS);
  const { dpar = "mu", level = 0.95, df, offset, test, v } = options;
  const outcomes = outcomesOf(fit);
  const outcome = outcomes.find(({ location }) => location === dpar);
  if (outcome === undefined) {
    const known = outcomes.map(({ location }) => location).join(" or ");
    throw new DrmError("bad_option", `prediction intervals are for ${known}, not '${dpar}'`);
  }
  if (df !== undefined && !(df > 0)) {
    throw new DrmError("bad_option", `df ${df}: degrees of freedom are positive`);
  }
  const limitsOf = limitsAt(level);
  const data = newdata === undefined ? undefined : newTable(newdata);
  const mean = predict(fit, data, { dpar, level, ...(offset && { offset }), ...(test && { test }) });
  const values = ({ key }: Dpar) => valuesOf(fit, data, key);
  const variance = trueVariancesAt(
    fit,
    outcome.number,
    { values, kappa: fittedKappa(fit), slopes: slopesIn(fit, data ?? null) },
    mean.estimate.length,
  );
  if (v !== undefined)
    addErrors(
      variance,
      v,
      phisOf(fit).find(({ outcome: of }) => of === outcome.number),
      values,
    );
  else if (isMultiplicative(fit, outcome.number)) variance.fill(Number.NaN);
  const limits = Array.from(mean.estimate, (estimate, i) =>
    limitsOf({
      estimate,
      stdError: Math.sqrt(mean.stdError[i]! ** 2 + variance[i]!),
      df: df ?? mean.df[i]!,
    }),
  );
  return {
    dpar,
    level,
    df: df === undefined ? mean.df : mean.df.map(() => df),
    estimate: mean.estimate,
    stdError: mean.stdError,
    heterogeneity: variance.map(Math.sqrt),
    lower: Float64Array.from(limits, ({ lower }) => lower),
    upper: Float64Array.from(limits, ({ upper }) => upper),
  };
}

/** In new rows an SD is predicted; in those of the fit, that of random effects is the one of their level. */
function valuesOf(fit: Fit, data: Table | undefined, dpar: string): Float64Array {
  const grouping = data === undefined ? groupingOf(fit, dpar) : null;
  if (grouping === null) return predict(fit, data, { dpar }).estimate;
  const byLevel = valuesByDesignRow(fit, dpar)!;
  return Float64Array.from(grouping.codes, (code) => (code < 0 ? 0 : byLevel[code]!));
}

/** Adds the sampling variances of new effect sizes, times the phi of their rows where there is one. */
function addErrors(
  variance: Float64Array,
  v: ArrayLike<number>,
  phi: Dpar | undefined,
  values: (dpar: Dpar) => Float64Array,
): void {
  if (v.length !== variance.length) {
    throw new DrmError(
      "bad_option",
      `v has ${count(v.length, "value")} for ${count(variance.length, "row")}`,
    );
  }
  const multipliers = phi === undefined ? null : values(phi);
  for (let i = 0; i < variance.length; i++) {
    if (!(v[i]! >= 0))
      throw new DrmError("bad_option", `v[${i + 1}] = ${v[i]}: sampling variances must be >= 0`);
    variance[i]! += (multipliers?.[i] ?? 1) * v[i]!;
  }
}
