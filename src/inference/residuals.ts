import { DrmError } from "../errors";
import { withEngine } from "../fit/engine";
import type { Fit } from "../fit/fit";
import { leverages } from "../fit/leverage";
import { spreadsAt } from "../fit/marginal-covariance";
import { requireFit } from "../fit/require-fit";
import { openFit } from "../opened/open-fit";
import { fromCoefficients, scaleCoefficients } from "../opened/scale-coefficients";
import { totalVariances } from "../opened/term-variances";
import { checkOptions, type OptionKinds } from "../options";
import { deletedResiduals } from "./deleted-residuals";
import { eachDeletion } from "./deletions";
import { type BivariateFit, outcomesOf, type UnivariateFit } from "./outcomes";

type ResidualType = "response" | "pearson" | "rstandard" | "rstudent";
const TYPES: readonly ResidualType[] = ["response", "pearson", "rstandard", "rstudent"];

/** Which residuals are wanted. */
export interface ResidualOptions {
  /** default "response"; the others are divided by an SD */
  readonly type?: "response" | "pearson" | "rstandard" | "rstudent";
}
const RESIDUAL_OPTIONS: OptionKinds<ResidualOptions> = {
  type: "text",
};

/** Residuals of two outcomes, one a row used. */
export interface BivariateResiduals {
  /** of the first outcome; NaN where a study lacks it */
  readonly mu1: Float64Array;
  /** of the second outcome; NaN where a study lacks it */
  readonly mu2: Float64Array;
}

/**
 * Residuals, one per row used; `{ mu1, mu2 }` for a bivariate fit, NaN where a study lacks the outcome. `type`:
 *
 *   response    r_i = y_i - mu_i (default)
 *   pearson     r_i / sqrt(S_ii),   S_ii = v_i + sigma_i^2 + omega_j^2
 *   rstandard   r_i / sqrt(((I - H) S (I - H)')_ii): internally standardized
 *   rstudent    (y_i - x_i b(-i)) / sqrt(S_ii(-i) + x_i (X'S^-1 X)(-i)^-1 x_i'): studentized deleted; the row (the study,
 *               with two outcomes) is left out and the model fitted again, one refit a row
 *
 * with v the known sampling variance, omega_j the study-level SDs of the row's groups, and H = X (X'S^-1 X)^-1 X'S^-1
 * the hat matrix. mu does not include the predicted random effects. rstandard and rstudent are metafor's, but for a row that
 * alone determines its fitted value, as with a dummy of its own and errors of its own: its residual is 0 whatever the data,
 * and its rstandard NaN. rstudent is NaN for a row without which the model cannot be estimated (influence() says why).
 *
 * @throws DrmError "bad_option" for an unknown type, and "rstudent" of a fit that did not converge
 */
export function residuals(fit: UnivariateFit, options?: ResidualOptions): Float64Array;
export function residuals(fit: BivariateFit, options?: ResidualOptions): BivariateResiduals;
export function residuals(fit: Fit, options?: ResidualOptions): Float64Array | BivariateResiduals;
export function residuals(fit: Fit, options: ResidualOptions = {}): Float64Array | BivariateResiduals {
  requireFit("residuals", fit);
  checkOptions("residuals", options, RESIDUAL_OPTIONS);
  const { type = "response" } = options;
  if (!TYPES.includes(type)) {
    throw new DrmError(
      "bad_option",
      `type '${String(type)}': residuals are ${TYPES.map((one) => `"${one}"`).join(", ")}`,
    );
  }
  const columns = type === "rstudent" ? byOutcome(fit, studentized(fit)) : rawResiduals(fit);
  if (type === "pearson" || type === "rstandard") {
    const variances = type === "pearson" ? marginal(fit) : byOutcome(fit, leveragesOf(fit).residualVariance);
    columns.forEach((values, o) => {
      values.forEach((r, i) => {
        // a residual that is 0 whatever the data, but for rounding, has no size in standard errors
        values[i] = variances[o][i] === 0 ? Number.NaN : r / Math.sqrt(variances[o][i]);
      });
    });
  }
  return shaped(fit, columns);
}

/**
 * Leverages: the diagonal of H = X (X'S^-1 X)^-1 X'S^-1, the weight of each effect size in its own fitted value. They add
 * up to the number of location coefficients. One per row used; `{ mu1, mu2 }` for a bivariate fit, NaN where a study
 * lacks the outcome. With likelihood weights S is the covariance that they imply.
 */
export function hatvalues(fit: UnivariateFit): Float64Array;
export function hatvalues(fit: BivariateFit): BivariateResiduals;
export function hatvalues(fit: Fit): Float64Array | BivariateResiduals;
export function hatvalues(fit: Fit): Float64Array | BivariateResiduals {
  requireFit("hatvalues", fit);
  return shaped(fit, byOutcome(fit, leveragesOf(fit).hat));
}

function shaped(fit: Fit, [first, second]: readonly Float64Array[]): Float64Array | BivariateResiduals {
  return fit.family === "gaussian" ? first : { mu1: first, mu2: second };
}

function rawResiduals(fit: Fit): Float64Array[] {
  return outcomesOf(fit).map(({ location }) => {
    const mu = fit.fitted[location];
    return fit.response[location].values.map((value, i) => value - mu[i]);
  });
}

function marginal(fit: Fit): Float64Array[] {
  return outcomesOf(fit).map((outcome) => totalVariances(fit, outcome));
}

/** One value an observation, as one array of rows an outcome; NaN where a study lacks the outcome. */
function byOutcome(fit: Fit, values: Float64Array): Float64Array[] {
  const { outcomes } = openFit(fit).model;
  if (outcomes === null) return [values];
  const out = outcomesOf(fit).map(() => new Float64Array(fit.nobs).fill(Number.NaN));
  values.forEach((value, k) => {
    out[outcomes.outcome[k]][outcomes.frameRow[k]] = value;
  });
  return out;
}

function leveragesOf(fit: Fit) {
  const { standard, theta } = openFit(fit);
  return withEngine(standard, (engine) => leverages(engine, theta));
}

/** By observation. */
function studentized(fit: Fit): Float64Array {
  const { model, standard, covariance } = openFit(fit);
  const rows = Array.from(fit.rows, (row, i) => ({ label: String(row + 1), members: [i] }));
  const out = new Float64Array(model.rows).fill(Number.NaN);
  eachDeletion(fit, rows, scaleCoefficients(fit), {}, ({ left, refit, status }) => {
    if (refit === null || status === "not converged") return;
    const sigma = covariance(left, spreadsAt(standard, fromCoefficients(standard, refit.scale)));
    const deleted = deletedResiduals(model, left, refit.estimates, refit.location, sigma);
    left.forEach((i, a) => {
      out[i] = deleted.studentized[a];
    });
  });
  return out;
}
