import Papa from "papaparse";
import { DrmError } from "../errors";

/** What stands between the cells of a file. */
export type Delimiter = "," | ";" | "\t";

/** Delimited text as rows of cells, blank lines left out. */
export interface DelimitedText {
  readonly rows: readonly (readonly string[])[];
  /** line in the file, from 1, on which a row (from 0) begins: not its number when cells hold line breaks */
  lineOf(row: number): number;
}

/** Splits CSV text into cells: quotes, line breaks inside quotes, a byte order mark, CRLF or CR line ends. */
export function parseDelimited(text: string, delimiter?: Delimiter): DelimitedText {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  // a carriage return before a newline stays at the end of its row, where trimming removes it: files that mix both
  // kinds of line end are read correctly
  const newline = body.includes("\n") || !body.includes("\r") ? "\n" : "\r";
  const { data, errors } = Papa.parse<string[]>(body, {
    delimiter: delimiter ?? guessDelimiter(body),
    newline,
  });
  const quote = errors.find((error) => error.type === "Quotes");
  if (quote !== undefined) throw quoteError(body, newline, quote.code, quote.index ?? 0);
  return {
    rows: data.some(isBlank) ? data.filter((row) => !isBlank(row)) : data,
    lineOf: (row) => lineOf(data, newline, row),
  };
}

/** The delimiter that the first line has most of, outside quotes; numbers with decimal commas cannot mislead it. */
function guessDelimiter(text: string): Delimiter {
  const counts = { ",": 0, ";": 0, "\t": 0 };
  let quoted = false;
  let begun = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (char === "," || char === ";" || char === "\t") counts[char]++;
    else if (begun && (char === "\n" || char === "\r")) break;
    begun ||= char.trim() !== "";
  }
  if (counts[";"] > counts[","] && counts[";"] >= counts["\t"]) return ";";
  return counts["\t"] > counts[","] ? "\t" : ",";
}

function isBlank(row: readonly string[]): boolean {
  return row.length === 1 && row[0]!.trim() === "";
}

function lineOf(all: readonly (readonly string[])[], newline: string, row: number): number {
  let line = 1;
  let left = row;
  for (const cells of all) {
    if (!isBlank(cells) && left-- === 0) break;
    line++;
    for (const cell of cells) line += cell.split(newline).length - 1;
  }
  return line;
}

function quoteError(text: string, newline: string, code: string, index: number): DrmError {
  const line = text.slice(0, index).split(newline).length;
  return new DrmError(
    "bad_data",
    code === "MissingQuotes"
      ? `line ${line}: a quoted cell begins here and is never closed; close the quote, or write a quote inside it twice`
      : `line ${line}: text after the closing quote of a cell; write a quote inside a quoted cell twice`,
  );
}
