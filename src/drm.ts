import { type MatrixInput, missingRows } from "./covariance/known-v";
import type { LevelMatrix } from "./covariance/related/named-matrix";
import type { TreeInput } from "./covariance/related/tree-levels";
import { type Doubles, ownDoubles, reuse } from "./data/doubles";
import { type FactorOptions, levelIndex } from "./data/factor-from";
import type { Table } from "./data/table";
import { type DataInput, ownTableFrom, tableFrom } from "./data/table-from";
import { DrmError } from "./errors";
import type { Estimates } from "./fit/estimates";
import type { BivariateFit, Fit, UnivariateFit } from "./fit/fit";
import { estimateModel, fitModel } from "./fit/fit-model";
import { ungroup } from "./formula/expr";
import { type DrmFormula, formulaOf } from "./formula/formula";
import { answerToRArgument, answerToRMethod } from "./formula/r-arguments";
import { buildFrame, type Frame, type FrameOptions } from "./frame/frame";
import { type CommonEffect, isCommonEffect, isMethod, type Method, MOMENT_METHODS } from "./method";
import { buildModel } from "./model/build-model";
import { checkOptions, isList, type OptionKinds, requireOptions, shown } from "./options";
import { count } from "./words";

export type { DataInput, LevelMatrix, MatrixInput, TreeInput };

/** A distribution family, made by gaussian(). */
export interface Family {
  /** the name of the distribution */
  readonly family: "gaussian";
}

/** The Gaussian family: identity link for mu, log link for sigma. */
export function gaussian(): Family {
  return { family: "gaussian" };
}

/** What drm() is told beside the formula. */
export interface DrmOptions {
  /** Row objects, an object of columns (arrays or typed arrays), or an Arrow-like table. */
  readonly data: DataInput;
  /** gaussian() (the default), or [gaussian(), gaussian()] for two outcomes. */
  readonly family?: Family | readonly Family[];
  /** Levels by column, in order, the first being the reference; makes a factor of a numeric column. */
  readonly factors?: Readonly<Record<string, readonly string[]>>;
  /** Columns whose levels are ordered (polynomial contrasts, as in R). */
  readonly ordered?: readonly string[];
  /**
   * Known covariances by the name that meta_V(V = name) uses, rows in data order; and by the names in relmat(1 | g, K = name) those of
   * the levels of a grouping, with their names: { levels, values }
   */
  readonly matrices?: Readonly<Record<string, MatrixInput | LevelMatrix>>;
  /** Trees by the name that phylo(1 | species, tree = name) uses: Newick text, or what readTree() of drmeta/trees gives. */
  readonly trees?: Readonly<Record<string, TreeInput>>;
  /** Likelihood multipliers (not 1/vi): a column name or one number per data row. */
  readonly weights?: string | ArrayLike<number> | null;
  /** dpars held at a value on their response scale: { sigma: 0 } is the common-effect model. */
  readonly fixed?: Readonly<Record<string, number>>;
  /**
   * "ML" is the default. "REML" takes no weights; its vcov has no covariances between the location and the rest. "DL", "HE", "HS",
   * "HSk", "SJ", "PM", "EB", "PMM" and "DLIT" estimate tau^2 = sigma^2 by moments, as metafor's rma() does, in models with one constant sigma,
   * independent effect sizes and no random effects. "EE" and "CE", the common-effect model, are "ML" with sigma held at 0.
   */
  readonly method?: Method | CommonEffect;
  /**
   * Newton runs at most. Location-scale likelihoods can have several maxima; the default is up to 9 for small data and
   * 1 where many rows make a second maximum unlikely. 1 is for batches.
   */
  readonly starts?: number;
  /** Evaluations of the likelihood per Newton run at most (default 200). */
  readonly maxEvaluations?: number;
  /** Receives warnings about deprecated spellings (default console.warn). */
  readonly warn?: (message: string) => void;
}

/** What the options of a model may hold, the data apart. */
export const MODEL_OPTIONS: OptionKinds<Omit<DrmOptions, "data">> = {
  family: "any",
  factors: "object?",
  ordered: "textList?",
  matrices: "object?",
  trees: "object?",
  weights: "any",
  fixed: "object?",
  method: "text",
  starts: "number",
  maxEvaluations: "number",
  warn: "function",
};
const DRM_OPTIONS: OptionKinds<DrmOptions> = { data: "any", ...MODEL_OPTIONS };

