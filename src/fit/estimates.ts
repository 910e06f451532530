import type { Frame } from "../frame/frame";
import type { BuiltModel } from "../model/build-model";
import type { Engine } from "./engine";
import type { Search } from "./optimise";
import { convergence } from "./result";
import type { Uncertainty } from "./uncertainty";

/**
 * The numbers of a fit without what it takes to ask it anything more: for very many small fits, which are summarized and
 * forgotten. Arrays are one entry a coefficient, location first, then sigma, sd(group), rho12.
 */
export interface Estimates {
  /** "mu:(Intercept)", "sigma:habitatforest"; the same array for data sets with the same columns in their designs */
  readonly names: readonly string[];
  /** link scale, as `Coefficient.estimate` */
  readonly estimates: Float64Array;
  /** NaN where there is none, as at a boundary */
  readonly stdErrors: Float64Array;
  /** 1 for a coefficient at its boundary */
  readonly atBoundary: Uint8Array;
  readonly logLik: number;
  /** rows used; studies of a bivariate model */
  readonly nobs: number;
  /** 0 converged; 1 not converged; 2 the likelihood is unbounded */
  readonly code: 0 | 1 | 2;
}

export function buildEstimates(
  frame: Frame,
  { model }: BuiltModel,
  engine: Engine,
  { best }: Search,
  { estimates, vcov, atBoundary }: Uncertainty,
): Estimates {
  const k = estimates.length;
  const stdErrors = new Float64Array(k);
  for (let i = 0; i < k; i++) stdErrors[i] = Math.sqrt(vcov[i * k + i]!);
  return {
    names: namesOf(model),
    estimates,
    stdErrors,
    atBoundary,
    logLik: engine.model.logLikConstant - best.value,
    nobs: frame.nrow,
    code: convergence(best),
  };
}

let lastNames: readonly string[] = [];

/** One array serves all the data sets in a row that have the same names. */
function namesOf({ location, scale, sd, rho }: BuiltModel["model"]): readonly string[] {
  let at = 0;
  let same = true;
  const names: string[] = [];
  for (const { designs } of [location, scale, sd, rho]) {
    for (const { key, names: terms } of designs) {
      for (const term of terms) {
        const name = `${key}:${term}`;
        same &&= lastNames[at++] === name;
        names.push(name);
      }
    }
  }
  if (!same || at !== lastNames.length) lastNames = names;
  return lastNames;
}
