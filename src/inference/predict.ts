import type { Table } from "../data/table";
import { type DataInput, newTable } from "../data/table-from";
import { DrmError } from "../errors";
import { dparOf, isLocation } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { checkOptions, type OptionKinds } from "../options";
import { coefficientIndices, dparKeys, requireDpar } from "./coefficients";
import { knownLevelErrors, knownLevels } from "./known-levels";
import { limitsAt } from "./limits";
import { linkPrediction } from "./link-prediction";
import { linkOf } from "./links";
import { fittedRows, newRows } from "./new-data";
import { type TestBasis, type TestStatistic, testBasis } from "./test-basis";

/** What is predicted, and on which scale. */
export interface PredictOptions {
  /** one dpar; default all that have a value per row */
  readonly dpar?: string;
  /** "response" (default): means, SDs, correlations. "link": mean, log-SD, atanh-like */
  readonly type?: "response" | "link";
  /** confidence level of the limits, default 0.95 */
  readonly level?: number;
  /** location offset of the new rows; without it the formula's offset() is evaluated on them */
  readonly offset?: ArrayLike<number>;
  /**
   * "population" (default): the mean over levels of the random intercepts. "known": plus the predicted random
   * effects (BLUPs) of the levels that the rows name, slopes times their column; needs the grouping columns
   */
  readonly groups?: "population" | "known";
  /** of the standard errors and limits, as in confint(): "z" (default), "t", "knha", "adhoc"; after robust() "t" */
  readonly test?: TestStatistic;
}

const PREDICT_OPTIONS: OptionKinds<PredictOptions> = {
  dpar: "text",
  type: "text",
  level: "number",
  offset: "numbers",
  groups: "text",
  test: "text",
};

/** Predictions of one dpar. Arrays are one per row; NaN where a predictor is missing. */
export interface Prediction {
  /** what is predicted: "mu", "sigma", ... */
  readonly dpar: string;
  /** the scale: "response" (means, SDs) or "link" (means, log-SDs) */
  readonly type: "response" | "link";
  /** confidence level of the limits */
  readonly level: number;
  /** one a row, on the scale of `type` */
  readonly estimate: Float64Array;
  /** of `estimate`; on the response scale by the delta method */
  readonly stdError: Float64Array;
  /** degrees of freedom of the limits' t distribution; Infinity is the normal distribution */
  readonly df: Float64Array;
  /** lower confidence limits */
  readonly lower: Float64Array;
  /** upper confidence limits */
  readonly upper: Float64Array;
}

/**
 * Predicted location and scale with standard errors and Wald limits, for the rows used or for new data (rows, columns,
 * an Arrow table or a Table). One `Prediction` with `dpar`, otherwise one per dpar: `predict(fit, data).sigma`.
 *
 *   mu      x'beta + offset          se = sqrt(x' V_beta x)
 *   sigma   exp(w'gamma)  (an SD)    se = sigma sqrt(w' V_gamma w), the delta method
 *   rho12   0.999999 tanh(t'eta)     likewise
 *
 * Limits are computed on the link scale and then transformed. They are for the fitted value itself: they are not
 * prediction intervals for a new study. At a boundary the estimate is the limit (an SD of 0) and has no standard
 * error. A dpar held at a value is that value, with standard error 0. Without new data, an outcome that a study lacks
 * is NaN, as in fitted(); to predict it, give the study as new data.
 *
 * `groups: "known"` adds z'u, the BLUPs of ranef(), to the mean. A level that the fit has not seen, or a missing one,
 * adds its expectation 0 (one that is in the tree or the matrix of its term has a prediction by those it is related to): in `(1 | district/school)` a new school of a known district is the district's mean. Then
 *
 *   mu      x'beta + z'u             se^2 = a' V_beta a + z'(G - G Z' S^-1 Z G) z,   a = x - X' S^-1 Z G z
 *
 * (Henderson 1975), the error of prediction with the SDs taken as known, as in ranef(); NaN where V + R is singular.
 * A name of a tree or a matrix that no row has is predicted by its relatives; where its SD has moderators, by that of the new row.
 * After robust() the standard errors are of the population's means only.
 *
 * Throws DrmError: "bad_option" (dpar, type, level, groups, offset length), "unknown_column", "bad_factor" (an unknown
 * level of a predictor); what testBasis() throws.
 */
