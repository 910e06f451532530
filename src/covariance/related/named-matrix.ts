import { labelColumn, type Table } from "../../data/table";
import { DrmError } from "../../errors";
import { isList, shown } from "../../options";
import { count } from "../../words";
import type { Cells } from "../cells";
import type { SparseMatrix } from "../sparse";
import { isRows, type SquareMatrix } from "../square";

/**
 * A symmetric matrix whose rows and columns have names: all its numbers, row by row or as rows, or its cells that are not 0 (either
 * triangle or both); or a Table whose columns have the names, and whose rows are in the same order or named in a first column of texts.
 */
export type LevelMatrix =
  | {
      /** names of the rows, and of the columns in the same order */
      readonly levels: readonly (string | number)[];
      /** all numbers, row by row in one array or as rows */
      readonly values: SquareMatrix;
    }
  | (Omit<SparseMatrix, "n"> & {
      /** names of the rows, and of the columns in the same order */
      readonly levels: readonly (string | number)[];
    })
  | Table;

/** A matrix in the form that it came in: all its numbers, row by row, or by row the cells of its lower triangle that are not 0. */
export type NamedNumbers = { readonly names: readonly string[] } & (
  | { readonly dense: Float64Array }
  | { readonly sparse: readonly ReadonlyMap<number, number>[] }
);

/** A cell and its mirror may differ by this much of the diagonal. */
const ASYMMETRY = 1.5e-8;

/** @throws DrmError "bad_structure" for what has no names, is not square, not complete or not symmetric */
export function namedNumbers(input: LevelMatrix, what: string): NamedNumbers {
  const bad = (seen: string) => new DrmError("bad_structure", `the ${what} ${seen}`);
  if (typeof input !== "object" || input === null || !("levels" in input || "column" in input)) {
    throw bad(
      `is ${shown(input)} without names: wanted { levels, values }, the names and the numbers, or { levels, row, column, value }`,
    );
  }
  if (!("levels" in input)) {
    const { names, cell } = tableCells(input, bad);
    return denseCells(names, cell, bad);
  }
  const names = namesOf(input.levels, bad);
  if ("value" in input) return sparseCells(names, input, bad);
  return denseCells(names, cellOf(input.values, names.length, bad), bad);
}

type Bad = (seen: string) => DrmError;
type CellOf = (i: number, j: number) => unknown;

function namesOf(levels: unknown, bad: Bad): readonly string[] {
  if (!isList(levels)) throw bad(`has ${shown(levels)} for levels: wanted a list of names`);
  const names = Array.from(levels as ArrayLike<unknown>, String);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw bad(`has the name '${name}' twice`);
    seen.add(name);
  }
  if (names.length === 0) throw bad("has no levels");
  return names;
}

function cellOf(values: SquareMatrix, n: number, bad: Bad): CellOf {
  if (!isList(values)) throw bad(`has ${shown(values)} for values: wanted its numbers`);
  if (isRows(values)) {
    const wrong = Array.from(values).findIndex((row) => row?.length !== n);
    if (values.length !== n) throw bad(`has ${count(n, "name")} and ${count(values.length, "row")}`);
    if (wrong >= 0)
      throw bad(`has ${count(n, "name")} and ${values[wrong]?.length ?? 0} numbers in row ${wrong + 1}`);
    return (i, j) => values[i]![j];
  }
  if (values.length !== n * n)
    throw bad(`has ${count(n, "name")} and ${count(values.length, "number")}: wanted ${n * n}`);
  return (i, j) => (values as Cells)[i * n + j];
}

/** Columns of numbers, with the names of rows before them where there is one more. */
function tableCells(table: Table, bad: Bad): { names: readonly string[]; cell: CellOf } {
  const first = table.nrow === table.names.length - 1 ? table.names[0]! : null;
  const names = first === null ? table.names : table.names.slice(1);
  if (table.nrow !== names.length)
    throw bad(
      `is a table of ${count(table.nrow, "row")} and ${count(names.length, "column")}: wanted as many`,
    );
  if (first !== null) {
    const labels = labelColumn(table, first);
    const rowName = (i: number) =>
      labels?.kind === "factor" ? labels.levels[labels.codes[i]!] : String(labels?.values[i]);
    const other = names.findIndex((name, i) => rowName(i) !== name);
    if (other >= 0)
      throw bad(
        `names row ${other + 1} '${rowName(other)}' and column ${other + 1} '${names[other]}': wanted one order for both`,
      );
  }
  const columns = names.map((name) => {
    const column = table.column(name);
    if (column?.kind !== "numeric") throw bad(`has no numbers in the column '${name}'`);
    return column.values;
  });
  return { names: namesOf(names, bad), cell: (i, j) => columns[j]![i] };
}

