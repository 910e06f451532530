import { DrmError, didYouMean } from "../errors";
import type { Coefficient, Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { shown } from "../options";

/**
 * Estimates on the link scale: identity for mu, log-SD for sigma and sd(group), atanh-like for rho12.
 *
 * With a dpar: term -> estimate, `coef(fit, "sigma")["(Intercept)"]`. Without: `"dpar:term"` -> estimate for all, in
 * the order of `vcov(fit)`. A coefficient at its boundary is -Infinity, Infinity or NaN.
 * Throws DrmError("bad_option") for a dpar that the model does not have.
 */
export function coef(fit: Fit, dpar?: string): Record<string, number> {
  requireFit("coef", fit);
  return keyed(fit, dpar, ({ estimate }) => estimate);
}

/**
 * Standard errors on the link scale, keyed as `coef` keys the estimates; NaN where none exists (at a boundary).
 *
 * ML: square roots of the diagonal of the inverse joint observed information. REML: for mu those of
 * (X' Sigma^-1 X)^-1, for the others the restricted likelihood's.
 */
export function standardErrors(fit: Fit, dpar?: string): Record<string, number> {
  requireFit("standardErrors", fit);
  return keyed(fit, dpar, ({ stdError }) => stdError);
}

/** A covariance matrix with its names, plain data. */
export interface NamedMatrix {
  /** `"dpar:term"`, the names of rows and columns alike */
  readonly names: readonly string[];
  /** by row */
  readonly matrix: readonly (readonly number[])[];
}

/**
 * Covariance matrix of the estimates on the link scale. With a dpar, that dpar's block.
 * NaN in the rows and columns of coefficients without a standard error.
 * Throws DrmError("bad_option") for a dpar that the model does not have.
 */
export function vcov(fit: Fit, dpar?: string): NamedMatrix {
  requireFit("vcov", fit);
  const indices = coefficientIndices(fit, dpar);
  const k = fit.coefficients.length;
  return {
    names: indices.map((i) => coefficientName(fit.coefficients[i])),
    matrix: indices.map((i) => indices.map((j) => fit.vcov[i * k + j])),
  };
}

/** The name that a coefficient has in tables and matrices: `mu:habitatforest`. */
export function coefficientName({ dpar, term }: Pick<Coefficient, "dpar" | "term">): string {
  return `${dpar}:${term}`;
}

/** The dpars of the model, estimated or held, location first. */
export function dparKeys(fit: Fit): readonly string[] {
  requireFit("dparKeys", fit);
  const keys = new Set(fit.coefficients.map(({ dpar }) => dpar));
  for (const held of Object.keys(fit.fixed)) keys.add(held);
  return [...keys];
}

/** Positions in `fit.coefficients` of one dpar's coefficients; of all without a dpar. Empty for a held dpar. */
export function coefficientIndices(fit: Fit, dpar?: string): number[] {
  if (dpar !== undefined) requireDpar(fit, dpar);
  const indices: number[] = [];
  fit.coefficients.forEach((coefficient, i) => {
    if (dpar === undefined || coefficient.dpar === dpar) indices.push(i);
  });
  return indices;
}

/** Throws DrmError("bad_option") naming the model's dpars. */
export function requireDpar(fit: Fit, dpar: string): void {
  if (typeof dpar !== "string") {
    throw new DrmError("bad_option", `a dpar is a text such as "mu" or "sigma", not ${shown(dpar)}`);
  }
  const known = dparKeys(fit);
  if (known.includes(dpar)) return;
  throw new DrmError(
    "bad_option",
    `dpar '${dpar}' is not in this model, which has ${known.join(", ")}${didYouMean(dpar, known)}`,
  );
}

function keyed(
  fit: Fit,
  dpar: string | undefined,
  value: (coefficient: Coefficient) => number,
): Record<string, number> {
  const entries = coefficientIndices(fit, dpar).map((i): [string, number] => {
    const coefficient = fit.coefficients[i];
    return [dpar === undefined ? coefficientName(coefficient) : coefficient.term, value(coefficient)];
  });
  return Object.fromEntries(entries);
}
