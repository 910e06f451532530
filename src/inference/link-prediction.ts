import type { Fit } from "../fit/fit";
import { coefficientIndices } from "./coefficients";
import { type LinearPredictor, linearPredictor } from "./linear-predictor";
import { linkOf } from "./links";
import type { PredictionRows } from "./new-data";
import { vanishingVariance } from "./robust/cluster-terms";
import { covarianceOf, type TestBasis, testBasis } from "./test-basis";

/**
 * Linear predictor of an estimated dpar and its standard error for the given rows of its design, offset included; the
 * covariance of its coefficients is that of the test basis.
 */
export function linkPrediction(
  fit: Fit,
  dpar: string,
  rows: PredictionRows,
  basis: TestBasis = testBasis(fit),
): LinearPredictor {
  const indices = coefficientIndices(fit, dpar);
  const gamma = indices.map((i) => fit.coefficients[i].estimate);
  const found = linearPredictor(rows.values, rows.nrow, gamma, covarianceOf(basis, indices), rows.offset);
  takeKnownRows(fit, dpar, rows, found.eta);
  const vanishes = vanishingVariance(fit, indices);
  for (let i = 0; i < rows.nrow; i++) {
    if (vanishes(indices.map((_at, j) => rows.values[j * rows.nrow + i]!))) found.stdError[i] = 0;
  }
  return found;
}

/**
 * With sigma ~ habitat and the reference habitat at its boundary, another habitat's log-SD is -Inf + Inf: the
 * coefficients no longer say what it is, but a row of the fit with the same design does.
 */
function takeKnownRows(fit: Fit, dpar: string, { values, nrow }: PredictionRows, eta: Float64Array): void {
  const known = fit.designs[dpar];
  // one per row, or one per level for sd(group), as the rows of the design are
  const response = fit.fitted[dpar] ?? fit.random?.find((random) => random.dpar === dpar)?.sd;
  if (response === undefined || response.length !== known.nrow) return;
  if (!fit.coefficients.some((coefficient) => coefficient.dpar === dpar && coefficient.atBoundary)) return;
  for (let i = 0; i < nrow; i++) {
    if (!Number.isNaN(eta[i]) || Number.isNaN(values[i])) continue;
    for (let r = 0; r < known.nrow && Number.isNaN(eta[i]); r++) {
      const same = known.names.every((_, j) => known.values[j * known.nrow + r] === values[j * nrow + i]);
      if (same) eta[i] = linkOf(dpar).link(response[r]);
    }
  }
}
