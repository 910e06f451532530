/** Does every coefficient have a standard error worth printing? */
import { largest, smallest } from "../../data/range";
import type { Fit } from "../../fit/fit";
import { coefficientName } from "../../inference/coefficients";
import { isMoments } from "../../method";
import { count, formatSignificant } from "../format";
import { type Check, row } from "./check";

/** Both must hold: an SE of 60 is ordinary when effects are measured in hundreds. */
const INFLATED_SE = 50;
const INFLATED_RATIO = 1000;
/** half of the digits of a double are gone */
const ILL_CONDITIONED = 1e10;

export const standardErrorsComputed: Check = (fit) => {
  const { interior, missing } = split(fit);
  const value = `${interior.length - missing.length} of ${fit.coefficients.length}`;
  if (missing.length === 0) {
    return row(
      "standard_errors_computed",
      "ok",
      value,
      isMoments(fit.method)
        ? "Standard errors of the mean are those of generalised least squares, that of sigma of the moments."
        : "Standard errors come from the joint observed information.",
    );
  }
  return row(
    "standard_errors_computed",
    "warning",
    value,
    "The information matrix could not be inverted: the data do not determine every coefficient; simplify the model.",
  );
};

export const hessianPositiveDefinite: Check = ({ method, optim }) => {
  const value = `condition ${formatSignificant(optim.hessianCondition)}`;
  if (isMoments(method)) {
    return row(
      "hessian_positive_definite",
      "ok",
      value,
      "Moments are solved: there is no maximum to look at.",
    );
  }
  return optim.hessianPositiveDefinite
    ? row("hessian_positive_definite", "ok", value, "The log-likelihood curves downward in every direction.")
    : row(
        "hessian_positive_definite",
        "warning",
        value,
        "The log-likelihood is flat or rising in some direction: this is not a maximum, or a formula asks too much of the data.",
      );
};

export const standardErrorsFinite: Check = (fit) => {
  const { interior, missing, atBoundary } = split(fit);
  const errors = interior.map(({ stdError }) => stdError).filter(Number.isFinite);
  const value = errors.length === 0 ? "none" : range(errors);
  if (missing.length > 0) {
    const names = missing.map(coefficientName).join(", ");
    return row(
      "standard_errors_finite",
      "warning",
      value,
      `No standard error for ${names}: do not report a test of it.`,
    );
  }
  if (atBoundary.length > 0) {
    const names = atBoundary.map(coefficientName).join(", ");
    return row(
      "standard_errors_finite",
      "note",
      value,
      `None for ${names}, which lies at its boundary; the other standard errors are given that it does.`,
    );
  }
  return row("standard_errors_finite", "ok", value, "All standard errors are finite.");
};

export const standardErrorsInflated: Check = (fit) => {
  const finite = split(fit).interior.filter(({ stdError }) => Number.isFinite(stdError));
  const sorted = finite.map(({ stdError }) => stdError).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const inflated = finite.filter(
    ({ stdError }) => stdError >= INFLATED_SE && stdError >= INFLATED_RATIO * median,
  );
  if (inflated.length > 0) {
    const names = inflated.map(coefficientName).join(", ");
    const largest = formatSignificant(sorted[sorted.length - 1]);
    const message = `The data say next to nothing about ${names}; drop the term, or merge levels with few rows.`;
    return row("standard_errors_inflated", "note", largest, message);
  }
  // the ratio needs a sound coefficient to compare with; a two-parameter fit may have none
  const { hessianCondition } = fit.optim;
  if (!(hessianCondition > ILL_CONDITIONED)) return null;
  return row(
    "standard_errors_inflated",
    "note",
    `condition ${formatSignificant(hessianCondition)}`,
    `Some combination of ${count(fit.coefficients.length, "coefficient")} is hardly determined; look for nearly ` +
      "collinear moderators, or a scale parameter running to zero.",
  );
};

function split({ coefficients }: Fit) {
  const interior = coefficients.filter(({ atBoundary }) => !atBoundary);
  return {
    interior,
    atBoundary: coefficients.filter(({ atBoundary }) => atBoundary),
    missing: interior.filter(({ stdError }) => !Number.isFinite(stdError)),
  };
}

function range(values: readonly number[]): string {
  return `${formatSignificant(smallest(values))} to ${formatSignificant(largest(values))}`;
}
