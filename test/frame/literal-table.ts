import type { Column, Table } from "../../src/data/table";

type Cell = number | string | boolean | null;

/** A Table written out in a test: null is a missing cell, text levels are sorted. */
export function literalTable(data: Readonly<Record<string, readonly Cell[]>>): Table {
  const names = Object.keys(data);
  const columns = new Map(names.map((name) => [name, literalColumn(data[name]!)]));
  return { nrow: data[names[0]!]!.length, names, column: (name) => columns.get(name) };
}

function literalColumn(cells: readonly Cell[]): Column {
  if (cells.some((cell) => typeof cell === "string")) {
    const levels = [...new Set(cells.filter((cell) => cell !== null).map(String))].sort();
    const codes = Int32Array.from(cells, (cell) => (cell === null ? -1 : levels.indexOf(String(cell))));
    return { kind: "factor", codes, levels, ordered: false };
  }
  const kind = cells.some((cell) => typeof cell === "boolean") ? "logical" : "numeric";
  return { kind, values: Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))) };
}

/** The code and message of the error that `run` throws. */
export function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error
      ? `${"code" in error ? error.code : error.name}: ${error.message}`
      : String(error);
  }
  return "no error";
}
