import type { ColumnInput } from "../data/column-from";
import { type FactorColumn, labelColumn, type Table } from "../data/table";
import { DrmError, didYouMean } from "../errors";
import { type DataInput, tableFrom } from "../index";
import { isList, shown } from "../options";
import { count } from "../words";

/** One number a row: a column's name, the numbers themselves, or one number for all rows. */
export type Values = string | number | ArrayLike<number | null | undefined>;

/** The user's table, or one without columns that is as long as the arrays that were given. */
export function tableOf(data: DataInput | undefined, values: Readonly<Record<string, unknown>>): Table {
  if (data !== undefined) return tableFrom(data);
  let nrow = -1;
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "string") {
      throw new DrmError(
        "bad_option",
        `${name} is the column '${value}', but there is no data to look it up in`,
      );
    }
    const length = isList(value) ? (value as ArrayLike<unknown>).length : 1;
    if (nrow < 0 || nrow === 1) nrow = length;
    else if (length !== 1 && length !== nrow) throw unequal(name, length, nrow);
  }
  return { nrow: Math.max(nrow, 0), names: [], column: () => undefined };
}

/** The numbers of an argument, NaN where they are missing. Throws DrmError naming the argument and the column. */
export function numbersOf(table: Table, argument: string, value: Values): Float64Array {
  if (typeof value === "number") return new Float64Array(table.nrow).fill(value);
  if (typeof value === "string") return columnOf(table, argument, value);
  if (value.length !== table.nrow) throw unequal(argument, value.length, table.nrow);
  const column = tableFrom({ [argument]: value as ColumnInput }).column(argument)!;
  if (column.kind === "factor") throw holdsTexts(argument, column);
  return column.values;
}

function columnOf(table: Table, argument: string, name: string): Float64Array {
  const column = table.column(name);
  if (column === undefined) {
    const near = didYouMean(name, table.names);
    throw new DrmError("unknown_column", `${argument}: column '${name}' not in data${near}`);
  }
  if (column.kind === "factor") throw holdsTexts(`${argument}: column '${name}'`, column);
  return column.values;
}

/** Names the first cell that is no number: the others may all be numbers. */
function holdsTexts(what: string, { codes, levels }: FactorColumn): DrmError {
  const isText = (code: number) => code >= 0 && !Number.isFinite(Number(levels[code]));
  const row = codes.findIndex(isText);
  const such = row < 0 ? "" : `, such as ${shown(levels[codes[row]!])} in row ${row + 1}`;
  return new DrmError("bad_data", `${what} holds texts${such}; wanted numbers`);
}

/** The labels of the rows, null where one is missing, or null for all where there are none. */
export function labelsOf(
  table: Table,
  study: string | ArrayLike<unknown> | undefined,
): readonly (string | null)[] | null {
  if (study === undefined) return null;
  if (typeof study !== "string") {
    if (study.length !== table.nrow) throw unequal("study", study.length, table.nrow);
    return Array.from(study, (cell) => (cell === null || cell === undefined ? null : String(cell)));
  }
  const column = labelColumn(table, study);
  if (column === undefined) {
    const near = didYouMean(study, table.names);
    throw new DrmError("unknown_column", `study: column '${study}' not in data${near}`);
  }
  const factor = column.kind === "factor" ? column : column.written;
  if (factor !== undefined) return Array.from(factor.codes, (code) => factor.levels[code] ?? null);
  return Array.from((column as { values: Float64Array }).values, (x) => (Number.isNaN(x) ? null : String(x)));
}

function unequal(argument: string, length: number, nrow: number): DrmError {
  return new DrmError(
    "bad_data",
    `${argument} has ${count(length, "value")} for ${count(nrow, "row")}; wanted one a row`,
  );
}
