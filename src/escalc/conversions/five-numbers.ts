import { DrmError } from "../../errors";
import type { DataInput } from "../../index";
import { checkOptions, type OptionKinds, requireOptions } from "../../options";
import { normalQuantile } from "../../stats/normal";
import { appendColumns } from "../append-columns";
import { journal } from "../decisions";
import { labelsOf, numbersOf, tableOf, type Values } from "../given";
import type { Converted } from "./wald";

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
  /** whether rows whose numbers are skewed beyond chance are left out; default true */
  readonly test?: boolean | undefined;
  /** names of the columns that are made or filled; default ["mean", "sd"] */
  readonly names?: readonly [string, string] | undefined;
  /** true replaces what the data have under these names; false, the default, fills their missing cells */
  readonly replace?: boolean | undefined;
  /** labels of the rows */
  readonly study?: string | ArrayLike<string | number | null | undefined> | undefined;
}

const OPTIONS: OptionKinds<FiveNumberOptions> = {
  test: "flag",
  names: "textList",
  replace: "flag",
  study: "cells",
};

/** Fewer than these tell nothing of a quantile. */
const FEWEST = 5;

/**
 * Means and SDs of samples of a normal distribution from their medians with the range, the quartiles, or both:
 *
 *   range      mean (Luo et al. 2016, eq. 7), SD (Wan et al. 2014, eq. 9)
 *   quartiles  mean (Luo et al. 2016, eq. 11), SD (Wan et al. 2014, eq. 16)
 *   both       mean (Luo et al. 2016, eq. 15), SD (Shi et al. 2020, eq. 10)
 *
 * A row that is skewed at the 5 % level (Shi et al. 2023) is left out unless `test` is false.
 *
 * @throws DrmError as escalc(), and for numbers that are not in order
 */
export function convFivenum(columns: FiveNumberColumns, options: FiveNumberOptions = {}): Converted {
  requireOptions("convFivenum", columns, COLUMNS);
  checkOptions("convFivenum", options, OPTIONS);
  const { data, ...given } = columns;
  if (given.n === undefined) throw new DrmError("bad_option", "convFivenum() needs n, the sample sizes");
  const table = tableOf(data, given);
  const names = ["min", "q1", "median", "q3", "max", "n"] as const;
  const values = names.map((name) =>
    given[name] === undefined
      ? new Float64Array(table.nrow).fill(Number.NaN)
      : numbersOf(table, name, given[name]),
  );
  const { test = true, names: wanted = ["mean", "sd"], replace = false } = options;
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
    if (Number.isNaN(n) || n < FEWEST) {
      notes.of(
        i,
        "missing",
        `n is ${Number.isNaN(n) ? "missing" : n}: wanted ${FEWEST} or more; no mean, no SD`,
      );
      continue;
    }
    const skewness = skew({ min, q1, median, q3, max, n });
    if (test && skewness !== null && skewness.statistic > skewness.critical) {
      const numbers = `${skewness.statistic.toFixed(3)} above ${skewness.critical.toFixed(3)}`;
      notes.of(
        i,
        "missing",
        `the numbers are skewed (${numbers}); no mean, no SD; test: false takes them all the same`,
      );
      continue;
    }
    means[i] = mean({ min, q1, median, q3, max, n });
    sds[i] = sd({ min, q1, q3, max, n });
    if (Number.isNaN(means[i]) && Number.isNaN(sds[i])) {
      notes.of(i, "missing", "neither range nor quartiles are complete; no mean, no SD");
    }
  }
  return {
    data: appendColumns("convFivenum", table, wanted, [means, sds], replace, notes),
    decisions: notes.decisions(),
  };
}

interface FiveNumbers {
  readonly min: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly max: number;
  readonly n: number;
}

/** Luo et al. (2016): weights of the mid-range, the mid-quartile and the median. */
function mean({ min, q1, median, q3, max, n }: FiveNumbers): number {
  const range = (min + max) / 2;
  const quartiles = (q1 + q3) / 2;
  if (Number.isNaN(range)) {
    const w = 0.7 + 0.39 / n;
    return w * quartiles + (1 - w) * median;
  }
  if (Number.isNaN(quartiles)) {
    const w = 4 / (4 + n ** 0.75);
    return w * range + (1 - w) * median;
  }
  const w1 = 2.2 / (2.2 + n ** 0.75);
  const w2 = 0.7 - 0.72 / n ** 0.55;
  return w1 * range + w2 * quartiles + (1 - w1 - w2) * median;
}

/** Wan et al. (2014), Shi et al. (2020): expected range and interquartile range of n normal values in SDs. */
function sd({ min, q1, q3, max, n }: Omit<FiveNumbers, "median">): number {
  const ofRange = normalQuantile((n - 0.375) / (n + 0.25));
  const ofQuartiles = normalQuantile((0.75 * n - 0.125) / (n + 0.25));
  const range = max - min;
  const quartiles = q3 - q1;
  if (Number.isNaN(range)) return quartiles / (2 * ofQuartiles);
  if (Number.isNaN(quartiles)) return range / (2 * ofRange);
  const power = 0.07 * n ** 0.6;
  return range / ((2 + 2 * power) * ofRange) + quartiles / ((2 + 2 / power) * ofQuartiles);
}

/** Shi et al. (2023): the statistic and its 5 % critical value; null where the median is not there to compare with. */
function skew(x: FiveNumbers): { statistic: number; critical: number } | null {
  const { min, q1, median, q3, max, n } = x;
  const ofRange = Math.abs(min + max - 2 * median) / (max - min);
  const ofQuartiles = Math.abs(q1 + q3 - 2 * median) / (q3 - q1);
  if (Number.isNaN(ofRange) && Number.isNaN(ofQuartiles)) return null;
  if (Number.isNaN(ofQuartiles)) {
    return { statistic: ofRange, critical: 1.01 / Math.log(n + 9) + 2.43 / (n + 1) };
  }
  if (Number.isNaN(ofRange)) {
    return { statistic: ofQuartiles, critical: 2.66 / Math.sqrt(n) - 5.92 / n ** 2 };
  }
  return {
    statistic: Math.max(((2.65 * Math.log(0.6 * n)) / Math.sqrt(n)) * ofRange, ofQuartiles),
    critical: 2.97 / Math.sqrt(n) - 39.1 / n ** 3,
  };
}
