import { DrmError } from "../errors";
import { count } from "../words";
import { isCodeAmongNumbers, numberLike } from "./cell-kinds";
import { type CellOptions, cellRules, fileContext } from "./cell-options";
import { ColumnEvidence } from "./column-evidence";
import { numberReader } from "./csv-column";
import { type CellRows, parseDelimited } from "./delimited";
import { type Delimiter, filledWidth } from "./delimiter";
import { readings } from "./number-text";

/** A matrix read from text. Missing cells are NaN. */
export interface NumericMatrix {
  readonly nrow: number;
  readonly ncol: number;
  /** row-major */
  readonly values: Float64Array;
  /** what its rows and columns are called, where the file says so */
  readonly levels?: readonly string[] | undefined;
}

export interface MatrixOptions extends CellOptions {
  readonly delimiter?: Delimiter | undefined;
  /** whether line 1 holds names; default: where it holds text, or where names are required */
  readonly header?: boolean | undefined;
  /** names are needed: numbers in line 1 are names too */
  readonly needsNames?: boolean | undefined;
}

type Cells = readonly (readonly string[])[];

/** readMatrixRows() of delimited text. */
export function readMatrixCsv(text: string, options: MatrixOptions = {}): NumericMatrix {
  return readMatrixRows(parseDelimited(text, options.delimiter, isEmptyLine), options);
}

/** A row of empty cells is one of missing numbers. */
export function isEmptyLine(row: readonly string[]): boolean {
  return row.length === 1 && row[0]!.trim() === "";
}

/**
 * A matrix of numbers, such as sampling covariances: square, its lower triangle alone (which is mirrored), or a column. The names of
 * its rows and columns may stand in line 1, in the first column, or in both. `NA`, `NaN` and empty cells are missing.
 *
 * @throws DrmError "bad_data"
 */
export function readMatrixRows(file: CellRows, options: MatrixOptions = {}): NumericMatrix {
  const rows = withoutEmptyEnd(file.rows.map((row) => row.map((cell) => cell.trim())));
  if (rows.length === 0) throw new DrmError("bad_data", "the matrix is empty; wanted rows of numbers");
  const named = namesOf(rows, options);
  const { cells, top, left } = named;
  const lineOf = (row: number) => file.lineOf(row + top);
  const square = squareCells(cells, lineOf);
  const nrow = square.length;
  const ncol = square[0]!.length;
  const read = numbersOf(square, left, { ...options, lineOf });
  const values = new Float64Array(nrow * ncol);
  square.forEach((row, i) => {
    row.forEach((cell, j) => {
      values[i * ncol + j] = read(cell);
    });
  });
  const levels = levelsOf(named, nrow, ncol, options);
  return levels === null ? { nrow, ncol, values } : { nrow, ncol, values, levels };
}

/** Rows and columns at the end with nothing in them, which spreadsheets leave. */
function withoutEmptyEnd(rows: Cells): Cells {
  let end = rows.length;
  while (end > 0 && rows[end - 1]!.every((cell) => cell === "")) end--;
  const kept = rows.slice(0, end);
  const width = kept.reduce((widest, row) => Math.max(widest, filledWidth(row)), 0);
  return kept.map((row) => (row.length > width ? row.slice(0, width) : row));
}

interface Named {
  /** without the names */
  readonly cells: Cells;
  readonly header: readonly string[] | null;
  readonly column: readonly string[] | null;
  /** lines and columns that hold names */
  readonly top: 0 | 1;
  readonly left: 0 | 1;
}

function namesOf(rows: Cells, { header: isGiven, needsNames = false }: MatrixOptions): Named {
  const first = rows[0]!;
  // s1, 1, 0.5 begins a matrix that is named in its first column alone
  const isRow =
    isText(first[0]!) && first.length > 1 && !first.slice(1).some(isText) && rows.length === first.length - 1;
  const isHeader = isGiven ?? ((needsNames || first.some(isText)) && !isRow);
  const body = isHeader ? rows.slice(1) : rows;
  const names = first.filter((name) => name !== "").length;
  // with names of rows the cells are a square, or one more than the names above them
  const isSquare = body.length === first.length - 1 && body.every((row, i) => row[0] === first[i + 1]);
  const isLonger =
    body.length > 0 &&
    (body.every((row) => row.length === names + 1) ||
      (body.length === names && body.every((row, i) => row.length === i + 2)));
  const isColumn =
    isGiven !== false && (body.some((row) => isText(row[0]!)) || (isHeader && (isSquare || isLonger)));
  const left = isColumn ? 1 : 0;
  const cells = isColumn ? body.map((row) => row.slice(1)) : body;
  const columns = cells.reduce((widest, row) => Math.max(widest, row.length), 0);
  return {
    cells,
    header: isHeader ? first.slice(Math.max(0, first.length - columns)) : null,
    column: isColumn ? body.map((row) => row[0]!) : null,
    top: isHeader ? 1 : 0,
    left,
  };
}

