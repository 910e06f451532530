import { reuse } from "../data/doubles";
import { orthogonalBasis } from "../design/basis";
import type { Design } from "../design/design";
import { DrmError } from "../errors";
import { locationsOf, sigmaOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { spreadsAt } from "../fit/marginal-covariance";
import { requireFit } from "../fit/require-fit";
import { tiesOf } from "../fit/standard-model";
import type { Signal } from "../inference/signal";
import type { TestStatistic } from "../inference/test-basis";
import { choleskyFactor } from "../linalg/cholesky";
import { choleskySolve } from "../linalg/solve";
import { components } from "../model/components";
import { blockOfKind, type Model } from "../model/model";
import { type OpenedFit, openFit } from "../opened/open-fit";
import { type Refit, refit } from "../opened/refit";
import { fromCoefficients } from "../opened/scale-coefficients";
import { checkOptions, type OptionKinds } from "../options";
import { formatColumn, formatFixed } from "../report/format";
import { type Printable, printableTable } from "../report/printable";
import { numberColumn, type ReportTable } from "../report/text-table";
import { count } from "../words";
import { allOrders, allSigns, countOrders, someOrders, someSigns } from "./arrangements";

/** What is compared and how often. */
export interface PermutationOptions {
  /** the statistics that are compared: "z" (default) or "t", estimate / standard error, or those of Knapp and Hartung, "knha" and "adhoc" */
  readonly test?: TestStatistic;
  /** all arrangements, or a random sample of them; default all where they are 10,000 at most */
  readonly exact?: boolean;
  /** arrangements of a random sample, that of the data among them; default 1,000 */
  readonly iterations?: number;
  /** of the random sample, default 1 */
  readonly seed?: number;
  /** called after each arrangement */
  readonly onProgress?: (done: number, total: number) => void;
  /** Looked at between arrangements: abort it from onProgress. The reason of the signal is thrown. */
  readonly signal?: Signal;
}

const OPTIONS: OptionKinds<PermutationOptions> = {
  test: "text",
  exact: "flag",
  iterations: "number",
  seed: "number",
  onProgress: "function",
  signal: "signal",
};

/** A coefficient's permutation test. */
export interface PermutationTerm {
  /** "mu" or "sigma" */
  readonly dpar: string;
  /** "(Intercept)", "habitatforest", ... */
  readonly term: string;
  /** of the data: estimate / standard error */
  readonly statistic: number;
  /** two-sided */
  readonly pValue: number;
}

/** Permutation tests of the coefficients of one model. */
export interface PermutationTest {
  /** of the mean, and of sigma where it has moderators */
  readonly terms: readonly PermutationTerm[];
  /** of all moderators of the mean together (of its intercept where it has none) */
  readonly QM: {
    /** chi-squared, or F with Knapp and Hartung's errors or "t" */
    readonly statistic: number;
    /** how many coefficients are tested */
    readonly df: number;
    /** share of arrangements with one at least as large */
    readonly pValue: number;
  };
  /** how many arrangements there were, that of the data among them */
  readonly arrangements: number;
  /** whether these are all there are */
  readonly exact: boolean;
  /** what was exchanged: the signs of effects, or the moderators among units */
  readonly what: "signs" | "moderators";
  /** "row", or "cluster": rows that V or random effects tie together */
  readonly unit: "row" | "cluster";
  /** what a reader has to know */
  readonly notes: readonly string[];
}

/** Arrangements that are all gone through unasked. */
const MOST_EXACT = 10_000;
/** Asked for, no more than these: a day of fits. */
const MOST = 1e9;
/** Statistics closer than this are equal: another order of summation is no other arrangement. */
const TIE = 1.5e-8;

/**
 * Permutation tests (Follmann and Proschan 1999, Biometrics 55, 732-737; Higgins and Thompson 2004, Statistics in Medicine 23,
 * 1663-1682): how often are the statistics at least as extreme as those of the data when
 *
 * - of a mean without moderators, the signs of the effect sizes are flipped (the null hypothesis is a mean of 0 around which
 *   effects are symmetric),
 * - else, the moderators of the mean, and in a second run those of sigma, are exchanged among the effect sizes with their variances.
 *
 * p is the share of arrangements with a statistic at least as far from 0, or a QM at least as large (metafor's). The model is fitted again by its own method each time. What is exchanged is rows; where V or random effects tie rows together, whole
 * clusters of them, whose moderators must then be the same in all their rows.
 *
 * @throws DrmError "not_supported" for two outcomes, after robust(), for moderators that differ within a cluster, where all rows are one
 *   cluster, and for Knapp-Hartung statistics of dependent effect sizes; "bad_option" for more arrangements than a billion, an unknown
 *   test, and a fit that did not converge; what `signal` was aborted with
 */
export function permutationTest(fit: Fit, options: PermutationOptions = {}): Printable<PermutationTest> {
  requireFit("permutationTest", fit);
  checkOptions("permutationTest", options, OPTIONS);
  const { test = "z", iterations = 1000, seed = 1 } = options;
  checkAsked(fit, test, iterations, seed);
  const opened = openFit(fit);
  const units = unitsOf(opened);
  if ((test === "knha" || test === "adhoc") && units.unit === "cluster") {
    throw new DrmError(
      "not_supported",
      `permutationTest() has test "${test}" for independent effect sizes: use "z", whose null distribution is permuted, too`,
    );
  }
  const mean = fit.designs[locationsOf(fit)[0]!.key]!;
  const sigma = fit.designs[sigmaOf(fit, 1).key];
  const statistics = (model: Model) => statisticsOf(opened, model, test);
  const observed = statistics(opened.model);
  const flips = isConstant(mean);
  const first = flips
    ? signRun(opened.model, units, options)
    : orderRun(units, mean, options, (order) => withLocation(opened.model, mean, order));
  const tally = counted(first, statistics, observed, options);
  const scale =
    sigma === undefined || isConstant(sigma)
      ? null
      : orderRun(units, sigma, options, (order) => withSigma(opened.model, sigma, order));
  const scaleTally = scale === null ? null : counted(scale, statistics, observed, options);
  const p = mean.names.length;
  const terms = fit.coefficients.flatMap(({ dpar, term }, j) => {
    const own = j < p ? tally : dpar === sigma?.key ? scaleTally : null;
    if (own === null) return [];
    return [{ dpar, term, statistic: observed.z[j]!, pValue: own.twoSided(j) }];
  });
  const failed = tally.failed + (scaleTally?.failed ?? 0);
  const data: PermutationTest = {
    terms,
    QM: { statistic: observed.qm, df: observed.df, pValue: tally.qm() },
    arrangements: first.total,
    exact: first.exact,
    what: flips ? "signs" : "moderators",
    unit: units.unit,
    notes: failed === 0 ? [] : [`${count(failed, "arrangement")} could not be fitted and count as extreme`],
  };
  return printableTable(data, permutationTable);
}

function checkAsked(fit: Fit, test: TestStatistic, iterations: number, seed: number): void {
  if (fit.family !== "gaussian") {
    throw new DrmError(
      "not_supported",
      "permutationTest() is for one outcome: fit the outcomes one at a time",
    );
  }
  if (fit.robust !== undefined) {
    throw new DrmError("not_supported", "permutationTest() takes the fit itself, not one with robust errors");
  }
  if (fit.optim.code !== 0) {
    throw new DrmError("bad_option", `the fit did not converge (${fit.optim.message}): refit it first`);
  }
  if (!["z", "t", "knha", "adhoc"].includes(test)) {
    throw new DrmError("bad_option", `test '${String(test)}': use "z", "t", "knha" or "adhoc"`);
  }
  if (!(Number.isInteger(iterations) && iterations >= 2)) {
    throw new DrmError("bad_option", `iterations = ${iterations}: a whole number of at least 2 is needed`);
  }
  if (!Number.isSafeInteger(seed)) {
    throw new DrmError("bad_option", `seed = ${seed}: a whole number is needed`);
  }
}

/** What can be exchanged: the unit of each row, numbered from 0. */
interface Units {
  readonly unit: PermutationTest["unit"];
  readonly of: Int32Array;
  readonly count: number;
}

function unitsOf({ standard }: OpenedFit): Units {
  const { root } = components(tiesOf(standard));
  const numbers = new Map<number, number>();
  const of = Int32Array.from({ length: standard.rows }, (_, i) => {
    const own = numbers.get(root[i]!) ?? numbers.size;
    numbers.set(root[i]!, own);
    return own;
  });
  if (numbers.size === 1 && standard.rows > 1) {
    throw new DrmError(
      "not_supported",
      "permutationTest() exchanges independent rows or clusters, and V or the random effects tie all rows together",
    );
  }
  return { unit: numbers.size === standard.rows ? "row" : "cluster", of, count: numbers.size };
}

function isConstant({ values, nrow, names }: Design): boolean {
  if (names.length !== 1) return false;
  for (let i = 1; i < nrow; i++) if (values[i] !== values[0]) return false;
  return values[0] !== 0;
}

/** Models of the arrangements, one after the other. */
interface Run {
  readonly total: number;
  readonly exact: boolean;
  models(): Iterable<Model>;
}

function signRun(model: Model, { of, count: n }: Units, options: PermutationOptions): Run {
  const { total, exact } = extent(2 ** n, options);
  return {
    total,
    exact,
    *models() {
      for (const signs of exact ? allSigns(n) : someSigns(n, total, options.seed ?? 1)) {
        yield { ...model, y: model.y.map((y, i) => signs[of[i]!]! * y) };
      }
    },
  };
}

/** @param modelOf the model in which row i has the design of row order(i) */
function orderRun(
  { of, count: n, unit }: Units,
  design: Design,
  options: PermutationOptions,
  modelOf: (order: Int32Array) => Model,
): Run {
  const { codes, rows } = distinct(design, of, n, unit);
  const { total, exact } = extent(countOrders(codes), options);
  const order = new Int32Array(of.length);
  return {
    total,
    exact,
    *models() {
      for (const codesNow of exact ? allOrders(codes) : someOrders(codes, total, options.seed ?? 1)) {
        for (let i = 0; i < order.length; i++) order[i] = rows[codesNow[of[i]!]!]!;
        yield modelOf(order);
      }
    },
  };
}

function extent(
  all: number,
  { exact, iterations = 1000 }: PermutationOptions,
): { readonly total: number; readonly exact: boolean } {
  if (exact === true && all > MOST) {
    throw new DrmError(
      "bad_option",
      `there are ${all.toPrecision(3)} arrangements, too many to go through: leave exact out and say how many iterations`,
    );
  }
  return (exact ?? all <= MOST_EXACT) ? { total: all, exact: true } : { total: iterations, exact: false };
}

/** The units' rows of a design by code, equal ones alike, and a row of each code. */
function distinct(
  { values, nrow, names, key }: Design,
  of: Int32Array,
  n: number,
  unit: PermutationTest["unit"],
): { readonly codes: Int32Array; readonly rows: readonly number[] } {
  const known = new Map<string, number>();
  const rows: number[] = [];
  const codes = new Int32Array(n).fill(-1);
  for (let i = 0; i < nrow; i++) {
    const text = names.map((_, j) => values[j * nrow + i]).join();
    let code = known.get(text);
    if (code === undefined) {
      code = known.size;
      known.set(text, code);
      rows.push(i);
    }
    const before = codes[of[i]!]!;
    if (before >= 0 && before !== code && unit === "cluster") {
      const differs = names.find((_, j) => values[j * nrow + i] !== values[j * nrow + rows[before]!])!;
      throw new DrmError(
        "not_supported",
        `permutationTest() exchanges whole clusters of dependent rows, and ${key}:${differs} differs within one: only moderators of clusters can be exchanged`,
      );
    }
    codes[of[i]!] = code;
  }
  return { codes, rows };
}

function withLocation(model: Model, { values, names }: Design, order: Int32Array): Model {
  return { ...model, location: { ...model.location, basis: basisIn(values, names.length, order) } };
}

function withSigma(model: Model, { values, names }: Design, order: Int32Array): Model {
  const own = blockOfKind(model, "sigma");
  const block = { ...own.block, basis: basisIn(values, names.length, order) };
  return { ...model, blocks: model.blocks.map((one) => (one === own ? { ...own, block } : one)) };
}

function basisIn(values: Float64Array, columns: number, order: Int32Array) {
  const n = order.length;
  const taken = new Float64Array(n * columns);
  for (let j = 0; j < columns; j++) for (let i = 0; i < n; i++) taken[j * n + i] = values[j * n + order[i]!]!;
  return orthogonalBasis(taken, n, columns);
}

/** By coefficient, and of the mean's moderators together. */
interface Statistics {
  readonly z: Float64Array;
  readonly qm: number;
  readonly df: number;
}

function statisticsOf(opened: OpenedFit, model: Model, test: TestStatistic): Statistics {
  const found = refit(model, { near: null, starts: 1 });
  const { estimates, stdErrors, vcov } = found;
  const p = model.location.columns;
  const factor = test === "knha" || test === "adhoc" ? knappHartung(opened, model, found, test) : 1;
  const z = new Float64Array(estimates.length);
  for (let j = 0; j < z.length; j++) z[j] = estimates[j]! / (stdErrors[j]! * (j < p ? Math.sqrt(factor) : 1));
  const tested = moderatorsOf(opened.fit);
  const k = estimates.length;
  const V = Float64Array.from(
    { length: tested.length ** 2 },
    (_, at) => vcov[tested[Math.floor(at / tested.length)]! * k + tested[at % tested.length]!]!,
  );
  const b = Float64Array.from(tested, (j) => estimates[j]!);
  const L = choleskyFactor(V, tested.length);
  const solved = L === null ? null : choleskySolve(L, tested.length, b.slice());
  const wald = solved === null ? Number.NaN : b.reduce((sum, value, j) => sum + value * solved[j]!, 0);
  return { z, qm: test === "z" ? wald : wald / (factor * tested.length), df: tested.length };
}

/** The mean's columns that are not its intercept, or this where it is alone. */
function moderatorsOf(fit: Fit): number[] {
  const { names } = fit.designs[locationsOf(fit)[0]!.key]!;
  const others = names.flatMap((name, j) => (name === "(Intercept)" ? [] : [j]));
  return others.length > 0 ? others : [0];
}

/** r' Sigma^-1 r / (k - p) of independent rows, at least 1 where "adhoc". */
function knappHartung(
  { standard }: OpenedFit,
  model: Model,
  { estimates, scale }: Refit,
  test: string,
): number {
  const { y, V, location, rows } = model;
  const p = location.columns;
  const { sigma } = spreadsAt(standard, fromCoefficients(standard, scale));
  const { basis } = location;
  let sum = 0;
  const inBasis = solveIn(basis.toOriginal, p, estimates);
  for (let i = 0; i < rows; i++) {
    let residual = y[i]!;
    for (let j = 0; j < p; j++) residual -= basis.values[j * rows + i]! * inBasis[j]!;
    sum += residual ** 2 / (V.variances[i]! + sigma[i]! ** 2);
  }
  const factor = sum / (rows - p);
  return test === "adhoc" ? Math.max(1, factor) : factor;
}

/** Coefficients of the basis from those of the columns: T c = b, T upper triangular. */
function solveIn(T: Float64Array, p: number, b: Float64Array): Float64Array {
  const c = b.slice(0, p);
  for (let i = p - 1; i >= 0; i--) {
    for (let j = i + 1; j < p; j++) c[i]! -= T[i * p + j]! * c[j]!;
    c[i]! /= T[i * p + i]!;
  }
  return c;
}

/** Shares of arrangements that are at least as extreme as the data. */
interface Tally {
  readonly failed: number;
  twoSided(j: number): number;
  qm(): number;
}

function counted(
  run: Run,
  statistics: (model: Model) => Statistics,
  observed: Statistics,
  { onProgress, signal }: PermutationOptions,
): Tally {
  const q = observed.z.length;
  const beyond = new Float64Array(q);
  let qmAbove = 0;
  let failed = 0;
  let done = 0;
  for (const model of run.models()) {
    signal?.throwIfAborted();
    reuse(() => {
      const found = tried(() => statistics(model));
      if (found === null) failed++;
      for (let j = 0; j < q; j++) {
        const z = found === null ? Number.NaN : found.z[j]!;
        if (!(Math.abs(z) < Math.abs(observed.z[j]!) - TIE)) beyond[j]!++;
      }
      if (found === null || !(found.qm < observed.qm - TIE)) qmAbove++;
    });
    onProgress?.(++done, run.total);
  }
  return {
    failed,
    twoSided: (j) => (Number.isNaN(observed.z[j]!) ? Number.NaN : beyond[j]! / run.total),
    qm: () => (Number.isNaN(observed.qm) ? Number.NaN : qmAbove / run.total),
  };
}

function tried(work: () => Statistics): Statistics | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof DrmError) return null;
    throw error;
  }
}

