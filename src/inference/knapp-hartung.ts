import { DrmError } from "../errors";
import { dparOf, effectsName } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { groupingsOf, hasGroupings } from "../fit/groupings";
import { inverseCrossProduct, leastSquares } from "../linalg/least-squares";
import { norm } from "../linalg/vector";
import { errorVariances } from "../opened/term-variances";
import { coefficientIndices } from "./coefficients";
import { outcomesOf } from "./outcomes";
import { residualDf } from "./residual-df";

export interface KnappHartung {
  /** s^2; exactly 0 where the mean fits the effect sizes exactly, up to rounding */
  readonly factor: number;
  /** (X' W X)^-1 of the location, p x p, row-major, not multiplied by the factor */
  readonly vcov: Float64Array;
}

/** Residuals this small beside the terms that they are the rest of are what rounding leaves of 0. */
const ROUNDING = 1e-13;
/** A residual above this share of its terms is not rounding, and nothing else need be asked. */
const CLEAR = 1e-6;

/**
 * The factor of Knapp and Hartung (2003, Statistics in Medicine 22, 2693-2710), with the location's covariance that it
 * multiplies:
 *
 *   s^2 = (y - X b)' W (y - X b) / (n - p),   W = diag(1 / (v_i + sigma_i^2)),   vcov = s^2 (X' W X)^-1
 *
 * with the sigma_i of the fit, by ML as by REML, moderators of sigma included.
 *
 * @param left n - p, the residual degrees of freedom
 * @throws DrmError "not_supported" where rows are not independent (two outcomes, random intercepts, covariances in V)
 *   or have likelihood weights; "bad_option" when a row has no variance
 */
export function knappHartung(fit: Fit, left: number): KnappHartung {
  const why = whyNotDefined(fit);
  if (why !== null) {
    const what = `the Knapp-Hartung tests (knha, adhoc) are for one outcome with independent rows, and this fit has ${why}`;
    throw new DrmError("not_supported", `${what}: use test "t", or robust() errors`);
  }
  const { design, response } = onlyOutcome(fit);
  const { names, nrow, values } = design;
  const { values: y, offset } = response;
  const root = spreads(fit);
  const certain = root.findIndex((sd) => !(sd > 0));
  if (certain >= 0) {
    const what = `row ${fit.rows[certain]! + 1} has neither sampling variance nor heterogeneity in this fit`;
    throw new DrmError("bad_option", `${what}, so the Knapp-Hartung tests do not exist: use test "t" or "z"`);
  }
  const X = values.map((value, at) => value / root[at % nrow]!);
  const whitened = y.map((value, i) => (value - (offset?.[i] ?? 0)) / root[i]!);
  const { inverseR, residual } = leastSquares(X, whitened, nrow, names.length);
  const rest = norm(residual);
  const exact = rest <= ROUNDING * norm(termSizes(fit).map((size, i) => size / root[i]!));
  return { factor: exact ? 0 : rest ** 2 / left, vcov: inverseCrossProduct(inverseR, names.length) };
}

/**
 * Whether the factor is 0, so that the tests know of no error: the effect sizes are on the fitted mean up to rounding, as
 * where all are equal, with residual degrees of freedom left. False where the tests are not defined.
 */
export function factorVanishes(fit: Fit): boolean {
  const left = residualDf(fit);
  if (left < 1 || whyNotDefined(fit) !== null || !spreads(fit).every((sd) => sd > 0)) return false;
  const sizes = termSizes(fit);
  const { response, means } = onlyOutcome(fit);
  const near = (i: number) => Math.abs(response.values[i]! - means[i]!) <= CLEAR * sizes[i]!;
  // of most fits the fitted means tell, without the cost of least squares
  return fit.rows.every((_, i) => near(i)) && knappHartung(fit, left).factor === 0;
}

function onlyOutcome(fit: Fit) {
  const { location, scale } = outcomesOf(fit)[0]!;
  return {
    location,
    design: fit.designs[location]!,
    response: fit.response[location]!,
    means: fit.fitted[location]!,
    sigmas: fit.fitted[scale]!,
  };
}

/** The SD of each row's effect size around its mean. */
function spreads(fit: Fit): Float64Array {
  const variances = errorVariances(fit, outcomesOf(fit)[0]!);
  return onlyOutcome(fit).sigmas.map((sigma, i) => Math.hypot(Math.sqrt(variances[i]!), sigma));
}

/** Of each row, the sum of the absolute terms of y - offset - x'b: what the residual's rounding is relative to. */
function termSizes(fit: Fit): Float64Array {
  const { location, design, response } = onlyOutcome(fit);
  const { nrow, values } = design;
  const { values: y, offset } = response;
  const sizes = y.map((value, i) => Math.abs(value) + Math.abs(offset?.[i] ?? 0));
  coefficientIndices(fit, location).forEach((position, j) => {
    const b = fit.coefficients[position]!.estimate;
    for (let i = 0; i < nrow; i++) sizes[i]! += Math.abs(b * values[j * nrow + i]!);
  });
  return sizes;
}

function whyNotDefined(fit: Fit): string | null {
  if (fit.family !== "gaussian") return "two outcomes";
  if (hasGroupings(fit))
    return `random effects (${groupingsOf(fit)
      .map(({ dpar }) => effectsName(dparOf(fit, dpar)))
      .join(", ")})`;
  if (fit.knownV.clusters > 0) return "a V with covariances";
  return fit.weights === null ? null : "likelihood weights";
}