function denseCells(names: readonly string[], cell: CellOf, bad: Bad): NamedNumbers {
  const n = names.length;
  const dense = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) dense[i * n + j] = checkedNumber(cell(i, j), names, i, j, bad);
  names.forEach((name, i) => void checkedDiagonal(dense[i * n + i]!, name, bad));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [dense[i * n + j]!, dense[j * n + i]!];
      if (!(Math.abs(a - b) <= ASYMMETRY * Math.sqrt(dense[i * n + i]! * dense[j * n + j]!)))
        throw bad(`is not symmetric: ${a} at ${cellName(names, i, j)}, ${b} at ${cellName(names, j, i)}`);
      dense[i * n + j] = dense[j * n + i] = 0.5 * (a + b);
    }
  }
  return { names, dense };
}

function sparseCells(
  names: readonly string[],
  { row, column, value }: Omit<SparseMatrix, "n">,
  bad: Bad,
): NamedNumbers {
  const n = names.length;
  if (![row, column, value].every(isList) || row.length !== value.length || column.length !== value.length)
    throw bad("needs row, column and value, arrays of one length");
  // by row of the lower triangle
  const cells = Array.from({ length: n }, () => new Map<number, number>());
  for (let t = 0; t < value.length; t++) {
    const [a, b] = [row[t]!, column[t]!];
    if (!(Number.isInteger(a) && Number.isInteger(b) && a >= 0 && b >= 0 && a < n && b < n))
      throw bad(`has a cell at (${a}, ${b}): rows and columns count from 0 to ${n - 1}`);
    const number = checkedNumber(value[t], names, a, b, bad);
    const [i, j] = a >= b ? [a, b] : [b, a];
    const before = cells[i]!.get(j);
    if (before !== undefined && Math.abs(before - number) > ASYMMETRY * Math.abs(number))
      throw bad(
        `has ${before} and ${number} at ${cellName(names, i, j)}: it must agree with itself and its mirror`,
      );
    cells[i]!.set(j, number);
  }
  names.forEach((name, i) => void checkedDiagonal(cells[i]!.get(i) ?? 0, name, bad));
  for (const line of cells) for (const [j, v] of line) if (v === 0) line.delete(j);
  return { names, sparse: cells };
}

/** All numbers, row by row. */
export function denseOf(matrix: NamedNumbers): Float64Array {
  if ("dense" in matrix) return matrix.dense;
  const n = matrix.names.length;
  const dense = new Float64Array(n * n);
  matrix.sparse.forEach((line, i) => {
    for (const [j, value] of line) dense[i * n + j] = dense[j * n + i] = value;
  });
  return dense;
}

/** By row the cells of the lower triangle that are not 0. */
export function sparseOf(matrix: NamedNumbers): readonly ReadonlyMap<number, number>[] {
  if ("sparse" in matrix) return matrix.sparse;
  const n = matrix.names.length;
  return matrix.names.map((_, i) => {
    const line = new Map<number, number>();
    for (let j = 0; j <= i; j++) if (matrix.dense[i * n + j] !== 0) line.set(j, matrix.dense[i * n + j]!);
    return line;
  });
}

function checkedNumber(cell: unknown, names: readonly string[], i: number, j: number, bad: Bad): number {
  if (typeof cell === "number" && Number.isFinite(cell)) return cell;
  const seen = cell === null || cell === undefined || Number.isNaN(cell) ? "no number" : shown(cell);
  throw bad(`has ${seen} at ${cellName(names, i, j)}: wanted a number`);
}

function checkedDiagonal(value: number, name: string, bad: Bad): number {
  if (value > 0) return value;
  throw bad(`has ${value} on its diagonal at '${name}': wanted more than 0`);
}

function cellName(names: readonly string[], i: number, j: number): string {
  return `('${names[i]}', '${names[j]}')`;
}
