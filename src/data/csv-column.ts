import { DrmError } from "../errors";
import { isMissing, isTrue, type MissingCodes, PLAIN_CODES } from "./cell-kinds";
import { type CellRules, ColumnEvidence, type FileContext, type Verdict } from "./column-evidence";
import { parseDecimal } from "./decimal";
import { codesOf, factorFromText, levelIndex, unknownLevel } from "./factor-from";
import { type Decimal, numberIn } from "./number-text";
import type { Column, FactorColumn, NumericColumn } from "./table";

/** One column of texts, trimmed, and what the user and the rest of the file say of it. */
export interface TextColumn {
  readonly name: string;
  readonly nrow: number;
  cell(row: number): string;
  /** all of them, as a list that is made for it */
  cells(): readonly string[];
  readonly rules: CellRules;
  readonly file: FileContext;
}

/**
 * A column of texts as a Column: numbers if all of its cells are numbers or missing, logical if all are TRUE or FALSE, else a
 * factor. Throws DrmError("bad_data") where some are numbers and some are not: as a factor such a column would fit without
 * complaint and mean nothing.
 */
export function columnFromText(column: TextColumn, ordered: boolean): Column {
  const { verdict, values } = judged(column);
  if (verdict.kind === "unclear") throw verdict.error;
  if (verdict.kind === "text" || ordered) {
    if (verdict.kind === "numeric") {
      throw new DrmError(
        "bad_factor",
        `column '${column.name}' is to be ordered but is numeric; give its levels in order`,
      );
    }
    return labelsOfTexts(column, ordered);
  }
  return verdict.kind === "logical" ? logicals(column) : withWritten(column, values);
}

/** The column where only labels are wanted, of which any text is one: numbers with the texts that they were written as. */
export function labelsFromText(column: TextColumn): Column {
  const { verdict, values } = judged(column);
  if (verdict.kind === "numeric") return withWritten(column, values);
  return verdict.kind === "logical" ? logicals(column) : labelsOfTexts(column, false);
}

function judged({ name, nrow, cell, rules, file }: TextColumn): { verdict: Verdict; values: Float64Array } {
  const evidence = new ColumnEvidence(name, rules);
  const values = new Float64Array(nrow);
  for (let i = 0; i < nrow; i++) values[i] = evidence.see(cell(i), i);
  const verdict = evidence.verdict(file);
  if (verdict.kind !== "numeric" || !evidence.isToBeReadAgain(verdict.decimal)) return { verdict, values };
  const read = numberReader(verdict.decimal, rules.codes);
  for (let i = 0; i < nrow; i++) values[i] = read(cell(i));
  return { verdict, values };
}

/** What turns the cells of a column of numbers into numbers, NaN where they are missing. */
export function numberReader(decimal: Decimal, codes: MissingCodes): (cell: string) => number {
  return (cell) => {
    if (isMissing(cell, codes)) return Number.NaN;
    const value = numberIn(decimal, cell);
    return value === undefined || codes.numbers.has(value) ? Number.NaN : value;
  };
}

function labelsOfTexts({ cells, rules: { codes } }: TextColumn, ordered: boolean): FactorColumn {
  return factorFromText(
    cells().map((cell) => (isMissing(cell, codes) ? null : cell)),
    ordered,
  );
}

function logicals({ cells, rules: { codes } }: TextColumn): NumericColumn {
  const value = (cell: string) => (isMissing(cell, codes) ? Number.NaN : isTrue(cell) ? 1 : 0);
  return { kind: "logical", values: Float64Array.from(cells(), value) };
}

/**
 * Numbers with the texts that they do not give back, which are put in order when somebody asks: most never do. (A property of the
 * object itself, so that copies and clones have it.)
 */
function withWritten({ cells }: Pick<TextColumn, "cells">, values: Float64Array): NumericColumn {
  const column = { kind: "numeric" as const, values };
  let made: { readonly written: FactorColumn | undefined } | undefined;
  return Object.defineProperty(column, "written", {
    enumerable: true,
    get: () => {
      made ??= { written: writtenAs(cells(), values) };
      return made.written;
    },
  });
}

/** Texts of numbers, which `numberOf` reads, with the texts beside where these do not give them back. */
export function numbersFromText(cells: readonly string[], numberOf: (cell: string) => number): NumericColumn {
  const values = Float64Array.from(cells, numberOf);
  const written = writtenAs(cells, values);
  return { kind: "numeric", values, ...(written !== undefined && { written }) };
}

/** Whether nothing of the text is lost when only its number is kept, the next number being another one. */
export function givesBack(value: number, text: string): boolean {
  return text === String(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

/** The texts as levels, in the order of their numbers; undefined where the numbers give all of them back. */
function writtenAs(cells: readonly string[], values: Float64Array): FactorColumn | undefined {
  if (cells.every((cell, i) => Number.isNaN(values[i]) || givesBack(values[i]!, cell))) return undefined;
  const firstRow = new Map<string, number>();
  cells.forEach((cell, i) => {
    if (!Number.isNaN(values[i]) && !firstRow.has(cell)) firstRow.set(cell, i);
  });
  const inOrder = [...firstRow].sort(
    ([a, i], [b, j]) => values[i]! - values[j]! || a.length - b.length || (a < b ? -1 : 1),
  );
  const code = new Map(inOrder.map(([text], k) => [text, k]));
  const codes = Int32Array.from(cells, (cell, i) => (Number.isNaN(values[i]) ? -1 : code.get(cell)!));
  return { kind: "factor", codes, levels: inOrder.map(([text]) => text), ordered: false };
}

/**
 * The level that a cell is, as it is written, or as a number is: 1.0 is level 1. NA can be a level, if it is listed; else it
 * is null, as all missing cells are. Undefined for a cell that is no level.
 */
export function levelOf(
  cell: string,
  levels: { readonly has: (level: string) => boolean },
  codes = PLAIN_CODES,
): string | null | undefined {
  if (levels.has(cell)) return cell;
  if (isMissing(cell, codes)) return null;
  const number = String(parseDecimal(cell));
  return levels.has(number) ? number : undefined;
}

/** A column whose levels are given. */
export function factorWithLevels(
  { name, cells: all, rules: { codes: missing }, file }: TextColumn,
  levels: readonly string[],
  ordered: boolean,
): FactorColumn {
  const cells = all();
  const known = levelIndex(name, levels);
  const { index } = known;
  const lookUp = (cell: string) => {
    const level = levelOf(cell, index, missing);
    return level === null ? -1 : level === undefined ? undefined : index.get(level);
  };
  const codes = codesOf(cells, lookUp, (i) =>
    unknownLevel(name, cells[i], `row ${i + 1} (line ${file.lineOf(i)})`, levels),
  );
  return { kind: "factor", codes, levels: known.levels, ordered };
}
