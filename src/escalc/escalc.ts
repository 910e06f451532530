import type { Table } from "../data/table";
import { DrmError, didYouMean } from "../errors";
import type { DataInput } from "../index";
import { checkOptions, type OptionKinds, requireOptions, shown } from "../options";
import { appendColumns } from "./append-columns";
import { type Decision, type Journal, journal } from "./decisions";
import { labelsOf, numbersOf, tableOf, type Values } from "./given";
import type { Measure, PooledVariance } from "./measure";
import { MEASURES } from "./measures";
import { type Studies, studiesOf } from "./studies";
import { type AddTo, adjustZeros } from "./zero-cells";

/** The data, and what of it the measure is made of. Which arguments a measure takes: `measures[name]`, docs/effect-sizes.md. */
export interface EscalcColumns {
  /** rows or columns; without it the arguments are arrays */
  readonly data?: DataInput | undefined;
  /** 2x2 table: events of group 1; or Cronbach's alpha */
  readonly ai?: Values | undefined;
  /** 2x2 table: group 1 without event */
  readonly bi?: Values | undefined;
  /** 2x2 table: events of group 2 */
  readonly ci?: Values | undefined;
  /** 2x2 table: group 2 without event; or standardized mean differences (Cohen's d) */
  readonly di?: Values | undefined;
  /** size of group 1 */
  readonly n1i?: Values | undefined;
  /** size of group 2 */
  readonly n2i?: Values | undefined;
  /** events of group 1 in its person-time */
  readonly x1i?: Values | undefined;
  /** events of group 2 in its person-time */
  readonly x2i?: Values | undefined;
  /** person-time of group 1 */
  readonly t1i?: Values | undefined;
  /** person-time of group 2 */
  readonly t2i?: Values | undefined;
  /** mean of group 1, or at the first time */
  readonly m1i?: Values | undefined;
  /** mean of group 2, or at the second time */
  readonly m2i?: Values | undefined;
  /** SD of group 1, or at the first time */
  readonly sd1i?: Values | undefined;
  /** SD of group 2, or at the second time */
  readonly sd2i?: Values | undefined;
  /** events of a single group */
  readonly xi?: Values | undefined;
  /** mean of a single group; its members without event; or the number of predictors or items */
  readonly mi?: Values | undefined;
  /** correlation */
  readonly ri?: Values | undefined;
  /** t statistic; or person-time of a single group */
  readonly ti?: Values | undefined;
  /** F statistic */
  readonly fi?: Values | undefined;
  /** two-sided p-value of a t test, with the sign of the effect */
  readonly pi?: Values | undefined;
  /** SD of a single group */
  readonly sdi?: Values | undefined;
  /** R^2 of a regression */
  readonly r2i?: Values | undefined;
  /** sample size */
  readonly ni?: Values | undefined;
}

export const COLUMN_KINDS: OptionKinds<EscalcColumns> = {
  data: "data",
  ai: "values",
  bi: "values",
  ci: "values",
  di: "values",
  n1i: "values",
  n2i: "values",
  x1i: "values",
  x2i: "values",
  t1i: "values",
  t2i: "values",
  m1i: "values",
  m2i: "values",
  sd1i: "values",
  sd2i: "values",
  xi: "values",
  mi: "values",
  ri: "values",
  ti: "values",
  fi: "values",
  pi: "values",
  sdi: "values",
  r2i: "values",
  ni: "values",
};

/** How the effect sizes are made. Names and defaults are those of metafor 5. */
export interface EscalcOptions {
  /** what is added to counts; default 1/2, and 0 for measures that need nothing added */
  readonly add?: number | undefined;
  /** where it is added: in rows with a count of 0 (default), in all, in all if any has one, or nowhere */
  readonly to?: AddTo | undefined;
  /** leave rows without events, or with events only, in both groups without an effect size; default false */
  readonly drop00?: boolean | undefined;
  /** which formula of the variance; default the measure's first, mostly "LS" (large sample) */
  readonly vtype?: string | undefined;
  /** whether the correction for small samples is made; default true */
  readonly correct?: boolean | undefined;
  /** turn the sign of the effects round, of all rows or of some; default false */
  readonly flip?: boolean | string | ArrayLike<number | boolean | null | undefined> | undefined;
  /** names of the two new columns; default ["yi", "vi"] */
  readonly names?: readonly [string, string] | undefined;
  /** what becomes of columns of those names: true (default) replaces them, false only their missing cells */
  readonly replace?: boolean | undefined;
  /** labels of the rows, to name them by in errors and decisions */
  readonly study?: string | ArrayLike<string | number | null | undefined> | undefined;
}

