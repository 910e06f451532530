import { dparOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import type { Dpar } from "../formula/dpar";
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
  readonly name: Dpar["link"];
  /** from the link scale to the response scale */
  readonly response: (eta: number) => number;
  /** d response / d eta, for the delta method */
  readonly derivative: (eta: number) => number;
  /** from the response scale to the link scale */
  readonly link: (response: number) => number;
}

const LINKS: Readonly<Record<Dpar["link"], Link>> = {
  identity: { name: "identity", response: (x) => x, derivative: () => 1, link: (x) => x },
  log: { name: "log", response: Math.exp, derivative: Math.exp, link: Math.log },
  atanh: {
    name: "atanh",
    response: (eta) => RHO_BOUND * Math.tanh(eta),
    derivative: (eta) => RHO_BOUND / Math.cosh(eta) ** 2,
    link: (rho) => Math.atanh(rho / RHO_BOUND),
  },
};

/** The link of a dpar by its key. */
export function linkOf(fit: Pick<Fit, "dpars">, dpar: string): Link {
  return LINKS[dparOf(fit, dpar).link];
}
