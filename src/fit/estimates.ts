import { listOf } from "../data/doubles";
import type { Frame } from "../frame/frame";
import type { BuiltModel } from "../model/build-model";
import { blocksOf } from "../model/model";
import { multipliersOf } from "../model/terms/terms";
import type { Engine } from "./engine";
import type { Search } from "./optimise";
import { convergence, message } from "./result";
import type { Uncertainty } from "./uncertainty";

/**
 * The numbers of a fit without what it takes to ask it anything more: for very many small fits, which are summarized and
 * forgotten. Arrays are one entry a coefficient, location first, then sigma, sd(group), rho12. They are plain arrays: so
 * short, these cost a third of typed ones, and they go into JSON as they are.
 */
export interface Estimates {
  /** the `dpar` and the `term` that each estimate belongs to; the same array for data sets in a row with the same columns in their designs */
  readonly coefficients: readonly { readonly dpar: string; readonly term: string }[];
  /** link scale, as `Coefficient.estimate` */
  readonly estimates: readonly number[];
  /** NaN where there is none, as at a boundary */
  readonly stdErrors: readonly number[];
  /** 1 for a coefficient at its boundary */
  readonly atBoundary: readonly number[];
  /** log-likelihood at the optimum (REML: the restricted one) */
  readonly logLik: number;
  /** rows used; studies of a bivariate model */
  readonly nobs: number;
  /** 0 converged; 1 not converged; 2 the likelihood is unbounded */
  readonly code: 0 | 1 | 2;
  /** how the search ended */
  readonly message: string;
}

export function buildEstimates(
  frame: Frame,
  { model }: BuiltModel,
  engine: Engine,
  found: Search,
  { estimates, vcov, atBoundary }: Uncertainty,
): Estimates {
  const k = estimates.length;
  const stdErrors = new Array<number>(k);
  for (let i = 0; i < k; i++) stdErrors[i] = Math.sqrt(vcov[i * k + i]!);
  return {
    coefficients: coefficientsOf(model),
    estimates: listOf(estimates, 0, k),
    stdErrors,
    atBoundary: listOf(atBoundary, 0, k),
    logLik: engine.model.logLikConstant - found.best.value,
    nobs: frame.nrow,
    code: convergence(found.best),
    message: message(found, multipliersOf(engine.model).length > 0),
  };
}

let last: Estimates["coefficients"] = [];

/** One array serves all the data sets in a row that have the same coefficients. */
function coefficientsOf(model: BuiltModel["model"]): Estimates["coefficients"] {
  const blocks = blocksOf(model);
  let count = 0;
  let same = true;
  for (const { designs } of blocks) {
    for (const { key, names } of designs) {
      for (const name of names) {
        const known = last[count++];
        same &&= known !== undefined && known.term === name && known.dpar === key;
      }
    }
  }
  if (same && count === last.length) return last;
  last = blocks.flatMap(({ designs }) =>
    designs.flatMap(({ key, names }) => names.map((term) => ({ dpar: key, term }))),
  );
  return last;
}
