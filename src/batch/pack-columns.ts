import type { Growing } from "./growing";
import type { BatchJob } from "./job";
import type { Layout } from "./messages";

/**
 * Copies the named columns, of numbers and of text, all of one length, to the end of `numbers`. Returns the number of
 * their layout, which is added where it is new; -1, and nothing is copied, for any other kind of data.
 */
export function packColumns(
  data: BatchJob["data"],
  isNamed: (name: string) => boolean,
  numbers: Growing,
  textNumber: (text: string) => number,
  layouts: Layout[],
): number {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return -1;
  const columns = data as Readonly<Record<string, ArrayLike<unknown>>>;
  const start = numbers.length();
  // nearly always the job has the layout of the one before it: then no list of names is made
  const last = layouts.at(-1);
  let isLast = last !== undefined;
  let count = 0;
  let kinds = "";
  let rows = -1;
  for (const name in columns) {
    if (!Object.hasOwn(columns, name)) continue;
    const column = columns[name]!;
    const isColumn = Array.isArray(column) || ArrayBuffer.isView(column);
    if (isColumn && rows < 0) rows = column.length;
    // ragged columns are an error, even when they are not used
    let kind: Kind | null = null;
    if (isColumn && column.length === rows) {
      if (!isNamed(name)) continue;
      const at = numbers.length();
      kind = packColumn(column, numbers.grow(rows), at, textNumber);
    }
    if (kind === null) {
      numbers.shrink(start);
      return -1;
    }
    isLast &&= last!.names[count] === name;
    kinds += kind;
    count++;
  }
  if (count === 0) return -1;
  if (isLast && last!.kinds === kinds && last!.rows === rows) return layouts.length - 1;
  const made = { names: Object.keys(columns).filter(isNamed), kinds, rows };
  const known = layouts.findIndex((layout) => isSameLayout(layout, made));
  return known >= 0 ? known : layouts.push(made) - 1;
}

function isSameLayout(a: Layout, b: Layout): boolean {
  return (
    a.rows === b.rows &&
    a.kinds === b.kinds &&
    a.names.length === b.names.length &&
    a.names.every((name, c) => name === b.names[c])
  );
}

/** n for numbers, t for text */
type Kind = "n" | "t";

/** Writes a column from `at` on; null for anything but numbers and text, such as a column of booleans. */
function packColumn(
  column: ArrayLike<unknown>,
  into: Float64Array,
  at: number,
  textNumber: (text: string) => number,
): Kind | null {
  if (ArrayBuffer.isView(column)) {
    if (column instanceof DataView || typeof column[0] === "bigint") return null;
    into.set(column as unknown as Float64Array, at);
    return "n";
  }
  const cells = column as readonly unknown[];
  let first = 0;
  // a missing number and a missing text are the same to a column
  while (first < cells.length && isMissing(cells[first])) first++;
  if (typeof cells[first] === "string") return packTexts(cells, into, at, textNumber) ? "t" : null;
  return packNumbers(cells, into, at) ? "n" : null;
}

// One loop for each kind of cells: one that met both would be compiled for neither.

/** False when a cell is not a number. */
function packNumbers(cells: readonly unknown[], into: Float64Array, at: number): boolean {
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (typeof cell === "number") into[at + i] = cell;
    else if (isMissing(cell)) into[at + i] = Number.NaN;
    else return false;
  }
  return true;
}

/** Of a cell that is neither text nor missing. */
const ODD = -2;

/** False when a cell is not text. */
function packTexts(
  cells: readonly unknown[],
  into: Float64Array,
  at: number,
  textNumber: (text: string) => number,
): boolean {
  // most cells repeat one of the two seen last
  let last: unknown = null;
  let lastNumber = -1;
  let other: unknown = null;
  let otherNumber = -1;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell !== last) {
      const number =
        cell === other
          ? otherNumber
          : typeof cell === "string"
            ? textNumber(cell)
            : isMissing(cell)
              ? -1
              : ODD;
      if (number === ODD) return false;
      other = last;
      otherNumber = lastNumber;
      last = cell;
      lastNumber = number;
    }
    into[at + i] = lastNumber;
  }
  return true;
}

function isMissing(cell: unknown): boolean {
  return cell === null || cell === undefined || Number.isNaN(cell);
}
