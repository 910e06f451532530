/** Did the optimizer arrive, and is where it arrived the place? */
import { coefficientName } from "../../inference/coefficients";
import { count, formatFixed, formatSignificant } from "../format";
import { type Check, row } from "./check";

export const optimizerConvergence: Check = ({ optim }) => {
  const value = `code ${optim.code}`;
  if (optim.code === 0) return row("optimizer_convergence", "ok", value, "The optimizer converged.");
  const advice =
    optim.code === 2
      ? "The likelihood has no maximum: simplify the sigma formula, or look for rows that it fits exactly."
      : "Do not report these estimates: simplify the model, rescale moderators, or raise the iteration limit.";
  return row("optimizer_convergence", "warning", value, `Not converged (${optim.message}). ${advice}`);
};

export const optimizerBudget: Check = ({ optim }) => {
  const { evaluations, maxEvaluations, startsTried, code } = optim;
  // the limit is for one start, the count for all of them
  const budget = maxEvaluations * Math.max(1, startsTried);
  const value = `${evaluations} of ${count(budget, "evaluation")}`;
  if (evaluations < (code === 0 ? budget : maxEvaluations)) {
    return row("optimizer_budget", "ok", value, "The optimizer stayed within its budget.");
  }
  return code === 0
    ? row(
        "optimizer_budget",
        "note",
        value,
        "The limit was reached just as the optimizer converged; raise it.",
      )
    : row("optimizer_budget", "warning", value, "The limit stopped the optimizer; raise it and fit again.");
};

export const finiteObjective: Check = ({ logLik }) => {
  const value = formatSignificant(logLik);
  return Number.isFinite(logLik)
    ? row("finite_objective", "ok", value, "The log-likelihood is finite.")
    : row(
        "finite_objective",
        "error",
        value,
        "The log-likelihood is not a number; check yi, vi and moderators.",
      );
};

export const fixedGradient: Check = (fit, { gradientTolerance }) => {
  const { gradient, maxGradient, gradientTolerance: reached } = fit.optim;
  // with many rows the objective itself is only known to some digits: the optimizer's own tolerance grows with it
  const tolerance = Math.max(gradientTolerance, reached);
  const value = formatSignificant(maxGradient);
  if (maxGradient <= tolerance) {
    return row(
      "fixed_gradient",
      "ok",
      value,
      `Largest gradient component within ${formatSignificant(tolerance)}.`,
    );
  }
  let steepest = 0;
  gradient.forEach((slope, i) => {
    // NaN stands at a boundary and never wins
    if (Math.abs(slope) > Math.abs(gradient[steepest]) || Number.isNaN(gradient[steepest])) steepest = i;
  });
  const coefficient = fit.coefficients[steepest];
  const where = coefficient === undefined ? "" : ` at ${coefficientName(coefficient)}`;
  return row(
    "fixed_gradient",
    "warning",
    value,
    `The log-likelihood still slopes${where} (tolerance ${formatSignificant(tolerance)}): refit with more iterations.`,
  );
};

/** Location-scale likelihoods can have several maxima; one that is nearly as high deserves a look. */
export const severalOptima: Check = ({ optim, logLik }) => {
  if (optim.optima.length < 2) return null;
  const gap = logLik - optim.optima[1];
  return row(
    "several_optima",
    "note",
    `${optim.optima.length} optima`,
    `The starts led to different maxima; the best was kept, and the next is ${formatFixed(gap, 3)} log-likelihood ` +
      "units lower. Compare profile intervals before relying on Wald ones.",
  );
};

/** A row without a sampling variance that the mean meets: the likelihood rises there without end as sigma goes to 0. */
export const unboundedElsewhere: Check = ({ optim }) => {
  if (optim.unboundedElsewhere === undefined) return null;
  return row(
    "unbounded_likelihood",
    "note",
    "beside the optimum",
    "A row has no sampling variance, so that the likelihood has no bound where the mean meets it and sigma is 0; what is " +
      'reported is the maximum beside that. Give the row a variance, or use method "REML".',
  );
};
