import { orthogonalBasis } from "../../design/basis";
import type { Design } from "../../design/design";
import { DrmError } from "../../errors";
import type { Fit } from "../../index";
import { choleskyFactor } from "../../linalg/cholesky";
import { choleskyInverse } from "../../linalg/inverse";
import { crossProduct, product } from "../../linalg/product";
import { checkOptions, type OptionKinds, shown } from "../../options";
import { formatColumn, formatPValue } from "../../report/format";
import { type Printable, printableTable } from "../../report/printable";
import { numberColumn, type ReportTable } from "../../report/text-table";
import { chiSquaredUpperTail } from "../../stats/chi-squared";
import { count } from "../../words";
import { effectsOf, isTied, partsOf } from "../effects";
import { type Estimate, waldEstimate } from "../estimate";
import { snake } from "../snake";
import type { Predictor, Selected } from "./likelihood";
import { type Maximum, maximise } from "./maximise";
import {
  type Alternative,
  pValueOf,
  stepFunction,
  stepName,
  WEIGHT_FUNCTIONS,
  type WeightFunction,
} from "./weight-function";

/** Weight functions by name; see WEIGHT_FUNCTIONS for the smooth ones. */
export type SelectionType = "stepfun" | "beta" | "halfnorm" | "negexp" | "logistic" | "power";

export interface SelectionOptions {
  /** default "stepfun" */
  readonly type?: SelectionType;
  /** "stepfun": p-values at which the weight changes, ascending; default 0.025. A last step of 1 may be left out */
  readonly steps?: readonly number[];
  /** what makes an effect size significant; default "greater": p is P(Z > y / se) */
  readonly alternative?: Alternative;
  /** default 0.95 */
  readonly level?: number;
}

/** A coefficient of a selection model. */
export interface SelectionCoefficient extends Estimate {
  /** "mu", "sigma" (log SD), or "sel" (log of a weight's parameter) */
  readonly dpar: "mu" | "sigma" | "sel";
  /** the column of the design; of "sel" the interval of p, or "delta" */
  readonly term: string;
  /** whether it runs to -Infinity: an SD or a weight of 0 */
  readonly atBoundary: boolean;
}

/** A fit of effect sizes together with how they were selected. */
export interface Selection {
  /** which weight function */
  readonly type: SelectionType;
  /** what makes an effect size significant */
  readonly alternative: Alternative;
  /** "stepfun": with the last step of 1; else empty */
  readonly steps: readonly number[];
  /** "stepfun": effect sizes in each interval of p */
  readonly counts: readonly number[];
  /** the mean's, log sigma's, then log delta's */
  readonly coefficients: readonly SelectionCoefficient[];
  /** extra heterogeneity, a variance; NaN where sigma has moderators */
  readonly tau2: number;
  /** response scale; "stepfun": of each interval, the first being 1 */
  readonly delta: readonly number[];
  /** log-likelihood at the maximum */
  readonly logLik: number;
  /** likelihood-ratio test against the same model, by maximum likelihood, without selection; chi-squared */
  readonly test: {
    /** twice the difference of the log-likelihoods */
    readonly statistic: number;
    /** weights that are estimated */
    readonly df: number;
    /** of chi-squared */
    readonly pValue: number;
  };
  /** by whose clusters errors are robust; absent without */
  readonly clusters?: number;
  /** whether the searches ended at maxima */
  readonly converged: boolean;
  /** what to know when reading it, a sentence each */
  readonly notes: readonly string[];
}

const SELECTION_OPTIONS: OptionKinds<SelectionOptions> = {
  type: "text",
  steps: "numbers",
  alternative: "text",
  level: "number",
};

/**
 * Selection models: the fit's mean and sigma, with effect sizes that are published by a probability that depends on their p-value
 * (Hedges 1992, Statistical Science 7, 246-255; Vevea and Hedges 1995, Psychometrika 60, 419-435; see WEIGHT_FUNCTIONS for
 * the others). By maximum likelihood with exact derivatives; errors invert the observed information of all coefficients.
 *
 * Selection is by row: random effects and covariances of the fit are left out, rows taken as independent, and a note says so. After
 * robust() errors are cluster-robust for all coefficients: H^-1 (sum over clusters of s s') H^-1 with the clusters' scores s.
 *
 * A sigma or a weight at 0 is a supremum at the boundary: its estimate is -Infinity, and the others' errors are those without it.
 *
 *   selection(fit, { steps: [0.025, 0.5] })
 *   selection(fit, { type: "halfnorm", alternative: "less" })
 *
 * @throws DrmError "bad_option" for an unknown type or alternative, for steps that do not ascend within (0, 1], or without an effect
 *   size in the first interval; "not_supported" for two outcomes or likelihood weights; "bad_known_v" without sampling variances
 */