/** Arguments of R's functions that are options of no model here: each is told where it belongs. */
export const answerToModelOption = (name: string) =>
  name === "data" ? null : answerToRArgument(name, "code");

/**
 * Fits a Gaussian distributional regression with known sampling covariance by maximum or restricted maximum likelihood:
 *   y ~ N(X beta + offset, V + R + Z G Z'),
 * R = diag(sigma^2) with log sigma = W gamma (for two outcomes with the covariance rho12 sigma1 sigma2 within a row),
 * G = diag(omega) K diag(omega) with log omega = U alpha for the levels of the random intercepts and slopes, whose column is in Z; K is the
 * identity, or what a tree or a matrix says of the levels. What `family` is given tells the type of
 * the fit: one outcome or two.
 *
 * The fit owns its numbers: arrays and options that it was made from may be overwritten afterwards.
 *
 * @param formula from drmFormula(), or one formula as a string
 * @throws DrmError when the formula or the data are at fault. A fit that did not converge is returned, not thrown:
 *   see `fit.optim` and checkDrm().
 */
export function drm(
  formula: DrmFormula | string,
  options: DrmOptions & { readonly family: readonly [Family, Family] },
): BivariateFit;
export function drm(
  formula: DrmFormula | string,
  options: DrmOptions & { readonly family: Family },
): UnivariateFit;
export function drm(formula: DrmFormula | string, options: DrmOptions): Fit;
export function drm(formula: DrmFormula | string, options: DrmOptions): Fit {
  requireOptions("drm", options, DRM_OPTIONS, answerToModelOption);
  return modelOf(formula, options, frozenLevels(options.factors)).fit(options.data);
}

/** A formula and its options, checked and parsed once, for any number of data sets. */
export interface CompiledModel {
  /** the formula, parsed */
  readonly formula: DrmFormula;
  /** What drm() gives for these data. The fit owns its numbers, as every fit does. */
  fit(data: DataInput): Fit;
  /**
   * The numbers alone, faster: estimates, standard errors, log-likelihood. They are those of fit(); `starts: 1` in the
   * options saves about half the time and gives up the search for a second maximum.
   */
  estimate(data: DataInput): Estimates;
}

/**
 * Reads a formula and its options once. Each call of the model's functions then takes a data set with these columns; levels
 * of text columns are found in each anew unless `factors` gives them. The options are taken as they are now; arrays of weights and
 * matrices among them are read at each call.
 *
 * @throws DrmError when the formula or the options are at fault; the functions throw it when the data are.
 */
export function compile(formula: DrmFormula | string, options: Omit<DrmOptions, "data"> = {}): CompiledModel {
  checkOptions("compile", options, MODEL_OPTIONS, answerToModelOption);
  // the options as they are now; arrays and matrices of numbers are read at each call
  const { matrices, trees, fixed } = options;
  const now = {
    ...options,
    ...(matrices && { matrices: { ...matrices } }),
    ...(trees && { trees: { ...trees } }),
    ...(fixed && { fixed: { ...fixed } }),
  };
  return modelOf(formula, now, frozenLevels(options.factors));
}

function modelOf(
  formula: DrmFormula | string,
  given: Omit<DrmOptions, "data">,
  factors: DrmOptions["factors"],
): CompiledModel {
  const parsed = formulaOf(formula);
  checkValues(parsed, given);
  const options = fittedOptions(parsed, given);
  const reading: FactorOptions = {
    factors,
    ordered: options.ordered ? new Set(options.ordered) : undefined,
  };
  const frameOf = frameBuilder(parsed, reading, options);
  return {
    formula: parsed,
    fit(data) {
      return reuse(() => {
        const doubles = ownDoubles();
        const frame = frameOf(ownTableFrom(data, reading, doubles), doubles);
        return fitModel(frame, buildModel(frame, options), options);
      });
    },
    estimate(data) {
      return reuse(() => {
        const frame = frameOf(tableFrom(data, reading), null);
        return estimateModel(frame, buildModel(frame, options), options);
      });
    },
  };
}

