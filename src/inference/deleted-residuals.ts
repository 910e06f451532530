import { scratch } from "../data/doubles";
import { type LocationPrecision, locationCovariance } from "../fit/location-precision";
import { choleskyFactor } from "../linalg/cholesky";
import { choleskySolve } from "../linalg/solve";
import type { Model } from "../model/model";

export interface DeletedResiduals {
  /** one an observation that was left out */
  readonly studentized: Float64Array;
  /** r' C^-1 r; NaN when C is singular */
  readonly chiSquared: number;
}

/**
 * Residuals of observations from a fit without them,
 *
 *   r = y - X b(-),   C = Sigma(-) + X A(-)^-1 X',   studentized r_i / sqrt(C_ii),
 *
 * with Sigma(-) the marginal covariance of the left-out observations at the parameters of that fit.
 *
 * @param estimates coefficients of the fit without them, location first
 * @param covariance Sigma(-), m x m
 */
export function deletedResiduals(
  { y, rows, location }: Model,
  members: readonly number[],
  estimates: Float64Array,
  precision: LocationPrecision,
  covariance: Float64Array,
): DeletedResiduals {
  const m = members.length;
  const design = members.map((i) => {
    const x = scratch(location.columns);
    for (let j = 0; j < x.length; j++) x[j] = location.values[j * rows + i];
    return x;
  });
  const residual = scratch(m);
  members.forEach((i, a) => {
    residual[a] = design[a].reduce((rest, x, j) => rest - x * estimates[j], y[i]);
  });
  const C = covariance.slice();
  for (let a = 0; a < m; a++) {
    for (let b = 0; b <= a; b++) {
      const shared = locationCovariance(precision, design[a], design[b]);
      C[a * m + b] += shared;
      if (a !== b) C[b * m + a] += shared;
    }
  }
  const studentized = residual.map((r, a) => r / Math.sqrt(C[a * m + a]));
  const L = choleskyFactor(C, m);
  if (L === null) return { studentized, chiSquared: Number.NaN };
  const solved = choleskySolve(L, m, residual);
  return { studentized, chiSquared: residual.reduce((sum, r, a) => sum + r * solved[a], 0) };
}
