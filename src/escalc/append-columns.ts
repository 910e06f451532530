import { labelColumn, type NumericColumn, type Table } from "../data/table";
import { DrmError } from "../errors";
import type { Journal } from "./decisions";
import { numbersOf } from "./given";

/**
 * The table with columns of numbers at its end. One of a name that is there already takes its place: all of its cells when `replace` is
 * true, else those that are missing; what that changes is in the journal.
 */
export function appendColumns(
  caller: string,
  table: Table,
  names: readonly string[],
  columns: readonly Float64Array[],
  replace: boolean,
  notes: Journal,
): Table {
  if (names.length !== columns.length || new Set(names).size !== names.length) {
    throw new DrmError(
      "bad_option",
      `${caller}(): names holds ${columns.length} different names, of the new columns`,
    );
  }
  const added: Record<string, NumericColumn> = Object.create(null);
  for (const [j, name] of names.entries()) {
    const values = columns[j]!.slice();
    if (table.names.includes(name)) {
      if (!replace) {
        const old = numbersOf(table, "names", name);
        for (let i = 0; i < values.length; i++) if (!Number.isNaN(old[i])) values[i] = old[i]!;
      }
      if (changes(table, name, values)) {
        const what = replace ? "it was replaced" : "its missing cells were replaced";
        notes.ofAll("replaced", `column '${name}' was in the data: ${what}`);
      }
    }
    added[name] = { kind: "numeric", values };
  }
  const all = [...table.names.filter((name) => !names.includes(name)), ...names];
  return {
    nrow: table.nrow,
    names: all,
    column: (name) => added[name] ?? table.column(name),
    labels: (name) => added[name] ?? labelColumn(table, name),
  };
}

/** Whether values are others than those of the column of that name, beyond the digits of a file. */
function changes(table: Table, name: string, values: Float64Array): boolean {
  const column = table.column(name)!;
  if (column.kind === "factor") return true;
  return values.some((value, i) => {
    const old = column.values[i]!;
    return Number.isNaN(value) ? !Number.isNaN(old) : !(Math.abs(value - old) <= 1e-9 * Math.abs(value));
  });
}
