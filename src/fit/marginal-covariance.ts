import { scratch } from "../data/doubles";
import { RHO_BOUND } from "../model/model";
import type { StandardModel } from "./standard-model";
import { linearPredictor, logSds, thetaBlocks } from "./theta-blocks";

/** Fitted SDs and correlations at some theta, in the user's units. Not to be kept. */
export interface Spreads {
  /** by observation */
  readonly sigma: Float64Array;
  /** by level, all random intercepts one after the other */
  readonly omega: Float64Array;
  /** by study with two outcomes */
  readonly rho: Float64Array;
}

export function spreadsAt(model: StandardModel, theta: Float64Array): Spreads {
  const { unit, pairs } = model;
  const rho = thetaBlocks(model).find(({ kind }) => kind === "rho");
  return {
    sigma: sds(logSds(model, "sigma", theta), unit),
    omega: sds(logSds(model, "sd", theta), unit),
    rho:
      rho === undefined
        ? scratch(pairs.length / 2)
        : linearPredictor(model, rho, theta).map((eta) => RHO_BOUND * Math.tanh(eta)),
  };
}

function sds(logs: Float64Array, unit: number): Float64Array {
  const out = scratch(logs.length);
  for (let i = 0; i < logs.length; i++) out[i] = unit * Math.exp(logs[i]!);
  return out;
}

/** Marginal variances V_ii + sigma_i^2 + the omega^2 of the observation's levels. */
export function marginalVariances({ V, random }: StandardModel, { sigma, omega }: Spreads): Float64Array {
  const out = V.variances.map((v, i) => v + sigma[i]! ** 2);
  for (const { index, firstUnit } of random) {
    for (let i = 0; i < out.length; i++) {
      if (index[i]! >= 0) out[i]! += omega[firstUnit + index[i]!]! ** 2;
    }
  }
  return out;
}

/** Marginal covariances of a few observations, m x m, row-major, at some spreads. */
export type MarginalCovariance = (members: ArrayLike<number>, spreads: Spreads) => Float64Array;

/**
 * Sigma = V + R + Z G Z' block by block: what is returned finds the covariance of any two observations in O(random
 * intercepts). Building it costs O(rows).
 */
export function marginalCovariance({ rows, V, random, pairs }: StandardModel): MarginalCovariance {
  const pairOf = new Int32Array(rows).fill(-1);
  pairs.forEach((row, at) => {
    pairOf[row] = at >> 1;
  });

  return (members, { sigma, omega, rho }) => {
    const m = members.length;
    const out = new Float64Array(m * m);
    for (let a = 0; a < m; a++) {
      const i = members[a]!;
      for (let b = 0; b <= a; b++) {
        const k = members[b]!;
        let sum = V.at(i, k);
        if (i === k) sum += sigma[i]! ** 2;
        else if (pairOf[i]! >= 0 && pairOf[i] === pairOf[k]) sum += rho[pairOf[i]!]! * sigma[i]! * sigma[k]!;
        for (const { index, firstUnit } of random) {
          if (index[i]! >= 0 && index[i] === index[k]) sum += omega[firstUnit + index[i]!]! ** 2;
        }
        out[a * m + b] = sum;
        out[b * m + a] = sum;
      }
    }
    return out;
  };
}
