import { parseDelimited } from "../../src/data/delimited";
import { DrmError, parseCsv, type Table } from "../../src/index";
import type { ColumnOverview, DataOverview } from "../model/columns";

/** A numeric column with at most so many different values can be taken as categories. */
const FEW_VALUES = 12;

/** CSV text, read as far as the page needs: its cells as written, and its columns. */
export interface TextTable {
  readonly text: string;
  readonly rows: readonly (readonly string[])[];
  readonly overview: DataOverview;
}

/** @throws DrmError "bad_data" or "no_rows", as parseCsv() */
export function textTable(text: string): TextTable {
  const table = parseCsv(text);
  const columns = table.names.map((name) => columnOverview(table, name));
  return { text, rows: parseDelimited(text).rows.slice(1), overview: { nrow: table.nrow, columns } };
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
    return { name, kind: "unreadable", missing: 0, levels: null, problem: error.message };
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
