import { columnInput } from "../../batch/cloneable";
import { isMissing, isTrue, type MissingCodes } from "../../data/cell-kinds";
import type { ColumnEvidence, FileContext } from "../../data/column-evidence";
import { givesBack, levelOf, numberReader } from "../../data/csv-column";
import type { Column } from "../../data/table";
import { tableFrom } from "../../data/table-from";
import { DrmError, didYouMean } from "../../errors";
import { label } from "../read-bytes";
import type { ColumnRoles } from "./column-roles";
import type { TableBlock, TableColumn } from "./table-groups";

/** What a cell of a table is to a model. */
export type CellValue = number | boolean | string | null;

/** Numbers, booleans, texts and null. */
export function columnCells(column: Column): readonly CellValue[] {
  const input = columnInput(column);
  if ("codes" in input) return Array.from(input.codes, (code) => input.levels[code] ?? null);
  return Array.from(input as ArrayLike<number | boolean | null>, (x) => (Number.isNaN(x) ? null : x));
}

/** What turns the texts of a column, trimmed, into cells for a model, once all of them have been seen. */
export interface CellReader extends Pick<TableColumn, "numberOf"> {
  readonly read: (text: string) => CellValue;
}

/** The reader of a column. Throws DrmError("bad_data") for texts among numbers, unless only labels are wanted. */
export function cellReader(evidence: ColumnEvidence, file: FileContext, roles: ColumnRoles): CellReader {
  const { name, rules } = evidence;
  const given = roles.levels(name);
  if (given !== undefined) return { read: levelCell(given, rules.codes), numberOf: null };
  const verdict = evidence.verdict(file);
  switch (verdict.kind) {
    case "numeric": {
      const numberOf = numberReader(verdict.decimal, rules.codes);
      if (roles.isNaming(name)) return { read: (text) => text, numberOf };
      return { read: (text) => orNull(numberOf(text)), numberOf: null };
    }
    case "logical":
      return { read: logicalCell(rules.codes), numberOf: null };
    case "unclear":
      if (!roles.isOnlyNaming(name)) throw verdict.error;
      return { read: textCell(rules.codes), numberOf: null };
    case "text":
      return { read: textCell(rules.codes), numberOf: null };
  }
}

/** The reader of the column that names data sets: texts as they are written, where numbers do not give them back. */
export function idReader(
  evidence: ColumnEvidence,
  file: FileContext,
  texts: Iterable<string>,
): (text: string) => CellValue {
  const { codes } = evidence.rules;
  const verdict = evidence.verdict(file);
  if (verdict.kind === "logical") return logicalCell(codes);
  if (verdict.kind !== "numeric") return textCell(codes);
  const numberOf = numberReader(verdict.decimal, codes);
  const isPlain = (text: string) => {
    const value = numberOf(text);
    return Number.isNaN(value) || givesBack(value, text);
  };
  if ([...texts].every(isPlain)) return (text) => orNull(numberOf(text));
  return (text) => (Number.isNaN(numberOf(text)) ? null : text);
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function textCell(codes: MissingCodes): (text: string) => string | null {
  return (text) => (isMissing(text, codes) ? null : text);
}

function logicalCell(codes: MissingCodes): (text: string) => boolean | null {
  return (text) => (isMissing(text, codes) ? null : isTrue(text));
}

/** The level of a cell. One that is no level stays as it is, and is an error of its data set. */
function levelCell(levels: ReadonlySet<string>, codes: MissingCodes): (cell: string) => string | null {
  return (cell) => {
    const level = levelOf(cell, levels, codes);
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
  return { ids: cells(by), columns: names.map((name) => ({ name, cells: cells(name), numberOf: null })) };
}

export function unknownColumn(path: string, by: string, names: readonly string[]): DrmError {
  return new DrmError(
    "unknown_column",
    `--by ${by}: ${label(path)} has no such column${didYouMean(by, names)}`,
  );
}