function isText(cell: string): boolean {
  if (cell === "" || cell === "NA" || cell === "NaN" || isCodeAmongNumbers(cell)) return false;
  const { point, comma } = readings(cell);
  return point === undefined && comma === undefined;
}

/** All rows of one length: a lower triangle is mirrored. */
function squareCells(cells: Cells, lineOf: (row: number) => number): Cells {
  const n = cells.length;
  if (n === 0) throw new DrmError("bad_data", "the matrix has names but no rows of numbers");
  const isRagged = n > 1 && cells.every((row, i) => row.length === i + 1);
  const hasNoUpper =
    n > 1 && cells.every((row, i) => row.length === n && row.every((cell, j) => (cell === "") === j > i));
  if (isRagged || hasNoUpper) {
    return cells.map((_, i) => cells.map((_, j) => (j <= i ? cells[i]![j]! : cells[j]![i]!)));
  }
  const ncol = cells[0]!.length;
  cells.forEach((row, i) => {
    if (row.length === ncol) return;
    throw new DrmError(
      "bad_data",
      `matrix row ${i + 1} (line ${lineOf(i)}) has ${count(row.length, "cell")}; wanted ${ncol}, as in row 1, or the lower ` +
        "triangle alone: 1, 2, 3, ... cells",
    );
  });
  return cells;
}

/** How the cells become numbers: all of them with the same decimals. */
function numbersOf(
  cells: Cells,
  left: number,
  options: MatrixOptions & { readonly lineOf: (row: number) => number },
): (cell: string) => number {
  const rules = cellRules(options);
  const evidence = new ColumnEvidence("", rules, "the matrix");
  cells.forEach((row, i) => {
    row.forEach((cell, j) => {
      const before = evidence.others;
      evidence.see(cell, i);
      if (evidence.others > before) throw oddCell(cell, i, j + left, options);
    });
  });
  const verdict = evidence.verdict(fileContext(options.lineOf, () => null, options.warn));
  if (verdict.kind !== "numeric") throw verdict.kind === "unclear" ? verdict.error : new Error(verdict.kind);
  return numberReader(verdict.decimal, rules.codes);
}

function oddCell(
  cell: string,
  i: number,
  j: number,
  { header, lineOf }: Parameters<typeof numbersOf>[2],
): DrmError {
  const like = numberLike(cell);
  const advice =
    header === false ? "; where line 1 or the first column holds names, leave out --matrix-header no" : "";
  return new DrmError(
    "bad_data",
    `matrix row ${i + 1}, column ${j + 1} (line ${lineOf(i)}): '${cell}' is not a number${like === null ? "" : ` but ${like.words}`}${advice}`,
  );
}

/** The names of a square matrix, one for each row; null where there are none. */
function levelsOf(
  { header, column }: Named,
  nrow: number,
  ncol: number,
  { needsNames = false }: MatrixOptions,
): readonly string[] | null {
  // the header of a single column calls that, not the rows
  const levels = column ?? (ncol === 1 && nrow > 1 ? null : header);
  if (levels === null) {
    if (needsNames)
      throw new DrmError(
        "bad_data",
        "the matrix needs names: those of its levels in line 1, or in the first column",
      );
    return null;
  }
  if (nrow !== ncol && ncol !== 1) {
    throw new DrmError(
      "bad_data",
      `the matrix has names and is ${nrow} x ${ncol}; wanted as many columns as rows`,
    );
  }
  const seen = new Set<string>();
  levels.forEach((level, i) => {
    if (level === "")
      throw new DrmError("bad_data", `the matrix has no name for row ${i + 1}; name all or none`);
    if (seen.has(level)) throw new DrmError("bad_data", `the matrix has the name '${level}' twice`);
    seen.add(level);
    const other = column === null || ncol === 1 ? undefined : header?.[i];
    if (other !== undefined && other !== "" && other !== level) {
      throw new DrmError(
        "bad_data",
        `the matrix names row ${i + 1} '${level}' and column ${i + 1} '${other}'; wanted the same order for both`,
      );
    }
  });
  return levels;
}
