import { columnInput } from "../../batch/cloneable";
import { columnFromText, givesBack, levelOf } from "../../data/csv-column";
import type { Column } from "../../data/table";
import { tableFrom } from "../../data/table-from";
import { DrmError, didYouMean } from "../../errors";
import { label } from "../read-text";
import type { CellValue, ColumnKind } from "./column-kinds";
import type { ColumnRoles } from "./column-roles";
import type { TableBlock, TableColumn } from "./table-groups";

/** Numbers, booleans, texts and null. */
export function columnCells(column: Column): readonly CellValue[] {
  const input = columnInput(column);
  if ("codes" in input) return Array.from(input.codes, (code) => input.levels[code] ?? null);
  return Array.from(input as ArrayLike<number | boolean | null>, (x) => (Number.isNaN(x) ? null : x));
}

/** The cells as names of data sets: as they are written, where their numbers do not give that back. */
export function idCells(column: Column): readonly CellValue[] {
  return columnCells(column.kind === "factor" ? column : (column.written ?? column));
}

/** A column of CSV text, cells trimmed, for a model. `lineOf` gives a row's line in the file. */
export function csvColumn(
  name: string,
  texts: readonly string[],
  { isNaming, levels }: ColumnRoles,
  lineOf: (row: number) => number,
): TableColumn {
  const given = levels(name);
  if (given !== undefined) return { name, cells: texts.map(levelCell(given)), areWritten: false };
  const column = columnFromText(name, texts, undefined, false, lineOf);
  const areWritten = column.kind === "numeric" && column.written !== undefined && isNaming(name);
  if (areWritten) return { name, cells: texts, areWritten };
  return { name, cells: columnCells(column), areWritten };
}

/** What csvColumn() does, for cells that come one by one; `kind` tells of all of them, and is not asked where levels are given. */
export function cellReader(
  name: string,
  kind: ColumnKind | undefined,
  { isNaming, levels }: ColumnRoles,
): { readonly read: (text: string) => CellValue; readonly areWritten: boolean } {
  const given = levels(name);
  if (given !== undefined) return { read: levelCell(given), areWritten: false };
  if (kind!.isNumeric() && isNaming(name)) return { read: (text) => text, areWritten: true };
  return { read: kind!.values(), areWritten: false };
}

/** What idCells() does, for cells that come one by one; `texts` are all that there are. */
export function idReader(kind: ColumnKind, texts: Iterable<string>): (text: string) => CellValue {
  const toCell = kind.values();
  if (!kind.isNumeric()) return toCell;
  const isPlain = (text: string) => {
    const value = toCell(text);
    return value === null || givesBack(value as number, text);
  };
  if ([...texts].every(isPlain)) return toCell;
  return (text) => (toCell(text) === null ? null : text);
}

/** The level of a cell. One that is no level stays as it is, and is an error of its data set. */
function levelCell(levels: ReadonlySet<string>): (cell: string) => string | null {
  return (cell) => {
    const level = levelOf(cell, levels);
    return level === undefined ? cell : level;
  };
}

/** Columns as a Parquet file has them: its numbers have never been texts. `names` are those that jobs get. */
export function parquetColumns(
  all: Readonly<Record<string, readonly unknown[]>>,
  by: string,
  names: readonly string[],
): Pick<TableBlock, "ids" | "columns"> {
  const table = tableFrom(all as Parameters<typeof tableFrom>[0]);
  const cells = (name: string) => columnCells(table.column(name)!);
  return { ids: cells(by), columns: names.map((name) => ({ name, cells: cells(name), areWritten: false })) };
}

export function unknownColumn(path: string, by: string, names: readonly string[]): DrmError {
  return new DrmError(
    "unknown_column",
    `--by ${by}: ${label(path)} has no such column${didYouMean(by, names)}`,
  );
}
