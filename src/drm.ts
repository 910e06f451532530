import { buildKnownV, type MatrixInput, missingRows } from "./covariance/known-v";
import type { Table } from "./data/table";
import { type DataInput, tableFrom } from "./data/table-from";
import { buildDesign } from "./design/design";
import { checkRank } from "./design/rank";
import { DrmError } from "./errors";
import type { Fit } from "./fit/fit";
import { fitModel } from "./fit/fit-model";
import { deparse } from "./formula/deparse";
import type { DparFormula } from "./formula/dpar-formula";
import type { DrmFormula } from "./formula/formula";
import { drmFormula } from "./formula/formula";
import { type Frame, buildFrame } from "./frame/frame";
import { evaluateNumeric } from "./frame/evaluate";
import type { Model } from "./model/model";

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
  /** "ML" is the default. */
  readonly method?: "ML" | "REML";
  /** Newton runs at most (default 3). Location-scale likelihoods can have several maxima; 1 is for batches. */
  readonly starts?: number;
  /** Evaluations of the likelihood per Newton run at most (default 200). */
  readonly maxEvaluations?: number;
  /** Receives warnings about deprecated spellings (default console.warn). */
  readonly warn?: (message: string) => void;
}

/**
 * Fits a Gaussian distributional regression with known sampling covariance,
 *   y ~ N(X beta + offset, V + diag(sigma^2)),  log sigma = W gamma,
 * by maximum likelihood.
 *
 * @param formula from drmFormula(), or one formula as a string
 * @throws DrmError when the formula or the data are at fault. A fit that did not converge is returned, not thrown:
 *   see `fit.optim` and checkDrm().
 */
export function drm(formula: DrmFormula | string, options: DrmOptions): Fit {
  const parsed = typeof formula === "string" ? drmFormula(formula) : formula;
  checkOptions(parsed, options);
  const table = tableFrom(options.data);
  const frame = frameFor(parsed, table, options);
  const model = modelFor(frame, options);
  return fitModel(frame, model, options);
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
      throw new DrmError("bad_option", `the formula has ${outcomes} outcome${outcomes > 1 ? "s" : ""}: family must be ${wanted}`);
    }
  }
  if (method !== undefined && method !== "ML" && method !== "REML") {
    throw new DrmError("bad_option", `unknown method '${String(method)}': use "ML" or "REML"`);
  }
  if (method === "REML") throw new DrmError("not_supported", `method "REML" is not supported yet: use "ML"`);
  for (const [name, value] of Object.entries({ starts, maxEvaluations })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw new DrmError("bad_option", `${name} = ${value}: a whole number of at least 1 is needed`);
    }
  }
  if (formula.family === "biv_gaussian") {
    throw new DrmError("not_supported", "models with two outcomes (mu1, mu2) are not supported yet");
  }
  const random = formula.dpars.find(({ kind }) => kind === "sd");
  if (random !== undefined) {
    throw new DrmError("not_supported", `random intercepts ((1 | ${random.group?.join(":")})) are not supported yet`);
  }
}

function frameFor(formula: DrmFormula, table: Table, options: DrmOptions): Frame {
  const { factors, ordered, matrices, weights } = options;
  const known = formula.dpars[0]!.knownV?.argument;
  const named = known?.type === "name" && matrices !== undefined && Object.hasOwn(matrices, known.name) ? known.name : null;
  const missing = named === null ? null : missingRows(matrices![named]!, table.nrow);
  return buildFrame(formula, table, {
    factors,
    ordered: ordered === undefined ? undefined : new Set(ordered),
    weights,
    matrixNames: matrices === undefined ? undefined : new Set(Object.keys(matrices)),
    missingV: named === null || missing === null ? null : { name: named, rows: missing },
  });
}

function modelFor(frame: Frame, options: DrmOptions): Model {
  const { formula } = frame;
  const locationFormula = formula.dpars.find(({ kind }) => kind === "location")!;
  const scaleFormula = formula.dpars.find(({ kind }) => kind === "sigma")!;
  const location = buildDesign(locationFormula, frame);
  checkRank(location);

  const fixedSigma = fixedValue(options.fixed, scaleFormula.implied);
  const scale = fixedSigma === null ? buildDesign(scaleFormula, frame) : null;
  if (scale !== null) checkRank(scale);

  const response = evaluateNumeric(locationFormula.response!, frame, "the response");
  const offset = sumOfOffsets(locationFormula, frame);
  return {
    method: options.method ?? "ML",
    rows: frame.nrow,
    y: offset === null ? response : response.map((value, i) => value - offset[i]!),
    offset,
    responseLabel: deparse(locationFormula.response!),
    location,
    scale,
    fixedLogSigma: fixedSigma === null ? Number.NaN : Math.log(fixedSigma),
    knownV: buildKnownV(locationFormula, frame, options.matrices ?? {}, options.warn ? { warn: options.warn } : {}),
    weights: frame.weights,
  };
}

function sumOfOffsets({ offsets }: DparFormula, frame: Frame): Float64Array | null {
  if (offsets.length === 0) return null;
  const sum = new Float64Array(frame.nrow);
  for (const offset of offsets) {
    const values = evaluateNumeric(offset, frame, "an offset");
    for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
  }
  return sum;
}

/** The value that sigma is held at, or null. */
function fixedValue(fixed: DrmOptions["fixed"], implied: boolean): number | null {
  for (const [name, value] of Object.entries(fixed ?? {})) {
    if (name !== "sigma") {
      throw new DrmError("bad_option", `fixed: '${name}' cannot be held at a value; only sigma can, as in { sigma: 0 }`);
    }
    if (!(Number.isFinite(value) && value >= 0)) {
      throw new DrmError("bad_option", `fixed: sigma = ${value}, but an SD is a finite number >= 0`);
    }
    if (!implied) {
      throw new DrmError("bad_option", "fixed: sigma is held at a value and has a formula; remove one of the two");
    }
    return value;
  }
  return null;
}
