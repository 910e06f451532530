import type { FactorColumn, Table } from "../../data/table";
import { type DataInput, tableFrom } from "../../data/table-from";
import { DrmError, didYouMean } from "../../errors";
import type { Fit } from "../../fit/fit";
import { groupingsOf } from "../../fit/groupings";
import { deparseName } from "../../formula/deparse";
import { asLabels } from "../../frame/as-factor";
import { repeatedStudies, studyCells } from "../../frame/study-columns";
import { outcomesOf, samplingVariances } from "../../inference/outcomes";
import { checkArgument, type OptionKinds, requireOptions } from "../../options";
import { type CheckRow, checkTable, row } from "../checks/check";
import { similarLevelsRow } from "../checks/similar-levels";
import { count } from "../format";
import type { Printable } from "../printable";
import { type EffectSizes, rowsText } from "./effect-sizes";
import { dominantStudy, duplicates, largeEffects, outlyingSigns } from "./effects";
import { RAW_CHECKS } from "./raw-numbers";
import { varianceRange, varianceScale } from "./variances";

/** What the columns of the data are. */
export interface CheckDataOptions {
  /** column of effect sizes; two for two outcomes */
  readonly effect: string | readonly [string, string];
  /** column of their sampling variances; two for two outcomes */
  readonly variance: string | readonly [string, string];
  /** column that says which rows are of one study */
  readonly study?: string;
  /** column of sample sizes, which tells variances from standard errors */
  readonly sampleSize?: string;
  /** columns of the numbers that the effects were made of, by the argument of escalc() or convWald(): { sd1i: "sd_t", ... } */
  readonly raw?: Readonly<Record<string, string>>;
}

const CHECK_DATA_OPTIONS: OptionKinds<CheckDataOptions> = {
  effect: "texts",
  variance: "texts",
  study: "text",
  sampleSize: "text",
  raw: "object",
};

const CAPTION = "Checks of the data";

/** In this order. A new check is one function and one line here. */
const CHECKS: readonly ((data: EffectSizes) => CheckRow | null)[] = [
  varianceRange,
  varianceScale,
  duplicates,
  largeEffects,
  outlyingSigns,
  dominantStudy,
];

/**
 * Looks at effect sizes before they are fitted: a row per question, "ok", "note" or "warning" ("error" for negative
 * variances), which names the data rows (counted from 1). Nothing is changed, and a note is no verdict. Asked is
 *
 *   missing_cells    which rows a fit would leave out ("complete_rows": an error when that is all of them)
 *   variance_range   variances that are negative or 0, or 1000 times the median or a thousandth of it
 *   variance_scale   standard errors in the place of variances, or variances squared: by the column's name, by their slope
 *                    on the sample size (-1 for variances, -1/2 for standard errors), by which effects are spread the most. A
 *                    note for effects that vary less than sampling error (Cochran's Q below its chi-squared distribution's
 *                    0.1 % quantile), or a hundredfold more
 *   duplicates       the same study, effect and variance twice, in columns with too many digits for chance
 *   large_effects    |effect| clearly above 2 where most are below 1
 *   outlying_sign    an effect clearly of the other sign than nearly all others, of a size that theirs have
 *   study_column     a column that reads like the studies' and has several effects of some, where no study was named
 *   similar_levels   studies whose names differ only in case, blanks or encoding
 *   raw_sds          means more than 3 SDs apart that would be an ordinary distance apart if the SDs were standard errors, and SDs
 *                    far below those of the other studies that would be of their size
 *   raw_counts       counts that are no whole numbers: proportions or percentages
 *   raw_scale        estimates with limits, some of them ratios and some log ratios
 *   dominant_study   a study with more weight than all others together, 1 / (v + tau^2), tau^2 by moments
 *
 * With two outcomes each is checked on its own and `value` starts with its name. Plain rows; `String(...)` gives the table.
 *
 * @throws DrmError "unknown_column" and "bad_data" for a column that is not there or not of numbers; "bad_option" when
 *   there are not as many variances as effects
 */
export function checkData(data: DataInput, options: CheckDataOptions): Printable<readonly CheckRow[]> {
  requireOptions("checkData", options, CHECK_DATA_OPTIONS);
  const table = tableFrom(data);
  if (options.effect === undefined || options.variance === undefined) {
    const missing = options.effect === undefined ? "effect" : "variance";
    const example = 'checkData(data, { effect: "yi", variance: "vi" })';
    throw new DrmError("bad_option", `checkData() needs the name of the ${missing} column: ${example}`);
  }
  const effects = [options.effect].flat() as string[];
  const variances = [options.variance].flat() as string[];
  if (effects.length !== variances.length) {
    const seen = `${count(effects.length, "effect")} and ${count(variances.length, "variance")}`;
    throw new DrmError(
      "bad_option",
      `checkData() was given ${seen}: one variance column an effect is needed`,
    );
  }
  const study = options.study === undefined ? null : asLabels(options.study, find(table, options.study));
  const n = options.sampleSize === undefined ? null : numbers(table, options.sampleSize);
  const columns = [
    ...effects,
    ...variances,
    ...(options.sampleSize === undefined ? [] : [options.sampleSize]),
  ];
  const rows = [
    missingCells(table, columns, study === null ? null : { name: options.study!, column: study }),
    ...effects.flatMap((effect, o) => {
      const y = numbers(table, effect);
      const v = numbers(table, variances[o]);
      const labels = study === null ? null : Array.from(study.codes, (code) => study.levels[code] ?? null);
      const sizes = { effect, variance: variances[o], named: true, y, v, labels, n };
      return outcomeChecks(complete(sizes), effects.length > 1);
    }),
    ...rawChecks(table, options.raw),
    ...(study === null ? studyColumn(table, columns) : similarStudies(options.study!, study)),
  ];
  return checkTable(rows, CAPTION);
}

