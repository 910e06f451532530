import { type Column, labelColumn, type NumericColumn } from "../../data/table";
import { didYouMean } from "../../errors";
import { type DataInput, DrmError, type Fit, tableFrom } from "../../index";
import type { OptionKinds } from "../../options";
import { count } from "../../words";
import { groupingsIn } from "./outcome";

/**
 * A column for each row used: its name, in the fit or in `data`, or the values themselves in data-row order (one per row
 * of the user's data; one per row used will do too).
 */
export type RowValues = string | ArrayLike<unknown>;

/** What is written beside points. */
export interface RowOptions {
  /** the data the fit was made from, when a plot uses columns that the formulas do not */
  readonly data?: DataInput | undefined;
  /** names of the rows; default the innermost random intercept's level, or "Row 7" by data row */
  readonly labels?: RowValues | undefined;
}

export const ROW_OPTIONS: OptionKinds<RowOptions> = {
  data: "data",
  labels: "cells",
};

/** Names of the rows used. */
export function rowLabels(fit: Fit, { data, labels }: RowOptions, location: string): readonly string[] {
  if (labels !== undefined) return textValues(fit, "labels", labels, data);
  const innermost = groupingsIn(fit, location).at(-1);
  if (innermost === undefined) return Array.from(fit.rows, (row) => `Row ${row + 1}`);
  return Array.from(innermost.codes, (code, i) => innermost.levels[code] ?? `Row ${fit.rows[i]! + 1}`);
}

/** Groups of rows, in the order of the factor's levels, of the numbers, or of their first appearance. */
export interface Groups {
  readonly labels: readonly string[];
  /** of each row used, -1 where the cell is missing */
  readonly codes: Int32Array;
}

export function rowGroups(fit: Fit, group: RowValues, data: DataInput | undefined): Groups {
  const column = columnOf(fit, "group", group, data);
  if (!Array.isArray(column)) return groupsOfColumn(column);
  const labels = [...new Set(column)].filter((label) => label !== "");
  return { labels, codes: codesOf(column, labels) };
}

/** The groups that a column makes; levels without a row are left out. */
export function groupsOfColumn(column: Column): Groups {
  if (column.kind === "factor") return withoutEmpty(column.levels, column.codes);
  if (column.written !== undefined) return withoutEmpty(column.written.levels, column.written.codes);
  const values = [...new Set(column.values)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const name = (value: number) => (column.kind === "logical" ? String(value === 1) : String(value));
  return { labels: values.map(name), codes: codesOf(column.values, values) };
}

function codesOf<T>(cells: ArrayLike<T>, groups: readonly T[]): Int32Array {
  const place = new Map(groups.map((group, code) => [group, code]));
  return Int32Array.from(cells, (cell) => place.get(cell) ?? -1);
}

/** A column of text for the rows used; "" where a cell is missing. */
function textValues(
  fit: Fit,
  option: string,
  given: RowValues,
  data: DataInput | undefined,
): readonly string[] {
  const column = columnOf(fit, option, given, data);
  if (Array.isArray(column)) return column;
  const labels = column.kind === "factor" ? column : column.written;
  if (labels !== undefined) return Array.from(labels.codes, (code) => labels.levels[code] ?? "");
  return Array.from((column as NumericColumn).values, (value) => (Number.isNaN(value) ? "" : String(value)));
}

function withoutEmpty(levels: readonly string[], codes: Int32Array): Groups {
  const used = new Set(codes);
  const kept = levels.map((_, code) => code).filter((code) => used.has(code));
  const place = new Map(kept.map((code, i) => [code, i]));
  return { labels: kept.map((code) => levels[code]!), codes: codes.map((code) => place.get(code) ?? -1) };
}

/** The column for the rows used, or the texts given. */
function columnOf(
  fit: Fit,
  option: string,
  given: RowValues,
  data: DataInput | undefined,
): Column | string[] {
  if (typeof given !== "string") return pickRows(fit, option, Array.from(given, textOf));
  if (Object.hasOwn(fit.data, given)) return fit.data[given]!;
  const table = data === undefined ? undefined : tableFrom(data);
  const column = table === undefined ? undefined : labelColumn(table, given);
  if (column !== undefined) return picked(column, rowsWithin(fit, option, table!.nrow));
  const known = [...Object.keys(fit.data), ...(table?.names ?? [])];
  const advice =
    table === undefined
      ? "a fit keeps only the columns of its formulas: pass `data` too, or the values themselves"
      : "it is in neither the fit nor `data`";
  throw new DrmError("unknown_column", `${option} '${given}': ${advice}${didYouMean(given, known)}`);
}

function picked(column: Column, rows: Int32Array): Column {
  if (column.kind === "factor") return { ...column, codes: rows.map((row) => column.codes[row]!) };
  const { kind, values, written } = column;
  return {
    kind,
    values: Float64Array.from(rows, (row) => values[row]!),
    ...(written !== undefined && { written: { ...written, codes: rows.map((row) => written.codes[row]!) } }),
  };
}

function pickRows(fit: Fit, option: string, values: readonly string[]): string[] {
  if (values.length === fit.nobs && fit.dropped.count === 0) return [...values];
  return Array.from(rowsWithin(fit, option, values.length), (row) => values[row]!);
}

/** fit.rows, once they are known to be within data of that many rows. */
function rowsWithin(fit: Fit, option: string, length: number): Int32Array {
  const wanted = fit.nobs + fit.dropped.count;
  if (length === wanted) return fit.rows;
  throw new DrmError(
    "bad_option",
    `${option}: ${count(length, "value")} for ${count(wanted, "data row")}; give one per row of the data, dropped ones included`,
  );
}

function textOf(value: unknown): string {
  return value === null || value === undefined || Number.isNaN(value) ? "" : String(value);
}
