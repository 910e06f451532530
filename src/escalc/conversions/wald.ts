import type { Table } from "../../data/table";
import { DrmError } from "../../errors";
import type { DataInput } from "../../index";
import { checkOptions, type OptionKinds, requireOptions } from "../../options";
import { transformNamed } from "../../stats/back-transforms";
import { normalCritical, normalQuantile } from "../../stats/normal";
import { appendColumns } from "../append-columns";
import { type Decision, journal } from "../decisions";
import { labelsOf, numbersOf, tableOf, type Values } from "../given";
import { transforms } from "../transforms";

/** What studies report of an estimate, in columns or arrays. */
export interface WaldColumns {
  /** rows or columns; without it the arguments are arrays */
  readonly data?: DataInput | undefined;
  /** estimates */
  readonly out?: Values | undefined;
  /** lower limits of their confidence intervals */
  readonly ciLb?: Values | undefined;
  /** upper limits */
  readonly ciUb?: Values | undefined;
  /** Wald statistics, estimate over standard error */
  readonly zval?: Values | undefined;
  /** two-sided p-values of these */
  readonly pval?: Values | undefined;
}

const COLUMNS: OptionKinds<WaldColumns> = {
  data: "data",
  out: "values",
  ciLb: "values",
  ciUb: "values",
  zval: "values",
  pval: "values",
};

/** How convWald() reads them. */
export interface WaldOptions {
  /** confidence level of the intervals; default 0.95 */
  readonly level?: number | undefined;
  /** name of the transformation that estimates and limits are taken to first, such as "log" for odds ratios; default none */
  readonly transf?: string | undefined;
  /** names of the columns that are made or filled; default ["yi", "vi"] */
  readonly names?: readonly [string, string] | undefined;
  /** true replaces what the data have under these names; false, the default, fills their missing cells */
  readonly replace?: boolean | undefined;
  /** labels of the rows */
  readonly study?: string | ArrayLike<string | number | null | undefined> | undefined;
}

const OPTIONS: OptionKinds<WaldOptions> = {
  level: "number",
  transf: "text",
  names: "textList",
  replace: "flag",
  study: "cells",
};

/** Data with converted numbers, and a record of what was done with its rows. */
export interface Converted {
  /** the data with the new columns */
  readonly data: Table;
  /** what could not be converted and why, and what to look at */
  readonly decisions: readonly Decision[];
}

/** An estimate further from the middle of its interval than this share of the half-width was hardly made by +- z se on this scale. */
const ASYMMETRY = 0.1;

/**
 * Effects and sampling variances from estimates with confidence intervals, Wald statistics or p-values:
 * v = ((upper - lower) / (2 z))^2, else (estimate / zval)^2, with zval = z(1 - pval / 2), all on the scale of `transf`. Missing `yi`
 * and `vi` of the data are filled. An estimate that is not in the middle of its interval on that scale is noted.
 *
 * @throws DrmError as escalc()
 */
export function convWald(columns: WaldColumns, options: WaldOptions = {}): Converted {
  requireOptions("convWald", columns, COLUMNS);
  checkOptions("convWald", options, OPTIONS);
  const { data, ...given } = columns;
  const { level = 0.95, names = ["yi", "vi"], replace = false, study } = options;
  if (!(level > 0 && level < 1)) {
    throw new DrmError(
      "bad_option",
      `convWald(): level is ${level}; wanted a number between 0 and 1, such as 0.95`,
    );
  }
  const { out, ciLb, ciUb, zval, pval } = given;
  if (out === undefined) throw new DrmError("bad_option", "convWald() needs out, the estimates");
  const table = tableOf(data, given);
  const column = (name: string, values: Values | undefined) =>
    values === undefined ? new Float64Array(table.nrow).fill(Number.NaN) : numbersOf(table, name, values);
  const of =
    options.transf === undefined
      ? (x: number) => x
      : transformNamed("convWald", options.transf, transforms).of;
  const notes = journal(labelsOf(table, study));
  const estimates = column("out", out).map((x) => of(x));
  const [lower, upper] = [column("ciLb", ciLb).map((x) => of(x)), column("ciUb", ciUb).map((x) => of(x))];
  const [z, p] = [column("zval", zval), column("pval", pval)];
  const critical = normalCritical(level);
  const variances = Float64Array.from(estimates, (y, i) => {
    const width = upper[i]! - lower[i]!;
    if (width < 0) throw notes.error(i, `ciLb is above ciUb`);
    if (Number.isFinite(width)) {
      const off = Math.abs(y - (upper[i]! + lower[i]!) / 2) / (width / 2);
      if (off > ASYMMETRY) {
        notes.of(
          i,
          "note",
          "the estimate is not in the middle of its interval: is this the scale it was made on?",
        );
      }
      return (width / (2 * critical)) ** 2;
    }
    if (p[i]! < 0 || p[i]! > 1) throw notes.error(i, `pval is ${p[i]}; wanted a p-value between 0 and 1`);
    const statistic = Number.isNaN(z[i]) ? normalQuantile(1 - p[i]! / 2) : z[i]!;
    const variance = (y / statistic) ** 2;
    return Number.isFinite(variance) && statistic !== 0 ? variance : Number.NaN;
  });
  for (const [i, y] of estimates.entries()) {
    if (Number.isNaN(y)) continue;
    if (!Number.isFinite(y)) {
      notes.of(i, "missing", `out becomes ${y} on this scale; no effect size`);
      estimates[i] = Number.NaN;
      variances[i] = Number.NaN;
    } else if (Number.isNaN(variances[i])) {
      notes.of(i, "missing", "neither an interval nor a test tells the variance");
    } else if (variances[i] === 0) {
      notes.of(i, "missing", "the estimate or its interval says that the variance is 0; no variance");
      variances[i] = Number.NaN;
    }
  }
  return {
    data: appendColumns("convWald", table, names, [estimates, variances], replace, notes),
    decisions: notes.decisions(),
  };
}
