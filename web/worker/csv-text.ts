import Papa from "papaparse";

/** Rows of one shape as CSV with a header, numbers in full; what does not exist is NA. */
export function csvText(rows: readonly object[]): string {
  const cells = rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? "NA"])),
  );
  return `${Papa.unparse(cells, { newline: "\n" })}\n`;
}
