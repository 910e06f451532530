import { type ReportTable, tableText } from "./text-table";

/** A report: plain data that also knows its text by `toString`, so `String(report)` and template literals print it. */
export type Printable<T> = T & { toString(): string };

const TABLES = Symbol.for("drmeta.tables");

/**
 * Attaches the text, and the tables for formatTable(). The properties are not enumerable, so JSON, structuredClone and
 * deep comparison see plain data only.
 */
export function printable<T extends object>(
  data: T,
  render: (data: T) => string,
  tables?: (data: T) => readonly ReportTable[],
): Printable<T> {
  if (tables !== undefined) {
    Object.defineProperty(data, TABLES, { value: () => tables(data), enumerable: false });
  }
  return Object.defineProperty(data, "toString", { value: () => render(data), enumerable: false });
}

/** A report that is one table: its text is the table's. */
export function printableTable<T extends object>(data: T, table: (data: T) => ReportTable): Printable<T> {
  return printable(
    data,
    (own) => tableText(table(own)),
    (own) => [table(own)],
  );
}

/** The tables of a report, the main one first; null for data that is none, or lost them by cloning. */
export function tablesOf(data: object): readonly ReportTable[] | null {
  const tables = (data as { readonly [TABLES]?: () => readonly ReportTable[] })[TABLES];
  return tables === undefined ? null : tables();
}
