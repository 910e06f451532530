import Papa from "papaparse";
import { DrmError } from "../errors";
import { type Delimiter, guessDelimiter } from "./delimiter";

/** A sheet of texts: rows of cells, blank rows left out. */
export interface CellRows {
  readonly rows: readonly (readonly string[])[];
  /** line in the file, from 1, on which a row (from 0) begins: not its number when cells hold line breaks */
  lineOf(row: number): number;
  /** numbers come from cells that hold numbers, so that nothing can be told from how they are written */
  readonly hasNumbers?: boolean;
}

/** How a text is split. */
export interface Layout {
  readonly delimiter: Delimiter;
  readonly newline: "\n" | "\r";
  /** characters before the first row, and the lines that they are: a byte order mark, a line such as `sep=;` */
  readonly skip: number;
  readonly skippedLines: number;
}

/** A spreadsheet's hint to itself. */
const SEPARATOR = /^"?sep=([,;|\t])"?[ \t]*(?:\r\n|\n|\r|$)/i;

/** How to split a text, of which the beginning is enough: some lines of it, at least. */
export function layoutOf(text: string, delimiter?: Delimiter): Layout {
  const mark = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const hint = SEPARATOR.exec(text.slice(mark, mark + 40));
  const skip = mark + (hint?.[0].length ?? 0);
  // a carriage return before a newline stays at the end of its row, where trimming removes it: files that mix both
  // kinds of line end are read correctly
  const newline = text.includes("\n") || !text.includes("\r") ? "\n" : "\r";
  const told = hint?.[1] as Delimiter | undefined;
  return {
    delimiter: delimiter ?? told ?? guessDelimiter(text.slice(skip), newline),
    newline,
    skip,
    skippedLines: hint === null ? 0 : 1,
  };
}

/** Splits delimited text into cells: quotes, line breaks inside quotes, a byte order mark, CRLF or CR line ends. */
export function parseDelimited(
  text: string,
  delimiter?: Delimiter,
  isBlank?: (row: readonly string[]) => boolean,
): CellRows {
  const layout = layoutOf(text, delimiter);
  return splitRows(layout.skip === 0 ? text : text.slice(layout.skip), layout, layout.skippedLines, isBlank);
}

/** Splits text that is whole rows, the first of them on line `before` + 1. */
export function splitRows(
  text: string,
  { delimiter, newline }: Layout,
  before: number,
  isBlank = hasNothing,
): CellRows {
  const { data, errors } = Papa.parse<string[]>(text, { delimiter, newline });
  const quote = errors.find((error) => error.type === "Quotes");
  if (quote !== undefined) throw quoteError(text, newline, before, quote.code, quote.index ?? 0);
  const linesOf = (row: readonly string[]) =>
    1 + row.reduce((lines, cell) => lines + cell.split(newline).length - 1, 0);
  return cellRows(data, linesOf, before, isBlank);
}

/** Rows without the blank ones; `linesOf` says how many lines of the file a row takes. */
export function cellRows(
  all: readonly (readonly string[])[],
  linesOf: (cells: readonly string[]) => number,
  before: number,
  isBlank = hasNothing,
): CellRows {
  return {
    rows: all.some(isBlank) ? all.filter((row) => !isBlank(row)) : all,
    lineOf(row) {
      let line = before + 1;
      let left = row;
      for (const cells of all) {
        if (!isBlank(cells) && left-- === 0) break;
        line += linesOf(cells);
      }
      return line;
    },
  };
}

function hasNothing(row: readonly string[]): boolean {
  for (let j = 0; j < row.length; j++) {
    const code = row[j]!.charCodeAt(0);
    // a cell that does not begin with a blank; there is no character in an empty one
    if (code > 32 && code < 127) return false;
    if (row[j]!.trim() !== "") return false;
  }
  return true;
}

function quoteError(text: string, newline: string, before: number, code: string, index: number): DrmError {
  const line = before + text.slice(0, index).split(newline).length;
  return new DrmError(
    "bad_data",
    code === "MissingQuotes"
      ? `line ${line}: a quoted cell begins here and is never closed; close the quote, or write a quote inside it twice`
      : `line ${line}: text after the closing quote of a cell; write a quote inside a quoted cell twice`,
  );
}
