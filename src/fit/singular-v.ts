import { choleskyFactor } from "../linalg/cholesky";
import { triangle } from "../linalg/triangle";
import type { StandardModel } from "./standard-model";
import { linearPredictor, logSds, type ThetaBlock } from "./theta-blocks";

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
  const { known, logSigmaOffset, v } = model;
  if (known.clusterSizes.length === 0) return false;
  const u = linearPredictor(model, sigma, theta);
  let first = 0;
  let packed = 0;
  for (const size of known.clusterSizes) {
    const vanished: number[] = [];
    for (let a = 0; a < size; a++) {
      const row = known.clusterRows[first + a]!;
      const isHeld = logSigmaOffset[row] === Number.NEGATIVE_INFINITY;
      if (!isHeld && 2 * u[row]! < VANISHED + Math.log(v[row]!)) vanished.push(a);
    }
    if (vanished.length > 1 && isSingular(model, theta, vanished, first, packed)) return true;
    first += size;
    packed += triangle(size);
  }
  return false;
}

/** V + Z G Z' of some rows of a cluster. */
function isSingular(
  model: StandardModel,
  theta: Float64Array,
  members: readonly number[],
  first: number,
  packed: number,
): boolean {
  const { known, random, unit } = model;
  const logOmega = logSds(model, "sd", theta);
  const m = members.length;
  const S = new Float64Array(m * m);
  members.forEach((a, i) => {
    members.slice(0, i + 1).forEach((b, j) => {
      let sum = known.clusterV[packed + triangle(a) + b]! / unit ** 2;
      for (const { index, firstUnit } of random) {
        const level = index[known.clusterRows[first + a]!]!;
        if (level < 0 || level !== index[known.clusterRows[first + b]!]) continue;
        sum += Math.exp(2 * logOmega[firstUnit + level]!);
      }
      S[i * m + j] = sum;
    });
  });
  return choleskyFactor(S, m, S, SINGULAR) === null;
}