function rawChecks(table: Table, columns: CheckDataOptions["raw"]): CheckRow[] {
  if (columns === undefined) return [];
  const raw = Object.fromEntries(
    Object.entries(columns).map(([argument, name]) => {
      checkArgument("checkData", `raw.${argument}`, name, "text");
      return [argument, Array.from(numbers(table, name))];
    }),
  );
  return RAW_CHECKS.map((check) => check(raw)).filter((found) => found !== null);
}

/** A column that reads like the studies' and has several effects of some, when none was named. */
function studyColumn(table: Table, columns: readonly string[]): CheckRow[] {
  const rows = Int32Array.from({ length: table.nrow }, (_, i) => i);
  const found = repeatedStudies(studyCells(table, columns, rows) ?? {});
  if (found === null) return [];
  const { column, studies, shared } = found;
  const message =
    `Column '${column}' names ${count(studies, "study")} for ${count(table.nrow, "row")}, ${shared} of which share theirs: name it as ` +
    `study, and give the model (1 | ${deparseName(column)}), sampling covariances or robust errors.`;
  return [row("study_column", "note", column, message)];
}

function similarStudies(name: string, column: FactorColumn): CheckRow[] {
  const found = similarLevelsRow([[name, column]]);
  return found === null ? [] : [found];
}

/**
 * The same questions about the effect sizes that a fit used, and about the numbers that they were made of where these are known. Its first
 * grouping tells the studies.
 */
export function checkFitData(
  fit: Fit,
  made?: { readonly data: Table; readonly of: NonNullable<CheckDataOptions["raw"]> },
): Printable<readonly CheckRow[]> {
  const raw = made === undefined ? [] : rawChecks(made.data, made.of);
  if (fit.knownV.kind === "none") return checkTable(raw, CAPTION);
  const rows = outcomesOf(fit).flatMap((outcome) => {
    const [grouping] = groupingsOf(fit);
    const labels =
      grouping === undefined ? null : Array.from(grouping.codes, (code) => grouping.levels[code] ?? null);
    const { label, values } = fit.response[outcome.location];
    const variance = fit.family === "gaussian" ? fit.knownV.label : `the variance of ${label}`;
    const sizes = {
      effect: label,
      variance,
      // checkDrm() knows the whole of V, and what its columns are called
      named: false,
      y: values,
      v: samplingVariances(fit, outcome),
      labels,
      n: null,
    };
    return outcomeChecks(complete(sizes, fit.rows), fit.family !== "gaussian");
  });
  return checkTable([...rows, ...raw], CAPTION);
}

function outcomeChecks(sizes: EffectSizes, named: boolean): CheckRow[] {
  if (sizes.y.length === 0) {
    const message = `No row has both ${sizes.effect} and ${sizes.variance}.`;
    return [row("complete_rows", "error", "0", message)];
  }
  return CHECKS.map((check) => check(sizes))
    .filter((found) => found !== null)
    .map((found) => (named ? { ...found, value: `${sizes.effect}: ${found.value}` } : found));
}

interface Columns {
  readonly effect: string;
  readonly variance: string;
  readonly named: boolean;
  readonly y: Float64Array;
  readonly v: Float64Array;
  readonly labels: readonly (string | null)[] | null;
  readonly n: Float64Array | null;
}

/** Rows with an effect and a variance; a row without a study is one of its own. */
function complete({ effect, variance, named, y, v, labels, n }: Columns, rows?: Int32Array): EffectSizes {
  const kept = Array.from(y.keys()).filter((i) => Number.isFinite(y[i]) && Number.isFinite(v[i]));
  const number = (i: number) => (rows === undefined ? i : rows[i]) + 1;
  return {
    effect,
    variance,
    named,
    y: kept.map((i) => y[i]),
    v: kept.map((i) => v[i]),
    rows: kept.map(number),
    study: labels === null ? null : kept.map((i) => labels[i] ?? `row ${number(i)}`),
    n: n === null ? null : kept.map((i) => n[i]),
  };
}

function missingCells(
  table: Table,
  columns: readonly string[],
  study: { readonly name: string; readonly column: FactorColumn } | null,
): CheckRow {
  const missing = columns.map((name) => ({ name, rows: rowsWhere(numbers(table, name), Number.isNaN) }));
  if (study !== null)
    missing.push({ name: study.name, rows: rowsWhere(study.column.codes, (code) => code < 0) });
  const some = missing.filter(({ rows }) => rows.length > 0);
  if (some.length === 0) return row("missing_cells", "ok", "0", "No cell is empty.");
  return row(
    "missing_cells",
    "note",
    some.map(({ name, rows }) => `${name}: ${rows.length}`).join(", "),
    `Empty: ${some.map(({ name, rows }) => `${name} in ${rowsText(rows)}`).join("; ")}. Make sure that they are missing for reasons unrelated to the effect.`,
  );
}

function rowsWhere(values: ArrayLike<number>, holds: (value: number) => boolean): number[] {
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) if (holds(values[i])) found.push(i + 1);
  return found;
}

function find(table: Table, name: string) {
  const column = table.column(name);
  if (column !== undefined) return column;
  throw new DrmError("unknown_column", `column '${name}' not in data${didYouMean(name, table.names)}`);
}

function numbers(table: Table, name: string): Float64Array {
  const column = find(table, name);
  if (column.kind === "numeric") return column.values;
  throw new DrmError(
    "bad_data",
    `column '${name}' does not hold numbers: effects, variances and sample sizes do`,
  );
}