export function selection(fit: Fit, options: SelectionOptions = {}): Printable<Selection> {
  checkOptions("selection", options, SELECTION_OPTIONS);
  const { type = "stepfun", alternative = "greater", level = 0.95 } = options;
  if (alternative !== "greater" && alternative !== "less" && alternative !== "two.sided") {
    throw new DrmError(
      "bad_option",
      `unknown alternative ${shown(alternative)}: it is "greater", "less" or "two.sided"`,
    );
  }
  if (type !== "stepfun" && !Object.hasOwn(WEIGHT_FUNCTIONS, type)) {
    const types = ["stepfun", ...Object.keys(WEIGHT_FUNCTIONS)].join(", ");
    throw new DrmError("bad_option", `unknown type ${shown(type)} of selection: they are ${types}`);
  }
  if (options.steps !== undefined && type !== "stepfun") {
    throw new DrmError("bad_option", `steps are for type "stepfun", not for "${type}"`);
  }
  const { yi, vi, notes } = effectsOf("selection", fit);
  const pValues = Array.from(yi, (y, i) => pValueOf(y / Math.sqrt(vi[i]!), alternative)[0]);
  const steps = type === "stepfun" ? stepsOf(options.steps ?? [0.025]) : [];
  const counts = steps.map(
    (step, j) => pValues.filter((p) => p <= step && (j === 0 || p > steps[j - 1]!)).length,
  );
  if (counts[0] === 0) {
    throw new DrmError(
      "bad_option",
      `no effect size has ${stepName(steps, 0)}, to which the other weights are relative: choose a larger first step`,
    );
  }
  const weight =
    type === "stepfun"
      ? stepFunction(
          steps,
          counts.map((n) => n === 0),
        )
      : WEIGHT_FUNCTIONS[type]!;

  const parts = partsOf(fit);
  const { model, mean, scale, unit } = rowsOf(parts, yi, vi);
  const without = maximise(
    { ...model, weight: NO_SELECTION, isStep: true, alternative },
    firstStarts(fit, model, unit),
  );
  const selected: Selected = { ...model, weight, isStep: type === "stepfun", alternative };
  const found = maximise(selected, startsFrom(without, weight, unit));
  const { values, errors } = inOwnColumns(fit, found, { mean, scale, unit });
  const coefficient = (
    dpar: SelectionCoefficient["dpar"],
    term: string,
    at: number,
  ): SelectionCoefficient => ({
    ...waldEstimate(values[at]!, errors[at]!, Number.POSITIVE_INFINITY, level),
    dpar,
    term,
    atBoundary: values[at] === Number.NEGATIVE_INFINITY,
  });
  const weights =
    type === "stepfun"
      ? steps
          .slice(1)
          .map((_, j): readonly [string, number] => [
            stepName(steps, j + 1),
            weight.names.indexOf(stepName(steps, j + 1)),
          ])
      : weight.names.map((name, j): readonly [string, number] => [name, j]);
  const [p, q] = [mean.columns, scale?.columns ?? 0];
  const coefficients = [
    ...parts.mean.names.map((term, j) => coefficient("mu", term, j)),
    ...(parts.scale?.names ?? []).map((term, j) => coefficient("sigma", term, p + j)),
    ...weights.map(([term, j]) => (j < 0 ? neverPublished(term) : coefficient("sel", term, p + q + j))),
  ];
  const delta = coefficients.filter(({ dpar }) => dpar === "sel").map(({ estimate }) => Math.exp(estimate));
  const statistic = Math.max(0, 2 * (without.value - found.value));
  const data: Selection = {
    type,
    alternative,
    steps,
    counts,
    coefficients,
    tau2: parts.scale === null ? parts.heldSigma! ** 2 : q === 1 ? Math.exp(2 * values[p]!) : Number.NaN,
    delta: type === "stepfun" ? [1, ...delta] : delta,
    logLik: -found.value - yi.length * Math.log(unit),
    test: { statistic, df: weights.length, pValue: chiSquaredUpperTail(statistic, weights.length) },
    ...(fit.robust !== undefined && { clusters: fit.robust.clusters }),
    converged: found.converged && without.converged,
    notes: [
      ...notesOf(fit, notes),
      ...weightNotes(steps, counts),
      ...otherNotes(found, p, yi.length * Math.log(unit)),
    ],
  };
  return printableTable(data, selectionTable);
}

const NO_SELECTION: WeightFunction = {
  size: 0,
  names: [],
  starts: [new Float64Array(0)],
  breaks: [],
  evaluate: () => 0,
};

function stepsOf(given: readonly number[]): number[] {
  const steps = given.at(-1) === 1 ? [...given] : [...given, 1];
  const isAscending = steps.every((step, j) => step > (j === 0 ? 0 : steps[j - 1]!) && step <= 1);
  if (steps.length < 2 || !isAscending) {
    throw new DrmError(
      "bad_option",
      `steps ${shown(given)}: wanted p-values that ascend between 0 and 1, such as [0.025, 0.5]`,
    );
  }
  return steps;
}

