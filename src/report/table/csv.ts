import { largest } from "../../data/range";
import type { CellValue, ReportTable } from "../text-table";

/**
 * The table as CSV (RFC 4180: CRLF, quotes doubled) in full precision, header first, without caption and notes. A number
 * that does not exist is an empty cell. Text that a spreadsheet would run as a formula gets an apostrophe in front
 * (OWASP, CSV injection).
 */
export function csvTable({ columns }: Pick<ReportTable, "columns">): string {
  const values = columns.map(({ values, cells }): readonly CellValue[] => values ?? cells);
  const nrow = largest(values.map((column) => column.length));
  const lines = [columns.map(({ header, name }) => field(header === "" ? (name ?? "name") : header))];
  for (let i = 0; i < nrow; i++) lines.push(values.map((column) => field(column[i]!)));
  return `${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

function field(value: CellValue): string {
  if (value === null) return "";
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return String(value).toUpperCase();
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** As R, pandas and Julia read it. */
function number(value: number): string {
  if (Number.isNaN(value)) return "";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "Inf" : "-Inf";
}
