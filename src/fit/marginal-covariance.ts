import { scratch, unfilled } from "../data/doubles";
import { RHO_BOUND } from "../model/model";
import type { Spreads, VarianceTerm } from "../model/terms/term";
import { termsOf } from "../model/terms/terms";
import type { StandardModel } from "./standard-model";
import { blockOf, linearPredictor } from "./theta-blocks";

/** Fitted multipliers, SDs and correlations at some theta, in the user's units. Not to be kept. */
export function spreadsAt(model: StandardModel, theta: Float64Array): Spreads {
  const { unit } = model;
  return {
    phi: linearPredictor(blockOf(model, "phi"), theta).map((log) => Math.exp(2 * log)),
    sigma: sds(linearPredictor(blockOf(model, "sigma"), theta), unit),
    omega: sds(linearPredictor(blockOf(model, "sd"), theta), unit),
    kappa: linearPredictor(blockOf(model, "cor"), theta),
    rho: linearPredictor(blockOf(model, "rho"), theta).map((eta) => RHO_BOUND * Math.tanh(eta)),
  };
}

function sds(logs: Float64Array, unit: number): Float64Array {
  const out = unfilled(logs.length);
  for (let i = 0; i < logs.length; i++) out[i] = unit * Math.exp(logs[i]!);
  return out;
}

/** The diagonal of Sigma. */
export function marginalVariances(model: StandardModel, spreads: Spreads): Float64Array {
  const out = new Float64Array(model.rows);
  for (const term of termsOf(model)) term.addVariances(spreads, out);
  return out;
}

const NONE = new Float64Array(0);

/** Of each row what its random effects give it, in the model's unit; null of a model without them. Scratch: not to be kept. */
export function effectVariances(model: StandardModel, theta: Float64Array): Float64Array | null {
  const { random } = model;
  if (random.length === 0) return null;
  const out = scratch(model.rows);
  const omega = sds(linearPredictor(blockOf(model, "sd"), theta), 1);
  const kappa = linearPredictor(blockOf(model, "cor"), theta);
  for (const term of random) term.addVariances({ phi: NONE, sigma: NONE, omega, kappa, rho: NONE }, out);
  return out;
}

/** By level, the variance of what its observations say of its effect, where theirs are `variances`. */
export function levelErrors(model: StandardModel, variances: Float64Array): Float64Array {
  const out = new Float64Array(blockOf(model, "sd").basis.rows);
  for (const term of model.random) term.setErrors(variances, out);
  return out;
}

/** Of each row given its levels: its diagonal of V (or D V D), and sigma^2. */
export function rowVariances(model: StandardModel, spreads: Spreads): Float64Array {
  const out = new Float64Array(model.rows);
  for (const term of termsOf({ ...model, random: [] })) term.addVariances(spreads, out);
  return out;
}

/** Marginal covariances of a few observations, m x m, row-major, at some spreads. */
export type MarginalCovariance = (members: ArrayLike<number>, spreads: Spreads) => Float64Array;

/** Sigma block by block, the sum over the terms. */
export function marginalCovariance(terms: readonly VarianceTerm[]): MarginalCovariance {
  return (members, spreads) => {
    const m = members.length;
    const out = new Float64Array(m * m);
    for (const term of terms) term.addCovariances(members, spreads, out);
    for (let a = 0; a < m; a++) for (let b = 0; b < a; b++) out[b * m + a] = out[a * m + b]!;
    return out;
  };
}
