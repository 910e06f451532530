import { columnInput } from "../../batch/cloneable";
import type { Column, Table } from "../../data/table";
import { tableFrom } from "../../data/table-from";
import { DrmError, didYouMean } from "../../errors";
import { label } from "../read-text";
import type { CellValue } from "./column-kinds";

/** Numbers, booleans, texts and null. */
export function columnCells(column: Column): readonly CellValue[] {
  const input = columnInput(column);
  if ("codes" in input) return Array.from(input.codes, (code) => input.levels[code] ?? null);
  return Array.from(input as ArrayLike<number | boolean | null>, (x) => (Number.isNaN(x) ? null : x));
}

/** Columns as a Parquet file has them, as a table. */
export function parquetTable(columns: Readonly<Record<string, readonly unknown[]>>): Table {
  return tableFrom(columns as Parameters<typeof tableFrom>[0]);
}

/** The cells of such columns, by name. */
export function cellsOf(
  columns: Readonly<Record<string, readonly unknown[]>>,
): (name: string) => readonly CellValue[] {
  const table = parquetTable(columns);
  return (name) => columnCells(table.column(name)!);
}

export function unknownColumn(path: string, by: string, names: readonly string[]): DrmError {
  return new DrmError(
    "unknown_column",
    `--by ${by}: ${label(path)} has no such column${didYouMean(by, names)}`,
  );
}
