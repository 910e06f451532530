import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { encodingOf, textDecoder } from "../../data/decode";
import { type Layout, layoutOf, splitRows } from "../../data/delimited";
import type { Delimiter } from "../../data/delimiter";
import { checkRows, type Header, withHeader } from "../../data/header";
import { DrmError } from "../../errors";
import { reason } from "../read-bytes";
import { megabytes } from "../text-limit";

/** Some rows of a CSV file that is too large to be read at once. */
export interface Records {
  readonly header: Header;
  readonly rows: readonly (readonly string[])[];
  /** of rows[0] among the rows of data, from 0 */
  readonly first: number;
  /** line in the file on which one of them begins, from 1 */
  lineOf(row: number): number;
}

/** How such a file is read. */
export interface RecordsOptions {
  readonly encoding: string;
  readonly delimiter: Delimiter | undefined;
}

/** What is read and split at once: no less than what a delimiter is told from. */
const BLOCK_BYTES = 1 << 20;
/** A cell of this length is a quote that was never closed. */
const LONGEST_RECORD = 64 << 20;

/** The encoding of a text file, all of it read where its beginning does not tell: see decodeText(). */
export async function fileEncoding(path: string): Promise<string> {
  const head = new Uint8Array(BLOCK_BYTES);
  const file = await open(path);
  let found: string | null;
  try {
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    found = encodingOf(head.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
  if (found !== null) return found;
  const { decode } = textDecoder("utf-8");
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: BLOCK_BYTES })) decode(chunk);
    decode();
    return "utf-8";
  } catch (error) {
    if (error instanceof DrmError) return "windows-1252";
    throw error;
  }
}

/**
 * The rows of a CSV file with a header, block by block, as parseCsv() would split it.
 *
 * @throws DrmError "bad_data" for a file that cannot be read, rows that do not fit the header, bad quotes
 */
export async function* csvRecords(
  path: string,
  options: RecordsOptions,
): AsyncGenerator<Records, void, undefined> {
  let layout: Layout | null = null;
  let header: Header | null = null;
  let splitter: Splitter | null = null;
  let rest = "";
  /** lines and rows of data before `rest` */
  let before = 0;
  let first = 0;

  /** Splits whole records; the first of them is the header. */
  const split = (text: string): Records => {
    const some = splitRows(text, layout!, before);
    before += newlines(text, layout!.newline);
    if (header === null) {
      const { header: found, rows, lineOf } = withHeader(some);
      header = found;
      first = rows.length;
      return { header, rows, first: 0, lineOf };
    }
    checkRows(header, some.rows, first, some.lineOf);
    first += some.rows.length;
    return { header, rows: some.rows, first: first - some.rows.length, lineOf: some.lineOf };
  };

  for await (const { text, isLast } of texts(path, options.encoding)) {
    rest += text;
    if (layout === null) {
      layout = layoutOf(rest, options.delimiter);
      rest = rest.slice(layout.skip);
      before = layout.skippedLines;
      splitter = splitterOf(layout.delimiter, layout.newline);
    }
    const end = isLast ? rest.length : splitter!.lastEnd(rest);
    // the header is not split without a row below it
    if (end > 0 && (header !== null || isLast || hasRows(rest.slice(0, end), layout))) {
      yield split(rest.slice(0, end));
      rest = rest.slice(end);
      splitter!.restart();
    } else if (rest.length > LONGEST_RECORD) {
      throw new DrmError(
        "bad_data",
        `${path}, line ${before + 1}: a quoted cell begins here or further on and is not closed within ` +
          `${megabytes(LONGEST_RECORD)}; close the quote, or write a quote inside it twice`,
      );
    }
  }
}

/** Whether there is anything below the first line that is not blank. */
function hasRows(text: string, { newline }: Layout): boolean {
  const begin = text.search(/\S/);
  const end = begin < 0 ? -1 : text.indexOf(newline, begin);
  return end >= 0 && text.slice(end).trim() !== "";
}

async function* texts(
  path: string,
  encoding: string,
): AsyncGenerator<{ text: string; isLast: boolean }, void, undefined> {
  const { decode } = textDecoder(encoding);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: BLOCK_BYTES })) {
      yield { text: decode(chunk), isLast: false };
    }
    yield { text: decode(), isLast: true };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
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

function newlines(text: string, newline: string): number {
  let count = 0;
  for (let at = text.indexOf(newline); at >= 0; at = text.indexOf(newline, at + 1)) count++;
  return count;
}
