import { BlockCovariance } from "../../covariance/block-covariance";
import type { Model } from "../model";
import { Known } from "./known";
import { Pair } from "./pair";
import { Proportional } from "./proportional";
import { Residual } from "./residual";
import type { LevelsInput, VarianceTerm } from "./term";

/** The summands of a model's Sigma: V, R, then the random intercepts as in the formulas. */
export function termsOf({
  V,
  proportional,
  pairs,
  random,
}: Pick<Model, "V" | "proportional" | "pairs" | "random">): VarianceTerm[] {
  const sampling = proportional ? new Proportional(V) : new Known(V);
  return [sampling, pairs.length > 0 ? new Pair(pairs) : new Residual(), ...random];
}

/** What the terms of a model are to the kernels. */
export interface KernelInputs {
  readonly V: BlockCovariance;
  readonly random: readonly LevelsInput[];
  readonly pairs: Int32Array;
}

const NO_COVARIANCE = new BlockCovariance(new Float64Array(0));
const NO_PAIRS: Int32Array = new Int32Array(0);

export function kernelInputs(terms: readonly VarianceTerm[]): KernelInputs {
  let V = NO_COVARIANCE;
  let pairs = NO_PAIRS;
  const random: LevelsInput[] = [];
  for (const term of terms) {
    if (term.input === "covariance") V = term.V;
    else if (term.input === "pairs") pairs = term.pairs;
    else if (term.input === "levels") random.push(term);
  }
  return { V, random, pairs };
}
