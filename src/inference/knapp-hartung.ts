import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { inverseCrossProduct, leastSquares } from "./least-squares";

export interface KnappHartung {
  /** s^2 */
  readonly factor: number;
  /** (X' W X)^-1 of the location, p x p, row-major, not multiplied by the factor */
  readonly vcov: Float64Array;
}

/**
 * The factor of Knapp and Hartung (2003, Statistics in Medicine 22, 2693-2710), with the location's covariance that it
 * multiplies:
 *
 *   s^2 = (y - X b)' W (y - X b) / (n - p),   W = diag(1 / (v_i + sigma_i^2)),   vcov = s^2 (X' W X)^-1
 *
 * with the sigma_i of the fit, by ML as by REML, moderators of sigma included.
 *
 * @throws DrmError "not_supported" where rows are not independent (two outcomes, random intercepts, covariances in V)
 *   or have likelihood weights; "bad_option" when a row has no variance
 */
export function knappHartung(fit: Fit, residualDf: number): KnappHartung {
  const why = whyNotDefined(fit);
  if (why !== null) {
    const what = `the Knapp-Hartung tests (knha, adhoc) are for one outcome with independent rows, and this fit has ${why}`;
    throw new DrmError("not_supported", `${what}: use test "t", or robust() errors`);
  }
  const { names, nrow, values } = fit.designs.mu!;
  const { values: y, offset } = fit.response.mu!;
  const { variances } = fit.knownV;
  const sigma = fit.fitted.sigma!;
  const root = Float64Array.from({ length: nrow }, (_, i) => Math.hypot(Math.sqrt(variances[i]!), sigma[i]!));
  const certain = root.findIndex((sd) => !(sd > 0));
  if (certain >= 0) {
    const what = `row ${fit.rows[certain]! + 1} has neither sampling variance nor heterogeneity in this fit`;
    throw new DrmError("bad_option", `${what}, so the Knapp-Hartung tests do not exist: use test "t" or "z"`);
  }
  const X = values.map((value, at) => value / root[at % nrow]!);
  const whitened = y.map((value, i) => (value - (offset?.[i] ?? 0)) / root[i]!);
  const { inverseR, residual } = leastSquares(X, whitened, nrow, names.length);
  let squares = 0;
  for (const e of residual) squares += e * e;
  return { factor: squares / residualDf, vcov: inverseCrossProduct(inverseR, names.length) };
}

function whyNotDefined(fit: Fit): string | null {
  if (fit.family !== "gaussian") return "two outcomes";
  if ((fit.random ?? []).length > 0)
    return `random intercepts (${fit.random!.map(({ group }) => group).join(", ")})`;
  if (fit.knownV.clusters > 0) return "a V with covariances";
  return fit.weights === null ? null : "likelihood weights";
}
