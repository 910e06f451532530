import { MAX_TEXT_BYTES } from "../text-limit";

/** A line of a file, and where the next one begins. */
export interface Line {
  /** counting from 1 */
  readonly number: number;
  /** without the line end; null when it is not UTF-8, or too long */
  readonly text: string | null;
  /** bytes, without the line end, of a line that is too long to be a text; else null */
  readonly tooLong: number | null;
  /** bytes up to the end of the line, its line end included */
  readonly end: number;
  /** false for a last line that has no line end */
  readonly complete: boolean;
}

const NEWLINE = 10;

/**
 * The lines of a stream of bytes, blank ones too; memory for one line at a time, and none for what follows the first
 * `longest` bytes of a line.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array | string>,
  longest = MAX_TEXT_BYTES,
): AsyncGenerator<Line, void, undefined> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  let number = 0;
  let end = 0;
  const add = (piece: Uint8Array) => {
    length += piece.length;
    if (length > longest) pieces = [];
    else pieces.push(piece);
  };
  const line = (complete: boolean): Line => {
    const tooLong = length > longest ? length : null;
    const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    number++;
    end += length + (complete ? 1 : 0);
    pieces = [];
    length = 0;
    return { number, text: tooLong === null ? decoded(bytes) : null, tooLong, end, complete };
  };
  for await (const data of source) {
    const chunk = typeof data === "string" ? Buffer.from(data) : data;
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, at));
      start = at + 1;
      yield line(true);
    }
    if (start < chunk.length) add(chunk.subarray(start));
  }
  if (length > 0) yield line(false);
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

function decoded(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}
