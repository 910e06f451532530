import { DrmError } from "../../errors";
import { formatColumn, formatFixed, formatPValue, NOT_AVAILABLE } from "../format";
import type { CellValue, ReportTable, TableColumn } from "../text-table";

/** Rows of plain cells as a table: a column a key, in order of appearance. */
export function rowTable(rows: readonly object[], caption: string): ReportTable {
  const keys = new Set(rows.flatMap((row) => Object.keys(row)));
  return { caption, columns: [...keys].map((key) => keyColumn(key, rows)), notes: [] };
}

function keyColumn(key: string, rows: readonly object[]): TableColumn {
  const values = rows.map((row) => cellValue(key, (row as Readonly<Record<string, unknown>>)[key]));
  const isNumber = values.every((value) => value === null || typeof value === "number");
  if (!isNumber || values.every((value) => value === null)) {
    const cells = values.map((value) => (value === null ? NOT_AVAILABLE : String(value)));
    return { header: key, cells, values, align: "left" };
  }
  const numbers = values.map((value) => (value === null ? Number.NaN : Number(value)));
  return { header: key, cells: formatOf(key)(numbers), values };
}

function formatOf(key: string): (values: readonly number[]) => string[] {
  if (/^p[._]?(value|adjusted)$|pvalue$/i.test(key)) return (values) => values.map(formatPValue);
  if (key === "statistic" || key === "z" || key === "t")
    return (values) => values.map((z) => formatFixed(z, 3));
  return (values) => formatColumn(values);
}

/** A list of words or numbers is one cell; what has cells of its own is not. */
function cellValue(key: string, value: unknown): CellValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return value;
  if (Array.isArray(value) && value.every((one) => /^(number|string|boolean)$/.test(typeof one)))
    return value.join(", ");
  throw new DrmError(
    "bad_option",
    `'${key}' is neither a number nor text: formatTable() takes rows of plain cells, or what summary() and the like return`,
  );
}
