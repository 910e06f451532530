import { dparOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import type { Dpar } from "../formula/dpar";
import { RHO_BOUND } from "../model/model";

/**
 * How a dpar's linear predictor becomes a value on its response scale:
 *
 *   mu     identity          sigma, sd(group)   exp          rho12   0.999999 tanh
 *   cor(group)   tanh, or of car() the logistic function
 *
 * The factor keeps a fitted correlation matrix positive definite; correlations of random effects have sampling errors beside them.
 */
export interface Link {
  /** identity for means, log for SDs, atanh for the correlation of residuals, fisher and logit for those of random effects */
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
  fisher: {
    name: "fisher",
    response: Math.tanh,
    derivative: (eta) => 1 / Math.cosh(eta) ** 2,
    link: Math.atanh,
  },
  logit: {
    name: "logit",
    response: (eta) => 1 / (1 + Math.exp(-eta)),
    derivative: (eta) => 1 / (2 * Math.cosh(eta / 2)) ** 2,
    link: (rho) => Math.log(rho / (1 - rho)),
  },
};

/** The link of a dpar by its key. */
export function linkOf(fit: Pick<Fit, "dpars">, dpar: string): Link {
  return LINKS[dparOf(fit, dpar).link];
}
