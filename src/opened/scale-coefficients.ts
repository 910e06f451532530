import { toOriginal } from "../design/basis";
import type { Fit } from "../fit/fit";
import type { StandardModel } from "../fit/standard-model";
import { thetaBlocks } from "../fit/theta-blocks";
import { solveUpper } from "../linalg/solve";

/**
 * Of sigma, sd(group) and rho12, in the order of the fit, and of correlations of random effects the parameters that they are computed
 * from; null when one is at its boundary and has no value.
 */
export function scaleCoefficients({
  coefficients,
  response,
  correlated = [],
}: Pick<Fit, "coefficients" | "response" | "correlated">): Float64Array | null {
  const scale = coefficients.filter(({ dpar }) => !Object.hasOwn(response, dpar));
  if (scale.some(({ estimate, atBoundary }) => atBoundary || !Number.isFinite(estimate))) return null;
  const out = Float64Array.from(scale, ({ estimate }) => estimate);
  for (const { dpar, kappa } of correlated) {
    // a covariance can be singular though each correlation is a number
    if (kappa.some((value) => !(Math.abs(value) < AT_END))) return null;
    out.set(
      kappa,
      scale.findIndex((one) => one.dpar === dpar),
    );
  }
  return out;
}

/** From 20 on nothing changes in double precision: a parameter beyond this is at its end. */
const AT_END = 100;

/** theta from the coefficients of sigma, sd(group) and rho12 in the user's columns. */
export function fromCoefficients(model: StandardModel, coefficients: ArrayLike<number>): Float64Array {
  const theta = new Float64Array(coefficients.length);
  for (let k = 0; k < theta.length; k++) theta[k] = coefficients[k]!;
  for (const { basis, start } of thetaBlocks(model))
    solveUpper(basis.toOriginal, basis.columns, theta, start);
  return theta;
}

/** The inverse of fromCoefficients(). At the edge of the parameter space coefficients are huge but finite. */
export function toCoefficients(model: StandardModel, theta: Float64Array): Float64Array {
  const out = new Float64Array(theta.length);
  for (const { basis, start } of thetaBlocks(model)) {
    out.set(toOriginal(basis, theta, start), start);
  }
  return out;
}
