import type { BlockCovariance } from "../../covariance/block-covariance";
import type { Structure } from "../../covariance/structure";
import type { Dpar } from "../../formula/dpar";

/** Multipliers of V, SDs and correlations of a model at some parameters, in the unit that its V is in. Not to be kept. */
export interface Spreads {
  /** by observation; where V is known, none */
  readonly phi: Float64Array;
  /** by observation */
  readonly sigma: Float64Array;
  /** by level, all random intercepts one after the other */
  readonly omega: Float64Array;
  /** by study with two outcomes */
  readonly rho: Float64Array;
}

/** What a kernel takes a term as. */
export type KernelInput =
  /** covariances between rows, as they are or, multiplied, those of D V D with a D in theta: the parameters of the model say which */
  | { readonly input: "covariance"; readonly V: BlockCovariance }
  /** a variance of each row */
  | { readonly input: "rows" }
  /** levels, each with a variance that its rows share */
  | LevelsInput
  /** a variance of each row, and a correlation of each two rows */
  | { readonly input: "pairs"; readonly pairs: Int32Array };

export interface LevelsInput {
  readonly input: "levels";
  /** level of each row, -1 for none */
  readonly index: Int32Array;
  readonly levels: number;
  /** what multiplies the effect in each row; null: 1 */
  readonly z: Float64Array | null;
  /** how the levels' effects covary, by the same numbers; null: not at all */
  readonly structure: Structure | null;
}

/**
 * One summand of Sigma = V (or D V D) + R + sum of Z G Z', over the observations of a model: what a new variance term must supply
 * (docs/internals.md).
 */
export interface TermAnswers {
  /** what it is of the variance of an effect size: sampling error, or heterogeneity within groups or between them */
  readonly part: "sampling" | "within" | "between";
  /** its parameters, as a fit reports them */
  readonly dpars: readonly Dpar[];
  /** Calls `link` for rows that it ties, often enough that all of them are connected: kernels are chosen by what is tied. */
  tie(link: (first: number, row: number) => void): void;
  /** Adds its variance of each row to `out`. */
  addVariances(spreads: Spreads, out: Float64Array): void;
  /**
   * Adds its covariances of the rows `members` to the lower triangle of `out`, m x m, row-major: the plain twin of what it
   * is in the kernels.
   */
  addCovariances(members: ArrayLike<number>, spreads: Spreads, out: Float64Array): void;
  /** Adds its variance of the true effects of an outcome in rows that are not the model's, of levels that it does not know. */
  addNewVariances(outcome: Dpar["outcome"], rows: Pick<NewRows, "values">, out: Float64Array): void;
  /**
   * How to add a draw of its part to a response. What all draws share is done once.
   *
   * @param rowName what messages call a row: "row 12"
   * @throws DrmError where it is no covariance
   */
  sampler(spreads: Spreads, rowName: (row: number) => string): Sampler;
}

/**
 * What a term with random effects u (Z u in the response) answers beside: levels are numbered over all such terms of a model,
 * one after the other, as in Spreads.
 */
export interface EffectsAnswers {
  /** Adds Z u to `out`, by observation. */
  addEffects(u: Float64Array, out: Float64Array): void;
  /** Adds Z' w to `out`, by level. */
  addSums(w: Float64Array, out: Float64Array): void;
  /** Sets by level the variance of what its observations say of its effect, each having one of `variances` itself. */
  setErrors(variances: Float64Array, out: Float64Array): void;
  /** The level of an observation, -1 for none. */
  levelOf(observation: number): number;
  /** Calls `visit` for each effect that is in the mean of an outcome in a new row: those of levels that the fit knows. */
  eachEffect(
    outcome: Dpar["outcome"],
    rows: Pick<NewRows, "levels">,
    visit: (row: number, level: number) => void,
  ): void;
  /** Predicts the effects of its levels. */
  predict(scores: LevelScores): PredictedEffects;
}

/** What predictions are made of, by level, in units of `unit`. With P = S^-1 - S^-1 X (X' S^-1 X)^-1 X' S^-1: */
export interface LevelScores {
  readonly unit: number;
  /** omega^2 */
  readonly variance: Float64Array;
  /** z' S^-1 r */
  readonly score: Float64Array;
  /** z' P z */
  readonly precision: Float64Array;
}

/** One a level of the term, in the user's units. */
export interface PredictedEffects {
  readonly sd: Float64Array;
  readonly estimate: Float64Array;
  /** of prediction */
  readonly stdError: Float64Array;
}

/** New rows of data, as a fit predicts them. */
export interface NewRows {
  /** an SD or a correlation in each row, response scale */
  values(dpar: Dpar): Float64Array;
  /** the level that each row is of in the grouping of a dpar, -1 for one that the fit does not know */
  levels(dpar: Dpar): Int32Array;
}

/** Adds a draw to y; `normal` gives independent standard normal numbers. */
export type Sampler = (normal: () => number, y: Float64Array) => void;

/** A term with random effects. */
export type EffectsTerm = TermAnswers & EffectsAnswers & LevelsInput;

export type VarianceTerm = EffectsTerm | (TermAnswers & Exclude<KernelInput, LevelsInput>);

export function hasEffects(term: VarianceTerm): term is EffectsTerm {
  return term.input === "levels";
}