/** What of the data does not depend on the weights. */
type Rows = Pick<Selected, "yi" | "vi" | "mean" | "logSigma">;

/**
 * The rows in the unit of an effect size's SD, with designs in orthogonal columns; log sigma's coefficients are of sigma in the user's
 * unit. `scale` is null where sigma is held.
 */
function rowsOf(parts: ReturnType<typeof partsOf>, yi: Float64Array, vi: Float64Array) {
  const { sigmas: sigma, heldSigma: held } = parts;
  const rows = yi.length;
  const unit = Math.sqrt(vi.reduce((sum, v, i) => sum + v + sigma[i]! ** 2, 0) / rows);
  const basisOf = ({ values, nrow, names }: Design) => orthogonalBasis(values, nrow, names.length);
  const mean = basisOf(parts.mean);
  const scale = parts.scale === null ? null : basisOf(parts.scale);
  const model: Rows = {
    yi: yi.map((y) => y / unit),
    vi: vi.map((v) => v / unit ** 2),
    mean: { ...mean, offset: new Float64Array(rows) },
    logSigma:
      scale !== null
        ? { ...scale, offset: new Float64Array(rows).fill(-Math.log(unit)) }
        : held === 0
          ? null
          : {
              columns: 0,
              values: new Float64Array(0),
              offset: new Float64Array(rows).fill(Math.log(held! / unit)),
            },
  };
  return { model, mean, scale, unit };
}

/** Where the fit is, and with more heterogeneity: theta of the mean and of log sigma. */
function firstStarts(fit: Fit, { mean, logSigma }: Rows, unit: number): Float64Array[] {
  const { variances } = fit.knownV;
  const { response, means, sigmas: sigma } = partsOf(fit);
  const rows = variances.length;
  const typical = Math.sqrt(variances.reduce((sum, v) => sum + v, 0) / rows);
  // of orthogonal columns of unit mean square
  const project = ({ columns, values }: Predictor, of: (i: number) => number) =>
    Array.from({ length: columns }, (_, j) => {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += values[j * rows + i]! * of(i);
      return sum / rows;
    });
  const at = project(mean, (i) => (means[i]! - (response.offset?.[i] ?? 0)) / unit);
  const spread = (i: number) => Math.log(Math.max(sigma[i]!, 0.2 * typical));
  return [0, 1].map((more) =>
    Float64Array.from([...at, ...(logSigma === null ? [] : project(logSigma, (i) => spread(i) + more))]),
  );
}

/** Those of the model without selection, a sigma of 0 as a small one, with each start of the weights. */
function startsFrom({ theta }: Maximum, weight: WeightFunction, unit: number): Float64Array[] {
  const finite = theta.map((x) => (x === Number.NEGATIVE_INFINITY ? Math.log(0.2 * unit) : x));
  return weight.starts.map((eta) => Float64Array.from([...finite, ...eta]));
}

/** Coefficients of the user's columns, and their standard errors; NaN for those at a boundary. */
function inOwnColumns(
  fit: Fit,
  { theta, free, hessian, scores }: Maximum,
  { mean, scale, unit }: Pick<ReturnType<typeof rowsOf>, "mean" | "scale" | "unit">,
) {
  const size = theta.length;
  const k = free.length;
  /** own = T theta, block by block */
  const T = new Float64Array(size * size);
  const put = (from: number, columns: number, matrix: Float64Array, factor: number) => {
    for (let j = 0; j < columns; j++)
      for (let l = 0; l < columns; l++) T[(from + j) * size + from + l] = factor * matrix[j * columns + l]!;
  };
  put(0, mean.columns, mean.toOriginal, unit);
  const p = mean.columns;
  const q = scale?.columns ?? 0;
  if (scale !== null) put(p, q, scale.toOriginal, 1);
  for (let j = p + q; j < size; j++) T[j * size + j] = 1;

  const values = new Float64Array(size);
  for (let j = 0; j < size; j++) {
    let sum = 0;
    for (let l = 0; l < size; l++) if (T[j * size + l] !== 0) sum += T[j * size + l]! * theta[l]!;
    values[j] = sum;
  }
  const errors = new Float64Array(size).fill(Number.NaN);
  const L = choleskyFactor(hessian, k);
  if (L === null) return { values, errors };
  const covariance =
    fit.robust === undefined
      ? choleskyInverse(L, k)
      : sandwich(choleskyInverse(L, k), scores, fit.robust.codes, k);
  for (let j = 0; j < size; j++) {
    let variance = 0;
    let isFree = false;
    for (let a = 0; a < k; a++) {
      const x = T[j * size + free[a]!]!;
      if (x === 0) continue;
      isFree = true;
      for (let b = 0; b < k; b++) variance += x * T[j * size + free[b]!]! * covariance[a * k + b]!;
    }
    if (isFree && Number.isFinite(values[j]!)) errors[j] = Math.sqrt(variance);
  }
  return { values, errors };
}

