import { reuse } from "../data/doubles";
import { DrmError } from "../errors";
import { locationsOf, sigmaOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import type { Signal } from "../inference/signal";
import type { TestStatistic } from "../inference/test-basis";
import type { Model } from "../model/model";
import { openFit } from "../opened/open-fit";
import { checkOptions, type OptionKinds } from "../options";
import { formatColumn, formatFixed } from "../report/format";
import { type JsonNumber, jsonNumber } from "../report/json/json-number";
import { type Printable, printableTable } from "../report/printable";
import { numberColumn, type ReportTable } from "../report/text-table";
import { count } from "../words";
import {
  isConstant,
  orderRun,
  type Run,
  signRun,
  unitsOf,
  withLocation,
  withSigma,
} from "./permutation-runs";
import { type Statistics, statisticsOf } from "./permutation-statistics";

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
    readonly p_value: JsonNumber;
  }[];
  /** of all moderators of the mean together */
  readonly QM: {
    /** share of arrangements with a QM at least as large */
    readonly p_value: JsonNumber;
  };
  /** how many arrangements there were */
  readonly arrangements: number;
  /** whether these are all there are */
  readonly exact: boolean;
}

/** A permutation test as one JSON object. */
export function permutationJson({ terms, QM, arrangements, exact }: PermutationTest): PermutationJson {
  return {
    terms: terms.map(({ dpar, term, pValue }) => ({ dpar, term, p_value: jsonNumber(pValue) })),
    QM: { p_value: jsonNumber(QM.pValue) },
    arrangements,
    exact,
  };
}
