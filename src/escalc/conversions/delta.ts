import { DrmError } from "../../errors";
import type { DataInput } from "../../index";
import { checkOptions, type OptionKinds, requireOptions } from "../../options";
import { transformNamed } from "../../stats/back-transforms";
import { appendColumns } from "../append-columns";
import { journal } from "../decisions";
import { labelsOf, numbersOf, tableOf, type Values } from "../given";
import { transforms } from "../transforms";
import type { Converted } from "./wald";

/** Effects and their variances, in columns or arrays. */
export interface DeltaColumns {
  /** rows or columns; without it the arguments are arrays */
  readonly data?: DataInput | undefined;
  /** effects */
  readonly yi?: Values | undefined;
  /** their sampling variances */
  readonly vi?: Values | undefined;
}

const COLUMNS: OptionKinds<DeltaColumns> = { data: "data", yi: "values", vi: "values" };

/** Where convDelta() takes them. */
export interface DeltaOptions {
  /** name of the transformation: see `transforms` */
  readonly transf?: string | undefined;
  /** names of the columns that are made or filled; default ["yi", "vi"] */
  readonly names?: readonly [string, string] | undefined;
  /** true replaces what the data have under these names; false, the default, fills their missing cells */
  readonly replace?: boolean | undefined;
  /** labels of the rows */
  readonly study?: string | ArrayLike<string | number | null | undefined> | undefined;
}

const OPTIONS: OptionKinds<DeltaOptions> = {
  transf: "text",
  names: "textList",
  replace: "flag",
  study: "cells",
};

/**
 * Effects on another scale, f(y), with variances by the delta method, v f'(y)^2: `convDelta({ data, yi: "p", vi: "vp" }, { transf:
 * "logit" })`.
 *
 * @throws DrmError as escalc()
 */
export function convDelta(columns: DeltaColumns, options: DeltaOptions = {}): Converted {
  requireOptions("convDelta", columns, COLUMNS);
  checkOptions("convDelta", options, OPTIONS);
  const { data, ...given } = columns;
  if (given.yi === undefined || given.vi === undefined || options.transf === undefined) {
    throw new DrmError("bad_option", "convDelta() needs yi, vi and the option transf");
  }
  const { of, slope } = transformNamed("convDelta", options.transf, transforms);
  if (slope === undefined) {
    throw new DrmError(
      "bad_option",
      `convDelta(): '${options.transf}' needs a sample size and has no delta method`,
    );
  }
  const table = tableOf(data, given);
  const [y, v] = [numbersOf(table, "yi", given.yi), numbersOf(table, "vi", given.vi)];
  const notes = journal(labelsOf(table, options.study));
  const effects = y.map((x) => of(x));
  const variances = v.map((x, i) => x * slope(y[i]!) ** 2);
  for (const [i, effect] of effects.entries()) {
    if (v[i]! < 0) throw notes.error(i, `vi is ${v[i]}; wanted a sampling variance of 0 or more`);
    if (Number.isNaN(y[i])) continue;
    if (!Number.isFinite(effect)) {
      notes.of(i, "missing", `yi = ${y[i]} becomes ${effect}; no effect size`);
    } else if (v[i]! > 0 && variances[i] === 0) {
      notes.of(
        i,
        "missing",
        `the slope at yi = ${y[i]} is 0: the delta method has no variance; no effect size`,
      );
    } else continue;
    effects[i] = Number.NaN;
    variances[i] = Number.NaN;
  }
  const { names = ["yi", "vi"], replace = false } = options;
  return {
    data: appendColumns("convDelta", table, names, [effects, variances], replace, notes),
    decisions: notes.decisions(),
  };
}
