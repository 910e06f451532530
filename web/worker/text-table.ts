import { type DataFile, type FileOptions, readTable } from "../../src/data/read-file";
import { DrmError, type Table } from "../../src/index";
import type { ColumnOverview, DataOverview } from "../model/columns";

/** A numeric column with at most so many different values can be taken as categories. */
const FEW_VALUES = 12;

/** A file of the reader's, and how it is to be read where its bytes do not tell. */
export interface Source {
  readonly bytes: Uint8Array;
  readonly reading: Omit<FileOptions, "warn">;
}

/** Data, read as far as the page needs: cells as written, and columns. */
export interface LoadedTable {
  readonly file: DataFile;
  readonly overview: DataOverview;
}

/** @throws DrmError as readTable() does */
export async function loadTable({ bytes, reading }: Source): Promise<LoadedTable> {
  const notes: string[] = [];
  const file = await readTable(bytes, { ...reading, warn: (message) => notes.push(message) });
  const table = file.table({});
  const columns = table.names.map((name) => columnOverview(table, name));
  return { file, overview: { nrow: table.nrow, columns, notes } };
}

function columnOverview(table: Table, name: string): ColumnOverview {
  try {
    const column = table.column(name)!;
    if (column.kind === "factor") {
      const missing = count(column.codes, (code) => code < 0);
      return { name, kind: "category", missing, levels: column.levels, problem: null };
    }
    const missing = count(column.values, Number.isNaN);
    if (column.kind === "logical") return { name, kind: "true/false", missing, levels: null, problem: null };
    return { name, kind: "number", missing, levels: fewValues(column.values), problem: null };
  } catch (error) {
    if (!(error instanceof DrmError)) throw error;
    const kind = hasLabels(table, name) ? "names" : "unreadable";
    return { name, kind, missing: 0, levels: null, problem: error.message };
  }
}

/** Texts among numbers can still name studies. */
function hasLabels(table: Table, name: string): boolean {
  try {
    return table.labels?.(name) !== undefined;
  } catch (error) {
    if (error instanceof DrmError) return false;
    throw error;
  }
}

function count(values: Iterable<number>, wanted: (value: number) => boolean): number {
  let n = 0;
  for (const value of values) if (wanted(value)) n++;
  return n;
}

function fewValues(values: Float64Array): readonly string[] | null {
  const found = new Set<number>();
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    found.add(value);
    if (found.size > FEW_VALUES) return null;
  }
  return [...found].sort((a, b) => a - b).map(String);
}
