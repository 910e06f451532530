import Papa from "papaparse";

/** What stands between the cells of a file. */
export type Delimiter = "," | ";" | "\t" | "|";

/** In the order of preference among those that split a file equally well: commas are the most frequent in texts. */
const DELIMITERS: readonly Delimiter[] = ["\t", ";", "|", ","];

/** Characters and rows that are looked at; a file that is read in pieces has as much at once. */
const SAMPLE = 1 << 16;
const ROWS = 40;

/**
 * The delimiter of a text: the one that splits its first line into most cells, and the lines below into as many. Where none does,
 * one that makes a lower triangle of them, or the one that the first line has most of; where that has none (a title), one that
 * splits the lines below alike.
 */
export function guessDelimiter(text: string, newline: "\n" | "\r"): Delimiter {
  const shapes = DELIMITERS.map((delimiter) => ({ delimiter, lines: widths(text, delimiter, newline) }));
  const split = shapes.filter(({ lines: [header] }) => header !== undefined && header.filled > 1);
  const alike = split.filter(({ lines: [header, ...rows] }) => rows.every((row) => isLike(row, header!)));
  const below = shapes.filter(
    ({ lines: [, header, ...rows] }) =>
      header !== undefined &&
      header.filled > 1 &&
      rows.length > 0 &&
      rows.every((row) => isLike(row, header)),
  );
  const most = (some: typeof shapes, line: number) =>
    some.reduce((a, b) => (b.lines[line]!.filled > a.lines[line]!.filled ? b : a)).delimiter;
  if (alike.length > 0) return most(alike, 0);
  const triangle = shapes.find(
    ({ lines }) => lines.length > 1 && lines.every(({ cells }, i) => cells === i + 1),
  );
  if (triangle !== undefined) return triangle.delimiter;
  if (split.length > 0) return most([...split].reverse(), 0);
  return below.length > 0 ? most(below, 1) : ",";
}

/** Cells of a line, and those up to the last that is not empty. */
interface Width {
  readonly cells: number;
  readonly filled: number;
}

/** A row below a header may lack cells below empty names, and have empty ones beyond. */
function isLike(row: Width, header: Width): boolean {
  return row.cells >= header.filled && row.filled <= header.cells;
}

/** The widths of the first lines that are not blank. */
function widths(text: string, delimiter: Delimiter, newline: "\n" | "\r"): readonly Width[] {
  const sample = text.slice(0, SAMPLE);
  const { data } = Papa.parse<string[]>(sample, { delimiter, newline, preview: ROWS });
  // the last line of a piece may be cut
  const whole = sample.length < text.length && data.length < ROWS ? data.slice(0, -1) : data;
  return whole.map(widthOf).filter(({ filled }) => filled > 0);
}

function widthOf(row: readonly string[]): Width {
  return { cells: row.length, filled: filledWidth(row) };
}

/** The cells of a row up to the last that is not empty. */
export function filledWidth(row: readonly string[]): number {
  let filled = row.length;
  while (filled > 0 && row[filled - 1]!.trim() === "") filled--;
  return filled;
}
