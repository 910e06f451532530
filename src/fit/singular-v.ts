import { choleskyFactor } from "../linalg/cholesky";
import { termsOf } from "../model/terms/terms";
import { marginalCovariance, spreadsAt } from "./marginal-covariance";
import type { StandardModel } from "./standard-model";
import { linearPredictor, samplingVariances, type ThetaBlock } from "./theta-blocks";

/** sigma^2 beside the known variance: V itself is known to be singular or not only to 1.5e-8. */
const VANISHED = Math.log(1e-10);
const SINGULAR = 1.5e-8;

/**
 * Whether, in some cluster of V, sigma has vanished in rows whose sampling errors cancel in some combination: then only
 * sigma gives that combination a variance, and it would not have come so far down had the combination's residual not
 * been zero. The likelihood has no bound there. Random intercepts that such rows do not share make up for V.
 *
 * Cost: the cube of each cluster that has such rows; nothing for the others.
 */
export function isPerfectInCluster(model: StandardModel, sigma: ThetaBlock, theta: Float64Array): boolean {
  const { V } = model;
  if (V.clusters === 0) return false;
  const v = samplingVariances(model, theta);
  const u = linearPredictor(sigma, theta);
  const hasVanished = (row: number) =>
    sigma.offset[row] !== Number.NEGATIVE_INFINITY && 2 * u[row]! < VANISHED + Math.log(v[row]!);
  let count = 0;
  V.eachTie((_, row) => {
    if (hasVanished(row)) count++;
  });
  if (count < 2) return false;
  let found = false;
  V.eachBlock(({ rows }) => {
    const vanished = found ? [] : Array.from(rows).filter(hasVanished);
    if (vanished.length > 1) found = isSingular(model, theta, vanished);
  });
  return found;
}

/** Sigma without the residual, of some rows of a cluster. */
function isSingular(model: StandardModel, theta: Float64Array, members: readonly number[]): boolean {
  const terms = termsOf(model).filter(({ input }) => input !== "rows" && input !== "pairs");
  const S = marginalCovariance(terms)(members, spreadsAt(model, theta));
  return choleskyFactor(S, members.length, S, SINGULAR) === null;
}