/** H^-1 (sum over clusters of s s') H^-1, s the sum of the scores of a cluster. */
function sandwich(inverse: Float64Array, scores: Float64Array, codes: Int32Array, k: number): Float64Array {
  const clusters = codes.reduce((most, code) => Math.max(most, code + 1), 0);
  const sums = new Float64Array(clusters * k);
  codes.forEach((code, i) => {
    for (let j = 0; j < k; j++) sums[code * k + j]! += scores[i * k + j]!;
  });
  // H^-1 s of each cluster
  const solved = product(sums, inverse, clusters, k, k);
  return crossProduct(solved, solved, clusters, k, k);
}

/** A weight that no effect size speaks for: most likely 0. */
function neverPublished(term: string): SelectionCoefficient {
  const none = waldEstimate(Number.NEGATIVE_INFINITY, Number.NaN, Number.POSITIVE_INFINITY, 0.95);
  return { ...none, dpar: "sel", term, atBoundary: true };
}

function notesOf(fit: Fit, notes: readonly string[]): string[] {
  const few = notes.filter((note) => !note.startsWith("effect sizes of"));
  if (!isTied(fit)) return few;
  const errors =
    fit.robust === undefined
      ? "use robust(fit, { cluster }) first for errors that allow for it"
      : "errors are robust to it";
  return [
    `selection is by row: random effects and covariances are left out, rows taken as independent; ${errors}`,
    ...few,
  ];
}

/** Fewer effect sizes than this in an interval leave its weight nearly unknown. */
const FEW = 3;

function weightNotes(steps: readonly number[], counts: readonly number[]): string[] {
  return counts.flatMap((n, j) =>
    n < FEW
      ? [`${count(n, "effect size")} with ${stepName(steps, j)}: the weight there is hardly known`]
      : [],
  );
}

function otherNotes({ other }: Maximum, p: number, shift: number): string[] {
  if (other === undefined || !other.converged) return [];
  const logLik = (-other.value - shift).toFixed(4);
  const sigma = Math.exp(other.theta[p]!).toPrecision(4);
  return [`the likelihood has a second, lower maximum with a sigma of ${sigma}: logLik ${logLik}`];
}

function selectionTable(data: Selection): ReportTable {
  const { coefficients, logLik, test, type, alternative } = data;
  const column = (header: string, value: (row: SelectionCoefficient) => number) =>
    numberColumn(header, coefficients.map(value), formatColumn);
  const { statistic, df, pValue } = test;
  return {
    caption: `Selection model: ${type}, alternative ${alternative}`,
    columns: [
      {
        header: "",
        name: "term",
        cells: coefficients.map(({ dpar, term }) => `${dpar}:${term}`),
        align: "left",
      },
      column("estimate", ({ estimate }) => estimate),
      column("std_error", ({ stdError }) => stdError),
      column("lower", ({ lower }) => lower),
      column("upper", ({ upper }) => upper),
    ],
    notes: [
      "sigma: log SD; sel: log of the weight, relative to the first interval, or of delta",
      `logLik ${logLik.toFixed(4)}; likelihood-ratio test of no selection: chi-squared ${statistic.toFixed(3)}, df ${df}, p = ${formatPValue(pValue)}`,
      ...data.notes,
    ],
  };
}

/**
 * The probability of publication at p-values, relative to the largest of those given.
 */
export function selectionCurve(fitted: Selection, pValues: readonly number[]): number[] {
  const { type, steps, delta } = fitted;
  const eta = Float64Array.from(delta, Math.log);
  const logs = pValues.map((p) => {
    if (type === "stepfun") return eta[steps.findIndex((step) => p <= step)]!;
    const { evaluate, size } = WEIGHT_FUNCTIONS[type]!;
    return evaluate(p, 1 - p, eta, new Float64Array(size), new Float64Array(size * size));
  });
  const most = logs.reduce((a, b) => Math.max(a, b));
  return logs.map((log) => Math.exp(log - most));
}

/** As `drmeta bias --json` has it: the numbers of the mean's first coefficient on top, as with the other methods. */
export function selectionJson(fitted: Selection): Record<string, unknown> {
  const [mean] = fitted.coefficients;
  const { dpar: _, term: __, atBoundary: ___, ...numbers } = mean!;
  const { logLik, ...rest } = fitted;
  return { ...(snake({ ...numbers, ...rest }) as Record<string, unknown>), logLik };
}
