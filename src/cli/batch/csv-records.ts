import { createReadStream } from "node:fs";
import { csvRows } from "../../data/csv";
import { type Delimiter, parseDelimited } from "../../data/delimited";
import { DrmError } from "../../errors";
import { count } from "../../words";
import { reason } from "../read-text";
import { megabytes } from "../text-limit";

/** Some rows of a CSV file that is too large to be read at once. */
export interface Records {
  /** of the header */
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** of rows[0] among the rows of data, from 0 */
  readonly first: number;
  /** line in the file on which one of them begins, from 1 */
  lineOf(row: number): number;
}

/** What is read and split at once. */
const BLOCK_BYTES = 1 << 20;
/** A cell of this length is a quote that was never closed. */
const LONGEST_RECORD = 64 << 20;

/**
 * The rows of a CSV file with a header, block by block, as parseCsv() would split it.
 *
 * @throws DrmError "bad_data" for a file that cannot be read or is not UTF-8, rows that do not fit the header, bad quotes
 */
export async function* csvRecords(path: string): AsyncGenerator<Records, void, undefined> {
  let header: { readonly text: string; readonly names: readonly string[] } | null = null;
  let splitter: Splitter | null = null;
  let rest = "";
  let line = 1;
  let first = 0;

  /** Splits whole records. */
  const split = (text: string): Records => {
    const { text: head, names } = header!;
    const lines = newlines(head);
    const shift = line - 1 - lines;
    // names that are missing or twice there
    if (first === 0) csvRows(head + text);
    const { rows, lineOf } = atLine(shift, () => parseDelimited(head + text));
    const records = { names, rows: rows.slice(1), first, lineOf: (row: number) => lineOf(row + 1) + shift };
    for (let i = 0; i < records.rows.length; i++) {
      if (records.rows[i]!.length !== names.length) {
        throw new DrmError(
          "bad_data",
          `data row ${first + i + 1} (line ${records.lineOf(i)}) has ${count(records.rows[i]!.length, "cell")}; wanted ` +
            `${names.length}, one for each name in the header`,
        );
      }
    }
    line += newlines(text);
    first += records.rows.length;
    return records;
  };

  for await (const { text, isLast } of texts(path)) {
    rest += text;
    if (header === null) {
      const end = headerEnd(rest);
      if (end < 0 && !isLast && rest.length < LONGEST_RECORD) continue;
      const head = end < 0 ? `${rest}\n` : rest.slice(0, end);
      header = { text: head, names: (parseDelimited(head).rows[0] ?? []).map((cell) => cell.trim()) };
      splitter = splitterOf(delimiterOf(head), newlineOf(head));
      rest = rest.slice(head.length);
      line += newlines(head);
    }
    const end = isLast ? rest.length : splitter!.lastEnd(rest);
    if (end > 0) {
      yield split(rest.slice(0, end));
      rest = rest.slice(end);
      splitter!.restart();
    } else if (rest.length > LONGEST_RECORD) {
      throw new DrmError(
        "bad_data",
        `${path}, line ${line}: a quoted cell begins here or further on and is not closed within ` +
          `${megabytes(LONGEST_RECORD)}; close the quote, or write a quote inside it twice`,
      );
    }
  }
}

async function* texts(path: string): AsyncGenerator<{ text: string; isLast: boolean }, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: BLOCK_BYTES })) {
      yield { text: decoder.decode(chunk, { stream: true }), isLast: false };
    }
    yield { text: decoder.decode(), isLast: true };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
      throw new DrmError("bad_data", `${path} is not UTF-8 text; save it as CSV in UTF-8`);
    }
    if (error instanceof DrmError || code === undefined) throw error;
    throw new DrmError("bad_data", `cannot read ${path}: ${reason(error as NodeJS.ErrnoException)}`);
  }
}

interface Splitter {
  /** Where the last whole record of the text ends; 0 when none does. What was there before is not looked at again. */
  lastEnd(text: string): number;
  /** The text begins with a record now. */
  restart(): void;
}

/** Tells line breaks between records from those in quoted cells; a quote opens a cell where it is its first character. */
function splitterOf(delimiter: string, newline: string): Splitter {
  let at = 0;
  let end = 0;
  let state: "start" | "plain" | "quoted" | "closed" = "start";
  return {
    lastEnd(text) {
      if (state !== "quoted" && state !== "closed" && !text.includes('"', at)) {
        end = Math.max(end, text.lastIndexOf(newline) + 1);
        state = text.endsWith(newline) || text.endsWith(delimiter) ? "start" : "plain";
        at = text.length;
        return end;
      }
      for (; at < text.length; at++) {
        const char = text[at]!;
        if (state === "quoted") {
          if (char === '"') state = "closed";
        } else if (char === '"' && (state === "start" || state === "closed")) {
          state = "quoted";
        } else if (char === newline) {
          state = "start";
          end = at + 1;
        } else {
          state = char === delimiter ? "start" : "plain";
        }
      }
      return end;
    },
    restart() {
      // what lies behind the last record has been looked at
      at -= end;
      end = 0;
    },
  };
}

/** Behind the first line with anything in it; -1 when that is not all there. */
function headerEnd(text: string): number {
  const newline = newlineOf(text);
  let quoted = false;
  let begun = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') quoted = !quoted;
    if (!quoted && char === newline && begun) return at + 1;
    begun ||= char.trim() !== "";
  }
  return -1;
}

function newlineOf(text: string): string {
  return text.includes("\n") || !text.includes("\r") ? "\n" : "\r";
}

/** The one by which a header is split. */
function delimiterOf(header: string): Delimiter {
  const cells = JSON.stringify(parseDelimited(header).rows);
  const all: readonly Delimiter[] = [",", ";", "\t"];
  return all.find((delimiter) => JSON.stringify(parseDelimited(header, delimiter).rows) === cells) ?? ",";
}

function newlines(text: string): number {
  const newline = newlineOf(text);
  let count = 0;
  for (let at = text.indexOf(newline); at >= 0; at = text.indexOf(newline, at + 1)) count++;
  return count;
}

/** An error of a block tells the line in the block. */
function atLine<T>(shift: number, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof DrmError)) throw error;
    const message = error.message.replace(/^line (\d+):/, (_, line) => `line ${Number(line) + shift}:`);
    throw new DrmError(error.code, message);
  }
}