export const ESCALC_OPTIONS: OptionKinds<EscalcOptions> = {
  add: "number",
  to: "text",
  drop00: "flag",
  vtype: "text",
  correct: "flag",
  flip: "flags",
  names: "textList",
  replace: "flag",
  study: "cells",
};

/** The data with effect sizes, and a record of how they came about. */
export interface Escalc {
  /** the name of the measure */
  readonly measure: string;
  /** the data, with the effects and their variances as two more columns: what drm() takes */
  readonly data: Table;
  /** the effects, one a row; NaN where there is none */
  readonly yi: Float64Array;
  /** their sampling variances */
  readonly vi: Float64Array;
  /** what was done beyond the formulas: counts added to, rows left out, and why */
  readonly decisions: readonly Decision[];
}

const VTYPES = new Set(Object.values(MEASURES).flatMap(({ variances }) => Object.keys(variances)));
const ADD_TO: readonly string[] = ["only0", "all", "if0all", "none"] satisfies AddTo[];

/**
 * Effect sizes and their sampling variances from the numbers that studies report: `escalc("RR", { data, ai: "tpos", bi: "tneg", ci:
 * "cpos", di: "cneg" })`. The data come back with two more columns, `yi` and `vi`. Measures, arguments and defaults are those of
 * metafor 5; each measure's formula, variance and paper are in `measures`. A row that lacks a number, or whose effect is not finite, has
 * no effect size, and `decisions` says why; numbers that cannot be are errors.
 *
 * @param measure the name of the measure, such as "SMD"
 * @param columns the data and the measure's arguments: names of columns, arrays, or one number for all rows
 * @throws DrmError "bad_option" for a measure, an argument or an option that there is not; "unknown_column"; "bad_data" for numbers that
 *   cannot be, naming the row and its study
 */
export function escalc(measure: string, columns: EscalcColumns, options: EscalcOptions = {}): Escalc {
  requireOptions("escalc", columns, COLUMN_KINDS);
  checkOptions("escalc", options, ESCALC_OPTIONS);
  const { table, yi, vi, notes } = computed("escalc", measure, columns, options);
  turnSigns(yi, options.flip, table);
  const { names = ["yi", "vi"], replace = true } = options;
  return {
    measure,
    data: appendColumns("escalc", table, names, [yi, vi], replace, notes),
    yi,
    vi,
    decisions: notes.decisions(),
  };
}

/** Effects and variances with the studies that they are of, before anything is turned or appended. */
export function computed(
  caller: string,
  measure: string,
  { data, ...given }: EscalcColumns,
  options: Pick<EscalcOptions, "add" | "to" | "drop00" | "vtype" | "correct" | "study">,
) {
  const definition = measureNamed(caller, measure);
  const values = Object.fromEntries(
    Object.entries(given).filter((one): one is [string, Values] => one[1] !== undefined),
  );
  const table = tableOf(data, values);
  const numbers = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, numbersOf(table, name, value)]),
  );
  const notes = journal(labelsOf(table, options.study));
  const settings = settingsOf(measure, definition, options, notes);
  const studies = studiesOf(measure, definition, numbers, values, table.nrow, notes);
  if (definition.design.zeros !== undefined) adjustZeros(studies, definition.design.zeros, settings, notes);
  return { definition, table, studies, notes, ...effectSizes(definition, studies, settings, notes) };
}

/** The measure of that name. Throws DrmError "bad_option" naming the nearest. */
export function measureNamed(caller: string, name: string): Measure {
  if (typeof name === "string" && Object.hasOwn(MEASURES, name)) return MEASURES[name]!;
  const near = typeof name === "string" ? didYouMean(name, Object.keys(MEASURES)) : "";
  const list = near === "" ? `; there are ${Object.keys(MEASURES).join(", ")}` : near;
  throw new DrmError("bad_option", `${caller}(): unknown measure ${shown(name)}${list}`);
}

