import { DrmError } from "../errors";
import { count } from "../words";
import type { CellRows } from "./delimited";
import { filledWidth } from "./delimiter";

/** The first row of a table. Columns without a name, and names that several columns have, are errors for who asks for them only. */
export interface Header {
  /** all cells, trimmed */
  readonly cells: readonly string[];
  /** the names, each once */
  readonly names: readonly string[];
  /** Where the column of that name is. Throws DrmError("bad_data") where several have it; undefined where none. */
  position(name: string): number | undefined;
}

/** A table of texts: the rows of data, not trimmed, below a header. */
export interface TextRows extends CellRows {
  readonly header: Header;
}

/** Takes the header off. Throws DrmError("bad_data") where rows do not fit it, "no_rows" where there are none. */
export function withHeader(file: CellRows): TextRows {
  const first = file.rows[0];
  if (first === undefined)
    throw new DrmError("bad_data", "the file is empty; wanted a header row and data rows");
  checkTitle(file);
  checkBlanks(file);
  const header = headerOf(first);
  const rows = file.rows.slice(1);
  if (rows.length === 0) throw new DrmError("no_rows", "the file has a header row but no data rows");
  const lineOf = (row: number) => file.lineOf(row + 1);
  checkRows(header, rows, 0, lineOf);
  return { ...file, header, rows, lineOf };
}

/** A header row. */
export function headerOf(row: readonly string[]): Header {
  const cells = row.map((cell) => cell.trim());
  const positions = new Map<string, number>();
  const repeated = new Map<string, number>();
  cells.forEach((name, j) => {
    if (name === "") return;
    if (!positions.has(name)) positions.set(name, j);
    else if (!repeated.has(name)) repeated.set(name, j);
  });
  return {
    cells,
    names: [...positions.keys()],
    position(name) {
      const second = repeated.get(name);
      const first = positions.get(name);
      if (second === undefined) return first;
      throw new DrmError(
        "bad_data",
        `the header names columns ${first! + 1} and ${second + 1} both '${name}'; rename the one that is not meant`,
      );
    },
  };
}

/** Rows have a cell for each name, and beyond the last name no more than the header or nothing in them. */
export function checkRows(
  { cells }: Header,
  rows: readonly (readonly string[])[],
  first: number,
  lineOf: (row: number) => number,
): void {
  const least = filledWidth(cells);
  const isRight = (row: readonly string[]) =>
    row.length === cells.length ||
    (row.length >= least && row.slice(cells.length).every((cell) => cell.trim() === ""));
  for (let i = 0; i < rows.length; i++) {
    if (isRight(rows[i]!)) continue;
    const wanted = `${least}, one for each name in the header`;
    throw new DrmError(
      "bad_data",
      `data row ${first + i + 1} (line ${lineOf(i)}) has ${count(rows[i]!.length, "cell")}; wanted ${wanted}` +
        likelyCause(least, rows, rows[i]!),
    );
  }
}

function likelyCause(least: number, rows: readonly (readonly string[])[], row: readonly string[]): string {
  if (rows.every(({ length }) => length === least + 1)) {
    return ": all rows have one more, so the names of rows seem to stand first without a name of their own; give that column one";
  }
  const isCommas =
    row.length === 2 * least || (row.length > least && row.every((cell) => /^\s*[-+]?\d+\s*$/.test(cell)));
  return isCommas
    ? ": with decimal commas, cells are to be set apart by ; or tabs, or to stand in quotes"
    : "";
}

/** A title above the header has one cell that is not empty, and the header below it has more, none of them a number. */
function checkTitle({ rows, lineOf }: CellRows): void {
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

/** One cell a row, of as many words in every row as in the header, one of them always a number: columns set apart by blanks. */
function checkBlanks({ rows, lineOf }: CellRows): void {
  const [names, ...below] = rows.slice(0, LOOKED_AT).map((row) => row[0]!.trim().split(/\s+/));
  if (rows[0]!.length !== 1 || names!.length < 2 || below.length === 0) return;
  const isTable = below.every((words, i) => words.length === names!.length && rows[i + 1]!.length === 1);
  const isNumber = (j: number) => below.every((words) => Number.isFinite(Number(words[j])));
  if (!isTable || !names!.some((_, j) => isNumber(j))) return;
  throw new DrmError(
    "bad_data",
    `line ${lineOf(0)} (${names!.join(", ")}): columns set apart by blanks are not read, as names and labels may hold blanks; ` +
      "set them apart by commas, semicolons or tabs",
  );
}

/** Rows that tell how a file is laid out. */
const LOOKED_AT = 20;
