import { DrmError } from "../errors";

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
  const data = splitCells(body, delimiter ?? guessDelimiter(body), newline);
  return {
    rows: data.some(isBlank) ? data.filter((row) => !isBlank(row)) : data,
    lineOf: (row) => lineOf(data, newline, row),
  };
}

/**
 * A cell that begins with a quote goes on to the next quote that is not doubled, over delimiters and line ends (RFC
 * 4180); spaces may follow it. Elsewhere a quote is a character like others.
 */
function splitCells(text: string, delimiter: string, newline: string): string[][] {
  if (!text.includes('"')) return text.split(newline).map((line) => line.split(delimiter));
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (true) {
    const begin = at;
    let cell = "";
    if (text[at] === '"') {
      do {
        const close = text.indexOf('"', at + 1);
        if (close < 0) throw quoteError(text, newline, "never closed", begin);
        cell += text.slice(at + (at === begin ? 1 : 0), close);
        at = close + 1;
      } while (text[at] === '"');
      while (at < text.length && text[at] !== delimiter && text[at] !== newline && text[at]!.trim() === "")
        at++;
    } else {
      while (at < text.length && text[at] !== delimiter && text[at] !== newline) at++;
      cell = text.slice(begin, at);
    }
    row.push(cell);
    if (at < text.length && text[at] !== delimiter && text[at] !== newline) {
      throw quoteError(text, newline, "text after it", begin);
    }
    if (at >= text.length || text[at] === newline) {
      rows.push(row);
      row = [];
    }
    if (at >= text.length) return rows;
    at += 1;
  }
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

function quoteError(
  text: string,
  newline: string,
  fault: "never closed" | "text after it",
  index: number,
): DrmError {
  const line = text.slice(0, index).split(newline).length;
  return new DrmError(
    "bad_data",
    fault === "never closed"
      ? `line ${line}: a quoted cell begins here and is never closed; close the quote, or write a quote inside it twice`
      : `line ${line}: text after the closing quote of a cell; write a quote inside a quoted cell twice`,
  );
}
