import { BlockCovariance } from "../../covariance/block-covariance";
import type { Dpar } from "../../formula/dpar";
import type { Model, ParameterBlock } from "../model";
import { correlationsBlock } from "./correlated-effects";
import { effectsBlock } from "./effects";
import { Known } from "./known";
import { Pair, pairsFrom } from "./pair";
import { parametersOf } from "./parameters";
import { multipliersBlock, Proportional } from "./proportional";
import { randomTermsFrom } from "./random-terms";
import { Residual, residualBlock } from "./residual";
import type { TermSource } from "./source";
import type { LevelsInput, VarianceTerm } from "./term";

/** A model, or a standard one. */
type WithTerms = Pick<Model, "V" | "pairs" | "random"> & {
  readonly blocks: readonly Pick<ParameterBlock, "kind" | "dpars">[];
};

/** The summands of a model's Sigma: V, or D V D, R, then the random intercepts as in the formulas. */
export function termsOf({ V, pairs, random, blocks }: WithTerms): VarianceTerm[] {
  const residual: Dpar[] = [];
  for (const { kind, dpars } of blocks) {
    if (kind === "sigma" || kind === "rho") for (const dpar of dpars) residual.push(dpar);
  }
  return termsFrom({ V, multipliers: multipliersOf({ blocks }), residual, pairs, random });
}

/** What a model has of its terms: what they are made of beside V, and their parameters in the order of theta. */
export function partsFrom(source: TermSource): Pick<Model, "random" | "pairs" | "blocks"> {
  const residual = residualBlock(source);
  const random = randomTermsFrom(source);
  const { pairs, block } = pairsFrom(source);
  const blocks = [multipliersBlock(source), residual, effectsBlock(random), correlationsBlock(source), block];
  return { random, pairs, blocks };
}

/** The dpars that multiply V, estimated or held: none where it is known. */
export function multipliersOf({ blocks }: Pick<WithTerms, "blocks">): readonly Dpar[] {
  return blocks[parametersOf("phi").at]!.dpars;
}

/** What terms are made of: `multipliers` has the dpars of phi, `residual` those of sigma and of the correlation. */
export interface TermInputs extends Pick<Model, "V" | "pairs" | "random"> {
  readonly multipliers: readonly Dpar[];
  readonly residual: readonly Dpar[];
}

export function termsFrom({ V, multipliers, residual, pairs, random }: TermInputs): VarianceTerm[] {
  const sampling = multipliers.length > 0 ? new Proportional(multipliers, V) : new Known(V);
  return [sampling, pairs.length > 0 ? new Pair(residual, pairs) : new Residual(residual), ...random];
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
