import type { BlockCovariance } from "../../covariance/block-covariance";
import type { Structure } from "../../covariance/structure";
import type { Dpar } from "../../formula/dpar";
import type { EffectRoles } from "./correlated";
import type { Share } from "./effects";

/** Multipliers of V, SDs and correlations of a model at some parameters, in the unit that its V is in. Not to be kept. */
export interface Spreads {
  /** by observation; where V is known, none */
  readonly phi: Float64Array;
  /** by observation */
  readonly sigma: Float64Array;
  /** by level, all random intercepts one after the other */
  readonly omega: Float64Array;
  /** of the correlations of random effects, all groups one after the other: the parameters of their CorrelationMap */
  readonly kappa: Float64Array;
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
  /** those that rows have */
  readonly levels: number;
  /** how their effects covary, by the same numbers, with inner nodes after them; null: not at all */
  readonly structure: Structure | null;
  /** by row what its level's effect is multiplied by; null where that is 1 */
  readonly z: Float64Array | null;
  /** which effects its own are correlated with, where that is estimated; null: none */
  readonly roles: EffectRoles | null;
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
  addNewVariances(outcome: Dpar["outcome"], rows: NewVariances, out: Float64Array): void;
  /**
   * How to add a draw of its part to a response. What all draws share is done once.
   *
   * @param rowName what messages call a row: "row 12"
   * @throws DrmError where it is no covariance
   */
  sampler(spreads: Spreads, rowName: (row: number) => string): Sampler;
}

/**
 * What a term with random effects (Z u in the response) answers beside. Over all such terms of a model, one after the other, are numbered
 *   its levels that rows have, each of which has an SD, as in Spreads;
 *   its effects u of known precision, one a level, and the inner nodes of a structure;
 *   what it reports: the levels that rows have, and the other names of a structure.
 */
export interface EffectsAnswers {
  /** how many effects u there are */
  readonly effects: number;
  readonly firstEffect: number;
  /** how many levels are reported */
  readonly reported: number;
  readonly firstReported: number;
  /** names of a structure that no row has */
  readonly others: readonly string[];
  /** Adds Z u to `out`, by observation. */
  addEffects(u: Float64Array, out: Float64Array): void;
  /** Adds Z' w to `out`, by level. */
  addSums(w: Float64Array, out: Float64Array): void;
  /** Sets by level the variance of what its observations say of its effect, each having one of `variances` itself. */
  setErrors(variances: Float64Array, out: Float64Array): void;
  /** The level of an observation, -1 for none. */
  levelOf(observation: number): number;
  /** The SD of the effects of an observation's level, NaN for none. */
  sdOf(observation: number, spreads: Spreads): number;
  /** What the effect of an observation's level is multiplied by. */
  zOf(observation: number): number;
  /** Calls `visit` for the effects u that an observation has something of, with how much: z omega scale. */
  eachLoading(observation: number, spreads: Spreads, visit: (effect: number, loading: number) => void): void;
  /** What a level that it reports, by its own number, has of the effects u, at an SD of 1. */
  shareOf(level: number, spreads: Pick<Spreads, "kappa">): Share;
  /** Calls `visit` for the entries of the precision of its u, lower triangle, by its own numbers. */
  eachPrecision(visit: (row: number, column: number, value: number) => void): void;
  /**
   * Calls `visit` for each level whose effect is in the mean of an outcome in a new row, with what it is multiplied by there:
   * those that the fit reports.
   */
  eachEffect(
    outcome: Dpar["outcome"],
    rows: Pick<NewRows, "levels" | "slopes">,
    visit: (row: number, reported: number, z: number) => void,
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
  /** as in Spreads */
  readonly kappa: Float64Array;
  /** mean and variance of a combination of effects u given the data, with beta estimated */
  readonly predicted: (share: Share) => { readonly mean: number; readonly variance: number };
}

/** One a level that the term reports, in the user's units. */
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
  /** of the fit, as in Spreads */
  readonly kappa: Float64Array;
  /** the column that a dpar's slopes are of, in each row; null for intercepts */
  slopes(dpar: Dpar): Float64Array | null;
  /** the level that each row is of in the grouping of a dpar, -1 for one that the fit does not know */
  levels(dpar: Dpar): Int32Array;
}

/** What variances in new rows are made of. */
export type NewVariances = Pick<NewRows, "values" | "kappa" | "slopes">;

/** Adds a draw to y; `normal` gives independent standard normal numbers. */
export type Sampler = (normal: () => number, y: Float64Array) => void;

/** A term with random effects. */
export type EffectsTerm = TermAnswers & EffectsAnswers & LevelsInput;

export type VarianceTerm = EffectsTerm | (TermAnswers & Exclude<KernelInput, LevelsInput>);

export function hasEffects(term: VarianceTerm): term is EffectsTerm {
  return term.input === "levels";
}
