import { DrmError } from "../../errors";
import { checkOptions, type OptionKinds, shown } from "../../options";
import { tablesOf } from "../printable";
import { type ReportTable, tableText } from "../text-table";
import { csvTable } from "./csv";
import { htmlTable } from "./html";
import { markdownTable } from "./markdown";
import { rowTable } from "./row-table";

/** How a table is written. */
export type TableFormat = "text" | "markdown" | "csv" | "html";

/** How a table is written. */
export interface FormatTableOptions {
  /** default "text" */
  readonly format?: TableFormat;
  /** title of the (first) table, instead of its own; text and CSV have none */
  readonly caption?: string;
}

const FORMAT_TABLE_OPTIONS: OptionKinds<FormatTableOptions> = {
  format: "text",
  caption: "text",
};

/**
 * A table to paste: as aligned text, GitHub-flavoured Markdown, CSV (RFC 4180, CRLF, full precision, text that would run
 * as a formula made harmless) or HTML. Cells are escaped for each.
 *
 * @param table what summary(), checkDrm(), marginalMeans(), contrasts(), varianceComponents(), varianceShares(),
 *   heterogeneity(), scaleIntervals(), anova(), compareFits() or r2() returned; or rows of plain cells, such as those of
 *   tidy(), confint(), ranef() or augment(); or one such row, as of glance(). A report of several tables gives them all,
 *   but a CSV file holds one table: the first, of coefficients for a summary.
 * @throws DrmError "bad_option" for an unknown format, no rows, or rows with cells that are not plain
 */
export function formatTable(table: object, options: FormatTableOptions = {}): string {
  checkOptions("formatTable", options, FORMAT_TABLE_OPTIONS);
  const { format = "text", caption } = options;
  if (typeof table !== "object" || table === null) {
    throw new DrmError("bad_option", `formatTable() takes a table or an array of rows, not ${shown(table)}`);
  }
  const own = tablesOf(table);
  const found = own ?? [rowTable(rowsOf(table), "")];
  const tables = caption === undefined ? found : [{ ...found[0]!, caption }, ...found.slice(1)];
  switch (format) {
    case "text":
      return own === null ? tableText(tables[0]!) : String(table);
    case "markdown":
      return joined(tables, markdownTable);
    case "html":
      return joined(tables, htmlTable);
    case "csv":
      return csvTable(tables[0]!);
    default:
      throw new DrmError(
        "bad_option",
        `format '${String(format)}': wanted "text", "markdown", "csv" or "html"`,
      );
  }
}

function joined(tables: readonly ReportTable[], render: (table: ReportTable) => string): string {
  return tables.map(render).join("\n\n");
}

function rowsOf(table: object): readonly object[] {
  const rows: readonly unknown[] = Array.isArray(table) ? table : [table];
  if (rows.length === 0) throw new DrmError("bad_option", "formatTable() was given no rows");
  for (const row of rows) {
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      throw new DrmError("bad_option", "formatTable() takes an array of row objects, or one");
    }
  }
  return rows as readonly object[];
}
