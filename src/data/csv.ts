import { DrmError } from "../errors";
import { checkOptions, type OptionKinds, shown } from "../options";
import { count } from "../words";
import { columnFromText } from "./csv-column";
import { type DelimitedText, type Delimiter, parseDelimited } from "./delimited";
import { FACTOR_OPTIONS, type FactorOptions } from "./factor-from";
import type { Table } from "./table";
import { LazyTable } from "./table-from";

/** Options of parseCsv: levels of factors, and the delimiter when it should not be guessed. */
export interface CsvOptions extends FactorOptions {
  /** default: the one that splits the header and the rows alike */
  readonly delimiter?: Delimiter | undefined;
}

const CSV_OPTIONS: OptionKinds<CsvOptions> = { delimiter: "text", ...FACTOR_OPTIONS };

/**
 * CSV text with a header row as a Table. Comma, semicolon or tab is told from the header. `NA`, `NaN` and empty cells
 * are missing; spaces around a cell do not count; numbers need a decimal point. A column of TRUE and FALSE is logical,
 * other text a factor. A column of mostly numbers with a stray text in it is an error when the column is used.
 */
export function parseCsv(text: string, options: CsvOptions = {}): Table {
  checkOptions("parseCsv", options, CSV_OPTIONS);
  if (typeof text !== "string") {
    throw new DrmError("bad_data", `parseCsv() takes the text of a CSV file; it was given ${shown(text)}`);
  }
  const { names, rows, lineOf } = csvRows(text, options.delimiter);
  const position = new Map(names.map((name, j) => [name, j]));
  return new LazyTable(
    rows.length,
    () => names,
    options,
    (name, levels, ordered) => {
      const j = position.get(name);
      if (j === undefined) return undefined;
      const cells = rows.map((row) => row[j]!.trim());
      return columnFromText(name, cells, levels, ordered, lineOf);
    },
  );
}

/** The rows of data of a CSV file, not trimmed, each with a cell for each name of the header. */
export interface CsvRows {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** line in the file, from 1, on which a row of data (from 0) begins */
  lineOf(row: number): number;
}

/** Splits CSV text. Throws DrmError("bad_data") where its rows do not fit its header, "no_rows" where there are none. */
export function csvRows(text: string, delimiter?: Delimiter): CsvRows {
  const file = parseDelimited(text, delimiter);
  const header = file.rows[0];
  if (header === undefined)
    throw new DrmError("bad_data", "the CSV is empty; wanted a header row and data rows");
  const names = header.map((cell) => cell.trim());
  checkTitle(file);
  checkHeader(names);
  const rows = file.rows.slice(1);
  if (rows.length === 0) throw new DrmError("no_rows", "the CSV has a header row but no data rows");
  for (let i = 0; i < rows.length; i++) {
    if (rows[i]!.length !== names.length) {
      throw new DrmError(
        "bad_data",
        `data row ${i + 1} (line ${file.lineOf(i + 1)}) has ${count(rows[i]!.length, "cell")}; wanted ${names.length}, one for ` +
          "each name in the header",
      );
    }
  }
  return { names, rows, lineOf: (row) => file.lineOf(row + 1) };
}

/** A title above the header has one cell that is not empty, and the header below it has more, none of them a number. */
function checkTitle({ rows, lineOf }: DelimitedText): void {
  const filled = (row: readonly string[]) => row.filter((cell) => cell.trim() !== "");
  const header = rows.findIndex((row) => filled(row).length > 1);
  if (header < 1 || filled(rows[0]!).length !== 1) return;
  // 1,5 below x is a decimal comma
  if (filled(rows[header]!).some((cell) => Number.isFinite(Number(cell)))) return;
  const title = filled(rows[0]!)[0]!.trim();
  throw new DrmError(
    "bad_data",
    `line ${lineOf(0)} ('${title}') is a title: take out what stands above the header, which seems to be line ${lineOf(header)} ` +
      `(${filled(rows[header]!).join(", ")})`,
  );
}

function checkHeader(names: readonly string[]): void {
  const position = new Map<string, number>();
  for (let j = 0; j < names.length; j++) {
    const name = names[j]!;
    if (name === "") {
      throw new DrmError(
        "bad_data",
        `the header has no name for column ${j + 1}; name it, or leave out row names (row.names = FALSE in R)`,
      );
    }
    const before = position.get(name);
    if (before !== undefined) {
      throw new DrmError(
        "bad_data",
        `the header names columns ${before + 1} and ${j + 1} both '${name}'; rename one of them`,
      );
    }
    position.set(name, j);
  }
}
