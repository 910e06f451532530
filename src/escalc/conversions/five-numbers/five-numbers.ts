import { DrmError } from "../../../errors";
import type { DataInput } from "../../../index";
import { checkOptions, type OptionKinds, requireOptions, shown } from "../../../options";
import { appendColumns } from "../../append-columns";
import { journal } from "../../decisions";
import { labelsOf, numbersOf, tableOf, type Values } from "../../given";
import type { Converted } from "../wald";
import { boxCox, likelihoodOfPowers } from "./box-cox";
import { logMoments, logNormal } from "./log-normal";
import { quantileEstimation } from "./quantile-estimation";
import { caseOf, type FiveNumbers, luoMean, type Moments, onScale, shiSd, skew } from "./summary";

/** Minimum, quartiles, median and maximum with the sample sizes, in columns or arrays. */
export interface FiveNumberColumns {
  /** rows or columns; without it the arguments are arrays */
  readonly data?: DataInput | undefined;
  /** smallest values */
  readonly min?: Values | undefined;
  /** first quartiles */
  readonly q1?: Values | undefined;
  /** medians */
  readonly median?: Values | undefined;
  /** third quartiles */
  readonly q3?: Values | undefined;
  /** largest values */
  readonly max?: Values | undefined;
  /** sample sizes */
  readonly n?: Values | undefined;
}

const COLUMNS: OptionKinds<FiveNumberColumns> = {
  data: "data",
  min: "values",
  q1: "values",
  median: "values",
  q3: "values",
  max: "values",
  n: "values",
};

/** How convFivenum() uses them. */
export interface FiveNumberOptions {
  /**
   * "luo/wan/shi" (default), of normal or log-normal values; "qe", the distribution whose quantiles fit best (McGrath et al. 2020); "bc",
   * values with a normal power (McGrath et al. 2020); "mln", the same by maximum likelihood (Cai et al. 2021)
   */
  readonly method?: "luo/wan/shi" | "qe" | "bc" | "mln" | undefined;
  /** of "luo/wan/shi": values of a normal ("norm", default) or of a log-normal distribution ("lnorm") */
  readonly dist?: "norm" | "lnorm" | undefined;
  /** with dist "lnorm": false gives mean and SD of the logarithms; default true, those of the values */
  readonly transf?: boolean | undefined;
  /** whether rows whose numbers are skewed beyond chance are left out, where the method takes them for symmetric; default true */
  readonly test?: boolean | undefined;
  /** names of the columns that are made or filled; default ["mean", "sd"] */
  readonly names?: readonly [string, string] | undefined;
  /** true replaces what the data have under these names; false, the default, fills their missing cells */
  readonly replace?: boolean | undefined;
  /** labels of the rows */
  readonly study?: string | ArrayLike<string | number | null | undefined> | undefined;
}

const OPTIONS: OptionKinds<FiveNumberOptions> = {
  method: "text",
  dist: "text",
  transf: "flag",
  test: "flag",
  names: "textList",
  replace: "flag",
  study: "cells",
};

/** Fewer than these tell nothing of a quantile. */
const FEWEST = 5;

/**
 * Means and SDs of samples from their medians with the range, the quartiles, or both. By "luo/wan/shi", of normal values:
 *
 *   range      mean (Luo et al. 2016, eq. 7), SD (Wan et al. 2014, eq. 9)
 *   quartiles  mean (Luo et al. 2016, eq. 11), SD (Wan et al. 2014, eq. 16)
 *   both       mean (Luo et al. 2016, eq. 15), SD (Shi et al. 2020, eq. 10)
 *
 * and of log-normal values by Shi et al. (2020, Statistics and Its Interface). A row that is skewed at the 5 % level (Shi et al. 2023), its
 * logarithms with "lnorm", is left out unless `test` is false. The other methods need positive numbers and a median, not symmetry; "qe"
 * takes numbers that are not all positive for normal ones, and tests these. Nothing is drawn at random: integrals are computed.
 *
 * @throws DrmError as escalc(), and for numbers that are not in order
 */