export function predict(
  fit: Fit,
  newdata: DataInput | undefined,
  options: PredictOptions & { readonly dpar: string },
): Prediction;
export function predict(
  fit: Fit,
  newdata?: DataInput,
  options?: PredictOptions & { readonly dpar?: undefined },
): Record<string, Prediction>;
export function predict(
  fit: Fit,
  newdata?: DataInput,
  options: PredictOptions = {},
): Prediction | Record<string, Prediction> {
  requireFit("predict", fit);
  checkOptions("predict", options, PREDICT_OPTIONS);
  const { dpar, type = "response", level = 0.95, groups = "population" } = options;
  if (type !== "response" && type !== "link") {
    throw new DrmError("bad_option", `type '${String(type)}': predictions are "response" or "link"`);
  }
  if (groups !== "population" && groups !== "known") {
    throw new DrmError(
      "bad_option",
      `groups '${String(groups)}': means are of the "population" or of "known" groups`,
    );
  }
  const table = newdata === undefined ? null : newTable(newdata);
  const basis = testBasis(fit, options.test);
  if (groups === "known" && fit.robust !== undefined) {
    const what = 'groups: "known" needs the model\'s own errors, and this fit has robust ones';
    throw new DrmError("not_supported", `${what}: predict from the fit without robust()`);
  }
  const { offset } = options;
  const one = (key: string) => predictDpar(fit, key, table, { type, level, groups, offset, basis });
  if (dpar !== undefined) {
    requireDpar(fit, dpar);
    return one(dpar);
  }
  // the predictors of a grouping's SD need not be in the new data
  const perRow = dparKeys(fit).filter((key) => dparOf(fit, key).group === null);
  return Object.fromEntries(perRow.map((key) => [key, one(key)]));
}

interface Wanted {
  readonly groups: "population" | "known";
  readonly type: "response" | "link";
  readonly level: number;
  readonly offset: ArrayLike<number> | undefined;
  readonly basis: TestBasis;
}

function predictDpar(
  fit: Fit,
  dpar: string,
  table: Table | null,
  { type, level, groups, offset, basis }: Wanted,
): Prediction {
  const limitsOf = limitsAt(level);
  const link = linkOf(fit, dpar);
  if (dpar in fit.fixed) {
    const held = type === "response" ? fit.fixed[dpar] : link.link(fit.fixed[dpar]);
    const filled = (value: number) => new Float64Array(table?.nrow ?? fit.nobs).fill(value);
    return {
      dpar,
      type,
      level,
      estimate: filled(held),
      stdError: filled(0),
      df: filled(Number.POSITIVE_INFINITY),
      lower: filled(held),
      upper: filled(held),
    };
  }
  const rows = table === null ? fittedRows(fit, dpar) : newRows(fit, dpar, table, offset);
  const { eta, stdError, df } = linkPrediction(fit, dpar, rows, basis);
  rows.present?.forEach((isPresent, i) => {
    if (isPresent === 0) eta[i] = stdError[i] = Number.NaN;
  });
  const wantsKnown = groups === "known" && isLocation(dparOf(fit, dpar));
  const sdsAt = (key: string) =>
    predictDpar(fit, key, table, { type: "response", level, groups, offset: undefined, basis }).estimate;
  const added = wantsKnown ? knownLevels(fit, dpar, table, sdsAt) : null;
  if (added !== null) {
    const errors = knownLevelErrors(fit, rows.values, coefficientIndices(fit, dpar), added);
    added.levels.forEach((own, i) => {
      eta[i] += added.effect[i];
      if (own.length > 0) stdError[i] = errors[i];
    });
  }
  const lower = new Float64Array(eta.length);
  const upper = new Float64Array(eta.length);
  for (let i = 0; i < eta.length; i++) {
    const limits = limitsOf({ estimate: eta[i], stdError: stdError[i], df: df[i] });
    lower[i] = limits.lower;
    upper[i] = limits.upper;
  }
  if (type === "link") return { dpar, type, level, estimate: eta, stdError, df, lower, upper };
  return {
    dpar,
    type,
    level,
    estimate: eta.map(link.response),
    stdError: stdError.map((se, i) => link.derivative(eta[i]) * se),
    df,
    lower: lower.map(link.response),
    upper: upper.map(link.response),
  };
}
