import type { Fit } from "../fit/fit";
import { coefficientIndices } from "../inference/coefficients";
import { testHypothesis } from "../inference/linear-hypothesis";
import { vanishingVariance } from "../inference/robust/cluster-terms";
import type { TestBasis } from "../inference/test-basis";
import { normalCritical } from "../stats/normal";
import { studentTCritical } from "../stats/student-t";

/** The dpar's block of the covariance that the test stands for. */
export function covarianceOf(fit: Fit, dpar: string, { vcov }: TestBasis): number[][] {
  const k = fit.coefficients.length;
  const indices = coefficientIndices(fit, dpar);
  return indices.map((i) => indices.map((j) => vcov[i * k + j]!));
}

export function isSatterthwaite(fit: Fit, dpar: string, { test }: TestBasis): boolean {
  return fit.robust?.type === "CR2" && test === "t" && fit.response[dpar] !== undefined;
}

/** Degrees of freedom of a combination of the dpar's coefficients; NaN where its robust variance is 0. */
export function dfOf(fit: Fit, dpar: string, basis: TestBasis, weights: Float64Array): number {
  const indices = coefficientIndices(fit, dpar);
  if (vanishingVariance(fit, indices)(weights)) return Number.NaN;
  if (isSatterthwaite(fit, dpar, basis)) {
    const row = new Float64Array(fit.coefficients.length);
    indices.forEach((i, j) => {
      row[i] = weights[j]!;
    });
    return testHypothesis(fit, basis, [row], Float64Array.of(0)).ddf ?? Number.POSITIVE_INFINITY;
  }
  return indices.reduce(
    (least, i, j) => (weights[j] === 0 ? least : Math.min(least, basis.df[i]!)),
    Number.POSITIVE_INFINITY,
  );
}

/** Half-width of a central interval in standard errors: of a t distribution, or the normal one for infinite df. */
export function criticalFor(level: number, df: number): number {
  return df === Number.POSITIVE_INFINITY ? normalCritical(level) : studentTCritical(level, df);
}
