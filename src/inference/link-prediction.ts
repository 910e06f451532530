import type { Fit } from "../fit/fit";
import { valuesByDesignRow } from "../fit/groupings";
import { coefficientIndices } from "./coefficients";
import { combine, combinedCoefficients } from "./linear-combination";
import { linkOf } from "./links";
import type { PredictionRows } from "./new-data";
import type { TestBasis } from "./test-basis";

/** Arrays are one per row. */
export interface LinkPrediction {
  readonly eta: Float64Array;
  readonly stdError: Float64Array;
  /** Infinity is the normal distribution */
  readonly df: Float64Array;
}

/**
 * Linear predictor of an estimated dpar, with standard error and degrees of freedom by a test basis, for the given rows of
 * its design, offset included. Cost O(n k^2); O(clusters k^2) more for each different row after CR2 robust errors.
 */
export function linkPrediction(
  fit: Fit,
  dpar: string,
  rows: PredictionRows,
  basis: TestBasis,
): LinkPrediction {
  const { values, nrow, offset } = rows;
  const indices = coefficientIndices(fit, dpar);
  const coefficients = combinedCoefficients(fit, basis, indices);
  const eta = new Float64Array(nrow);
  const stdError = new Float64Array(nrow);
  const df = new Float64Array(nrow);
  const weights = new Float64Array(indices.length);
  for (let i = 0; i < nrow; i++) {
    for (let j = 0; j < weights.length; j++) weights[j] = values[j * nrow + i]!;
    const found = combine(coefficients, weights, offset?.[i] ?? 0);
    eta[i] = found.estimate;
    stdError[i] = found.stdError;
    df[i] = found.df;
  }
  takeKnownRows(fit, dpar, rows, eta);
  return { eta, stdError, df };
}

/**
 * With sigma ~ habitat and the reference habitat at its boundary, another habitat's log-SD is -Inf + Inf: the
 * coefficients no longer say what it is, but a row of the fit with the same design does.
 */
function takeKnownRows(fit: Fit, dpar: string, { values, nrow }: PredictionRows, eta: Float64Array): void {
  const known = fit.designs[dpar];
  // one per row, or one per level for sd(group), as the rows of the design are
  const response = valuesByDesignRow(fit, dpar);
  if (response === undefined || response.length !== known.nrow) return;
  if (!fit.coefficients.some((coefficient) => coefficient.dpar === dpar && coefficient.atBoundary)) return;
  for (let i = 0; i < nrow; i++) {
    if (!Number.isNaN(eta[i]) || Number.isNaN(values[i])) continue;
    for (let r = 0; r < known.nrow && Number.isNaN(eta[i]); r++) {
      const same = known.names.every((_, j) => known.values[j * known.nrow + r] === values[j * nrow + i]);
      if (same) eta[i] = linkOf(fit, dpar).link(response[r]);
    }
  }
}