interface Settings {
  readonly add: number;
  readonly to: AddTo;
  readonly drop00: boolean;
  readonly vtype: string;
  readonly correct: boolean;
}

/** The options with the measure's defaults. One that the measure has no use for is in the journal. */
function settingsOf(name: string, measure: Measure, options: EscalcOptions, notes: Journal): Settings {
  const { design, variances, corrects } = measure;
  const { add = measure.add ?? 0.5, to = "only0", drop00 = false, correct = true } = options;
  if (!(add >= 0 && add < Number.POSITIVE_INFINITY)) {
    throw new DrmError("bad_option", `escalc(): add is ${add}; wanted a number of 0 or more`);
  }
  if (!ADD_TO.includes(to)) {
    throw new DrmError("bad_option", `escalc(): to is ${shown(to)}; wanted ${ADD_TO.join(", ")}`);
  }
  const first = Object.keys(variances)[0]!;
  let { vtype = first } = options;
  if (!Object.hasOwn(variances, vtype)) {
    if (!VTYPES.has(vtype)) {
      const known = Object.keys(variances).join(", ");
      throw new DrmError("bad_option", `escalc(): vtype is ${shown(vtype)}; ${name} has ${known}`);
    }
    notes.ofAll("unused", `${name} has no variance of type ${vtype}; its variances are of type ${first}`);
    vtype = first;
  }
  const idle = (["add", "to", "drop00", "correct"] as const).filter(
    (one) =>
      options[one] !== undefined && (one === "correct" ? corrects !== true : design.zeros === undefined),
  );
  if (idle.length > 0) notes.ofAll("unused", `${name} has no use for ${idle.join(", ")}`);
  return { add, to, drop00, vtype, correct };
}

function effectSizes(
  { design, effect, variances }: Measure,
  studies: Studies,
  { vtype, correct }: Settings,
  notes: Journal,
): { yi: Float64Array; vi: Float64Array } {
  const yi = Float64Array.from(studies, (study) => (study === null ? Number.NaN : effect(study, correct)));
  const rule = variances[vtype]!;
  const of = typeof rule === "function" ? rule : rule.of;
  const means = typeof rule === "function" ? [] : meansOf(rule, studies, yi);
  const vi = Float64Array.from(studies, (study, i) =>
    study === null ? Number.NaN : of(study, yi[i]!, means, correct),
  );
  for (const [i, study] of studies.entries()) {
    if (study === null) continue;
    const odd = !Number.isFinite(yi[i])
      ? "effect"
      : Number.isFinite(vi[i]) && vi[i]! >= 0
        ? null
        : "variance";
    if (odd !== null) {
      const zero = design.zeros?.counts(study).includes(0) ? "a count is 0, and nothing was added: " : "";
      notes.of(i, "missing", `${zero}the ${odd} is ${odd === "effect" ? yi[i] : vi[i]}; no effect size`);
      yi[i] = Number.NaN;
      vi[i] = Number.NaN;
    } else if (vi[i] === 0) {
      notes.of(i, "note", "the sampling variance is 0");
    }
  }
  return { yi, vi };
}

/** Weighted means over the studies that have an effect. */
function meansOf({ means }: PooledVariance<unknown>, studies: Studies, yi: Float64Array): number[] {
  return means.map(({ of, weight }) => {
    let sum = 0;
    let total = 0;
    for (const [i, study] of studies.entries()) {
      if (study === null || !Number.isFinite(yi[i])) continue;
      sum += weight(study) * of(study, yi[i]!);
      total += weight(study);
    }
    return sum / total;
  });
}

function turnSigns(yi: Float64Array, flip: EscalcOptions["flip"], table: Table): void {
  if (flip === undefined || flip === false) return;
  const flags = flip === true ? null : numbersOf(table, "flip", flip as Values);
  for (let i = 0; i < yi.length; i++) {
    // no -0 for an effect of 0
    if (flags === null || flags[i] === 1) yi[i] = 0 - yi[i]!;
    else if (flags[i] !== 0) {
      throw new DrmError("bad_option", `escalc(): flip[${i + 1}] is ${flags[i]}; wanted true, false, 1 or 0`);
    }
  }
}