function permutationTable(own: PermutationTest): ReportTable {
  const { terms, QM, arrangements, exact, what, unit } = own;
  const which = exact ? `all ${arrangements}` : `${arrangements} random`;
  const exchanged = what === "signs" ? "sign flips" : "orders of the moderators";
  return {
    caption: "Permutation test",
    columns: [
      { header: "", cells: terms.map(({ dpar, term }) => `${dpar}:${term}`), align: "left", name: "term" },
      numberColumn(
        "statistic",
        terms.map(({ statistic }) => statistic),
        (values) => formatColumn(values),
      ),
      numberColumn(
        "p_value",
        terms.map(({ pValue }) => pValue),
        (values) => values.map((value) => formatFixed(value, 4)),
      ),
    ],
    notes: [
      `QM(df = ${QM.df}) = ${formatFixed(QM.statistic, 4)}, p = ${formatFixed(QM.pValue, 4)}`,
      `${which} ${exchanged}${unit === "cluster" ? ", whole clusters at once" : ""}; two-sided p of terms`,
      ...own.notes,
    ],
  };
}

/** As `drmeta permute --json` has it; null for a p-value that does not exist. */
export interface PermutationJson {
  /** by coefficient */
  readonly terms: readonly {
    /** "mu" or "sigma" */
    readonly dpar: string;
    /** "(Intercept)", "habitatforest", ... */
    readonly term: string;
    /** two-sided */
    readonly p_value: number | null;
  }[];
  /** of all moderators of the mean together */
  readonly QM: {
    /** share of arrangements with a QM at least as large */
    readonly p_value: number | null;
  };
  /** how many arrangements there were */
  readonly arrangements: number;
  /** whether these are all there are */
  readonly exact: boolean;
}

/** A permutation test as one JSON object. */
export function permutationJson({ terms, QM, arrangements, exact }: PermutationTest): PermutationJson {
  return {
    terms: terms.map(({ dpar, term, pValue }) => ({ dpar, term, p_value: finite(pValue) })),
    QM: { p_value: finite(QM.pValue) },
    arrangements,
    exact,
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
