import { RHO_BOUND } from "../model/model";

/**
 * How a dpar's linear predictor becomes a value on its response scale:
 *
 *   mu     identity          sigma, sd(group)   exp          rho12   0.999999 tanh
 *
 * The factor keeps a fitted correlation matrix positive definite.
 */
export interface Link {
  /** identity for means, log for SDs, atanh for the correlation */
  readonly name: "identity" | "log" | "atanh";
  /** from the link scale to the response scale */
  readonly response: (eta: number) => number;
  /** d response / d eta, for the delta method */
  readonly derivative: (eta: number) => number;
  /** from the response scale to the link scale */
  readonly link: (response: number) => number;
}

const IDENTITY: Link = { name: "identity", response: (x) => x, derivative: () => 1, link: (x) => x };
const LOG: Link = { name: "log", response: Math.exp, derivative: Math.exp, link: Math.log };
const ATANH: Link = {
  name: "atanh",
  response: (eta) => RHO_BOUND * Math.tanh(eta),
  derivative: (eta) => RHO_BOUND / Math.cosh(eta) ** 2,
  link: (rho) => Math.atanh(rho / RHO_BOUND),
};

/** The link of a dpar by its key. */
export function linkOf(dpar: string): Link {
  if (dpar.startsWith("mu")) return IDENTITY;
  return dpar === "rho12" ? ATANH : LOG;
}
