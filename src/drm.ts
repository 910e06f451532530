import { type MatrixInput, missingRows } from "./covariance/known-v";
import type { Table } from "./data/table";
import { type DataInput, tableFrom } from "./data/table-from";
import { DrmError } from "./errors";
import type { BivariateFit, Fit, UnivariateFit } from "./fit/fit";
import { fitModel } from "./fit/fit-model";
import { ungroup } from "./formula/expr";
import { type DrmFormula, drmFormula } from "./formula/formula";
import { buildFrame, type Frame } from "./frame/frame";
import { buildModel } from "./model/build-model";

export type { DataInput, MatrixInput };

/** A distribution family, made by gaussian(). */
export interface Family {
  readonly family: "gaussian";
}

/** The Gaussian family: identity link for mu, log link for sigma. */
export function gaussian(): Family {
  return { family: "gaussian" };
}

export interface DrmOptions {
  /** Row objects, an object of columns (arrays or typed arrays), or an Arrow-like table. */
  readonly data: DataInput;
  /** gaussian() (the default), or [gaussian(), gaussian()] for two outcomes. */
  readonly family?: Family | readonly Family[];
  /** Levels by column, in order, the first being the reference; makes a factor of a numeric column. */
  readonly factors?: Readonly<Record<string, readonly string[]>>;
  /** Columns whose levels are ordered (polynomial contrasts, as in R). */
  readonly ordered?: readonly string[];
  /** Known covariances by the name that meta_V(V = name) uses; rows in data order. */
  readonly matrices?: Readonly<Record<string, MatrixInput>>;
  /** Likelihood multipliers (not 1/vi): a column name or one number per data row. */
  readonly weights?: string | ArrayLike<number> | null;
  /** dpars held at a value on their response scale: { sigma: 0 } is the common-effect model. */
  readonly fixed?: Readonly<Record<string, number>>;
  /** "ML" is the default. "REML" takes no weights; its vcov has no covariances between the location and the rest. */
  readonly method?: "ML" | "REML";
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

/**
 * Fits a Gaussian distributional regression with known sampling covariance by maximum or restricted maximum likelihood:
 *   y ~ N(X beta + offset, V + R + Z G Z'),
 * R = diag(sigma^2) with log sigma = W gamma (for two outcomes with the covariance rho12 sigma1 sigma2 within a row),
 * G = diag(omega^2) with log omega = U alpha for the levels of the random intercepts.
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
  const parsed = typeof formula === "string" ? drmFormula(formula) : formula;
  checkOptions(parsed, options);
  const table = tableFrom(options.data, {
    ...(options.factors && { factors: options.factors }),
    ...(options.ordered && { ordered: new Set(options.ordered) }),
  });
  const frame = frameFor(parsed, table, options);
  return fitModel(frame, buildModel(frame, options), options);
}

function checkOptions(formula: DrmFormula, { family, method, starts, maxEvaluations }: DrmOptions): void {
  if (family !== undefined) {
    const families = Array.isArray(family) ? family : [family as Family];
    for (const one of families) {
      if (one?.family !== "gaussian") {
        throw new DrmError("bad_option", `unknown family ${JSON.stringify(one)}: the family is gaussian()`);
      }
    }
    const outcomes = formula.family === "biv_gaussian" ? 2 : 1;
    if (families.length !== outcomes) {
      const wanted = outcomes === 2 ? "[gaussian(), gaussian()]" : "gaussian()";
      throw new DrmError(
        "bad_option",
        `the formula has ${outcomes} outcome${outcomes > 1 ? "s" : ""}: family must be ${wanted}`,
      );
    }
  }
  if (method !== undefined && method !== "ML" && method !== "REML") {
    throw new DrmError("bad_option", `unknown method '${String(method)}': use "ML" or "REML"`);
  }
  for (const [name, value] of Object.entries({ starts, maxEvaluations })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw new DrmError("bad_option", `${name} = ${value}: a whole number of at least 1 is needed`);
    }
  }
}

function frameFor(formula: DrmFormula, table: Table, options: DrmOptions): Frame {
  const { ordered, weights } = options;
  // null is how JSON and R-minded callers say "none"
  const factors = options.factors ?? undefined;
  const matrices = options.matrices ?? undefined;
  const argument = formula.dpars[0]!.knownV?.argument;
  const known = argument && ungroup(argument);
  const named =
    known?.type === "name" && matrices !== undefined && Object.hasOwn(matrices, known.name)
      ? known.name
      : null;
  const missing = named === null ? null : missingRows(matrices![named]!, table.nrow);
  return buildFrame(formula, table, {
    factors,
    ordered: ordered ? new Set(ordered) : undefined,
    weights,
    matrixNames: matrices === undefined ? undefined : new Set(Object.keys(matrices)),
    missingV: named === null || missing === null ? null : { name: named, rows: missing },
  });
}