export function convFivenum(columns: FiveNumberColumns, options: FiveNumberOptions = {}): Converted {
  requireOptions("convFivenum", columns, COLUMNS);
  checkOptions("convFivenum", options, OPTIONS);
  const { data, ...given } = columns;
  if (given.n === undefined) throw new DrmError("bad_option", "convFivenum() needs n, the sample sizes");
  const { names: wanted = ["mean", "sd"], replace = false } = options;
  const method = methodOf(options);
  const table = tableOf(data, given);
  const names = ["min", "q1", "median", "q3", "max", "n"] as const;
  const values = names.map((name) =>
    given[name] === undefined
      ? new Float64Array(table.nrow).fill(Number.NaN)
      : numbersOf(table, name, given[name]),
  );
  const notes = journal(labelsOf(table, options.study));
  const means = new Float64Array(table.nrow).fill(Number.NaN);
  const sds = means.slice();
  for (let i = 0; i < table.nrow; i++) {
    const [min, q1, median, q3, max, n] = values.map((column) => column[i]!) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const known = [min, q1, median, q3, max].filter((x) => !Number.isNaN(x));
    if (known.some((x, j) => j > 0 && x < known[j - 1]!)) {
      throw notes.error(i, `min, q1, median, q3, max are not in order: ${known.join(", ")}`);
    }
    const size = Number.isNaN(n) ? "missing" : n;
    const found =
      n >= FEWEST
        ? method({ min, q1, median, q3, max, n })
        : { reason: `n is ${size}: wanted ${FEWEST} or more` };
    if ("reason" in found) {
      notes.of(i, "missing", `${found.reason}; no mean, no SD${found.advice ?? ""}`);
      continue;
    }
    [means[i], sds[i]] = [found.mean, found.sd];
    if (found.note !== undefined) notes.of(i, "note", found.note);
  }
  return {
    data: appendColumns("convFivenum", table, wanted, [means, sds], replace, notes),
    decisions: notes.decisions(),
  };
}

/** What a method makes of a row: mean and SD, or why there are none. */
type Found = (Moments & { readonly note?: string }) | { readonly reason: string; readonly advice?: string };
type Method = (x: FiveNumbers) => Found;

/** Throws DrmError "bad_option" for a method or a distribution that there is not, and options that are for others. */
function methodOf({ method = "luo/wan/shi", dist, transf, test = true }: FiveNumberOptions): Method {
  const methods: Readonly<Record<string, Method>> = {
    "luo/wan/shi": dist === "lnorm" ? ofLogNormal(transf !== false, test) : ofNormal(test),
    qe: byQuantiles(test),
    bc: byPowers(boxCox),
    mln: byPowers(likelihoodOfPowers),
  };
  if (!Object.hasOwn(methods, method)) {
    const known = Object.keys(methods).join(", ");
    throw new DrmError("bad_option", `convFivenum(): method is ${shown(method)}; there are ${known}`);
  }
  if (dist !== undefined && dist !== "norm" && dist !== "lnorm") {
    throw new DrmError("bad_option", `convFivenum(): dist is ${shown(dist)}; wanted "norm" or "lnorm"`);
  }
  if (dist !== undefined && method !== "luo/wan/shi") {
    throw new DrmError("bad_option", `convFivenum(): dist is for the method luo/wan/shi, not for ${method}`);
  }
  if (transf !== undefined && dist !== "lnorm") {
    throw new DrmError("bad_option", 'convFivenum(): transf is for dist "lnorm"');
  }
  return methods[method]!;
}

const ofNormal =
  (test: boolean): Method =>
  (x) =>
    incomplete(x) ?? (test ? skewed(x) : null) ?? { mean: luoMean(x), sd: shiSd(x) };

const ofLogNormal =
  (transf: boolean, test: boolean): Method =>
  (x) => {
    const lacking = incomplete(x) ?? notPositive(x);
    if (lacking !== null) return lacking;
    return (test ? skewed(onScale(x, Math.log)) : null) ?? (transf ? logNormal(x) : logMoments(x));
  };

const byQuantiles =
  (test: boolean): Method =>
  (x) => {
    const lacking = incomplete(x) ?? withoutMedian(x);
    if (lacking !== null) return lacking;
    const { mean, sd, name } = quantileEstimation(x);
    // all that is left for numbers that are not all positive
    const found = test && notPositive(x) !== null ? skewed(x) : null;
    return found ?? { mean, sd, note: `the ${name} distribution fits best` };
  };

const byPowers =
  (moments: (x: FiveNumbers) => Moments): Method =>
  (x) =>
    incomplete(x) ?? withoutMedian(x) ?? notPositive(x) ?? ties(x) ?? moments(x);

const knownOf = ({ min, q1, median, q3, max }: FiveNumbers) =>
  [min, q1, median, q3, max].filter((value) => !Number.isNaN(value));

function incomplete(x: FiveNumbers): Found | null {
  return caseOf(x) === null ? { reason: "neither range nor quartiles are complete" } : null;
}

function withoutMedian({ median }: FiveNumbers): Found | null {
  return Number.isNaN(median) ? { reason: "the median is missing" } : null;
}

function notPositive(x: FiveNumbers): Found | null {
  const odd = knownOf(x).find((value) => value <= 0);
  return odd === undefined ? null : { reason: `${odd} is not above 0, as this method needs it` };
}

function ties(x: FiveNumbers): Found | null {
  const same = knownOf(x).find((value, i, all) => i > 0 && value === all[i - 1]);
  return same === undefined ? null : { reason: `two of the numbers are ${same}` };
}

function skewed(x: FiveNumbers): Found | null {
  const found = skew(x);
  if (found === null || !(found.statistic > found.critical)) return null;
  const numbers = `${found.statistic.toFixed(3)} above ${found.critical.toFixed(3)}`;
  return { reason: `the numbers are skewed (${numbers})`, advice: "; test: false takes them all the same" };
}