/** With the common-effect model as what it is. */
function fittedOptions(
  { dpars }: DrmFormula,
  options: Omit<DrmOptions, "data">,
): Omit<DrmOptions, "data"> & { readonly method?: Method } {
  const { method, fixed } = options;
  if (!isCommonEffect(method)) return options as typeof options & { readonly method?: Method };
  const sigmas = dpars.filter(({ kind }) => kind === "sigma");
  const modelled = sigmas.find(({ implied }) => !implied);
  if (modelled !== undefined) {
    throw new DrmError(
      "bad_option",
      `method "${method}" holds sigma at 0, and ${modelled.key} has a formula: leave one of them out`,
    );
  }
  const held = Object.fromEntries(sigmas.map(({ key }) => [key, 0]));
  return { ...options, method: "ML", fixed: { ...fixed, ...held } };
}

/** Copies that stay what they are, so that what is worked out of them can be kept. */
function frozenLevels(factors: DrmOptions["factors"] | null): DrmOptions["factors"] {
  if (factors === undefined || factors === null) return undefined; // null is how JSON and R-minded callers say "none"
  const frozen: Record<string, readonly string[]> = {};
  for (const [name, levels] of Object.entries(factors)) {
    if (levels === undefined) continue;
    if (!isList(levels)) {
      throw new DrmError(
        "bad_option",
        `factors: '${name}' has ${shown(levels)}; wanted a list of its levels`,
      );
    }
    frozen[name] = levelIndex(name, levels).levels;
  }
  return frozen;
}

function checkValues(
  formula: DrmFormula,
  { family, method, starts, maxEvaluations }: Omit<DrmOptions, "data">,
): void {
  if (family !== undefined) {
    const families = Array.isArray(family) ? family : [family as Family];
    for (const one of families) {
      if (one?.family !== "gaussian") {
        throw new DrmError("bad_option", `unknown family ${shown(one)}: the family is gaussian()`);
      }
    }
    const outcomes = formula.family === "biv_gaussian" ? 2 : 1;
    if (families.length !== outcomes) {
      const wanted = outcomes === 2 ? "[gaussian(), gaussian()]" : "gaussian()";
      throw new DrmError(
        "bad_option",
        `the formula has ${count(outcomes, "outcome")}: family must be ${wanted}`,
      );
    }
  }
  if (method !== undefined && !isMethod(method) && !isCommonEffect(method)) {
    const answer = answerToRMethod(String(method));
    const wanted = answer === null ? `use "ML", "REML" or, by moments, ${MOMENT_METHODS.join(", ")}` : answer;
    throw new DrmError("bad_option", `unknown method '${String(method)}': ${wanted}`);
  }
  for (const [name, value] of Object.entries({ starts, maxEvaluations })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw new DrmError("bad_option", `${name} = ${value}: a whole number of at least 1 is needed`);
    }
  }
}

/** Makes the frames of one formula and its options: with arrays of `own` for what is kept, or short-lived ones. */
function frameBuilder(
  formula: DrmFormula,
  { factors, ordered }: FactorOptions,
  options: Omit<DrmOptions, "data">,
): (table: Table, own: Doubles | null) => Frame {
  const { weights } = options;
  const matrices = options.matrices ?? undefined;
  const matrixNames = matrices === undefined ? undefined : new Set(Object.keys(matrices));
  // no copies by `...`: docs/internals.md says what they cost
  const kept: FrameOptions = { factors, ordered, weights, matrixNames, shortLived: false };
  const shortLived: FrameOptions = { factors, ordered, weights, matrixNames, shortLived: true };
  const argument = formula.dpars[0]!.knownV?.argument;
  const known = argument && ungroup(argument);
  const name = known?.type === "name" && matrixNames?.has(known.name) ? known.name : null;
  return (table, own) => {
    const frameOptions = own === null ? shortLived : kept;
    const missing = name === null ? null : missingRows(matrices![name]! as MatrixInput, table.nrow);
    const doubles = own ?? undefined;
    if (missing === null) return buildFrame(formula, table, frameOptions, doubles);
    return buildFrame(formula, table, { ...frameOptions, missingV: { name: name!, rows: missing } }, doubles);
  };
}
