import { DrmError } from "../errors";
import { hasDecimalComma, parseDecimal } from "./decimal";
import { codesOf, factorFromText, levelIndex, unknownLevel } from "./factor-from";
import type { Column, FactorColumn, NumericColumn } from "./table";

/**
 * One column of CSV text, cells trimmed, as a Column: numbers if all of its cells are numbers or missing, logical if all
 * are TRUE or FALSE, else a factor. When most cells are numbers the others are taken for mistakes: as a factor such a
 * column would fit without complaint and mean nothing. `lineOf` gives a row's line in the file.
 */
export function columnFromText(
  name: string,
  cells: readonly string[],
  levels: readonly string[] | undefined,
  ordered: boolean,
  lineOf: (row: number) => number,
): Column {
  if (levels !== undefined) return factorWithLevels(name, cells, levels, ordered, lineOf);
  const values = new Float64Array(cells.length);
  let numbers = 0;
  let logicals = 0;
  let others = 0;
  let firstOther = -1;
  for (let i = 0; i < values.length; i++) {
    const cell = cells[i]!;
    values[i] = Number.NaN;
    if (isMissing(cell)) continue;
    const value = parseDecimal(cell);
    if (value !== undefined) {
      values[i] = value;
      numbers++;
      continue;
    }
    if (firstOther < 0) firstOther = i;
    if (isTrue(cell) || isFalse(cell)) logicals++;
    else others++;
  }
  if (firstOther >= 0) {
    if (mostlyNumbers(cells, numbers, logicals + others)) {
      throw strayText(name, cells, firstOther, lineOf(firstOther));
    }
    if (numbers > 0 || others > 0 || ordered) {
      return factorFromText(
        cells.map((cell) => (isMissing(cell) ? null : cell)),
        ordered,
      );
    }
    for (let i = 0; i < values.length; i++) {
      if (!isMissing(cells[i]!)) values[i] = isTrue(cells[i]!) ? 1 : 0;
    }
    return { kind: "logical", values };
  }
  if (ordered) {
    throw new DrmError(
      "bad_factor",
      `column '${name}' is to be ordered but is numeric; give its levels in order`,
    );
  }
  return numbersFromText(cells, values);
}

/** Cells that are numbers or missing, and their `values`, as a column, with the texts if the numbers do not give them back. */
export function numbersFromText(
  cells: readonly string[],
  values = Float64Array.from(cells, (cell) => parseDecimal(cell) ?? Number.NaN),
): NumericColumn {
  const isExact = cells.every((cell, i) => Number.isNaN(values[i]) || givesBack(values[i]!, cell));
  return isExact
    ? { kind: "numeric", values }
    : { kind: "numeric", values, written: writtenAs(cells, values) };
}

/** Whether nothing of the text is lost when only its number is kept, the next number being another one. */
export function givesBack(value: number, text: string): boolean {
  return text === String(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

/** The texts as levels, in the order of their numbers. */
function writtenAs(cells: readonly string[], values: Float64Array): FactorColumn {
  const firstRow = new Map<string, number>();
  cells.forEach((cell, i) => {
    if (!Number.isNaN(values[i]) && !firstRow.has(cell)) firstRow.set(cell, i);
  });
  const inOrder = [...firstRow].sort(
    ([a, i], [b, j]) => values[i]! - values[j]! || a.length - b.length || (a < b ? -1 : 1),
  );
  const code = new Map(inOrder.map(([text], k) => [text, k]));
  const codes = Int32Array.from(cells, (cell) => code.get(cell) ?? -1);
  return { kind: "factor", codes, levels: inOrder.map(([text]) => text), ordered: false };
}

/**
 * The level that a cell is, as it is written, or as a number is: 1.0 is level 1. NA can be a level, if it is listed; else it
 * is null, as all missing cells are. Undefined for a cell that is no level.
 */
export function levelOf(
  cell: string,
  levels: { readonly has: (level: string) => boolean },
): string | null | undefined {
  if (levels.has(cell)) return cell;
  if (isMissing(cell)) return null;
  const number = String(parseDecimal(cell));
  return levels.has(number) ? number : undefined;
}

function factorWithLevels(
  name: string,
  cells: readonly string[],
  levels: readonly string[],
  ordered: boolean,
  lineOf: (row: number) => number,
): FactorColumn {
  const known = levelIndex(name, levels);
  const { index } = known;
  const lookUp = (cell: string) => {
    const level = levelOf(cell, index);
    return level === null ? -1 : level === undefined ? undefined : index.get(level);
  };
  const codes = codesOf(cells, lookUp, (i) =>
    unknownLevel(name, cells[i], `row ${i + 1} (line ${lineOf(i)})`, levels),
  );
  return { kind: "factor", codes, levels: known.levels, ordered };
}

function mostlyNumbers(cells: readonly string[], numbers: number, others: number): boolean {
  if (numbers > others) return true;
  const commas = cells.filter(hasDecimalComma).length;
  return numbers + commas > others - commas;
}

function strayText(name: string, cells: readonly string[], row: number, line: number): DrmError {
  const cell = cells[row]!;
  const advice = hasDecimalComma(cell)
    ? `numbers need a decimal point: ${cell.replace(",", ".")}`
    : "write NA or nothing for a missing value, or give the column's levels if it is a category";
  return new DrmError(
    "bad_data",
    `column '${name}', row ${row + 1} (line ${line}): '${cell}' is not a number; ${advice}`,
  );
}

function isMissing(cell: string): boolean {
  return cell === "" || cell === "NA" || cell === "NaN";
}

function isTrue(cell: string): boolean {
  return cell === "TRUE" || cell === "true";
}

function isFalse(cell: string): boolean {
  return cell === "FALSE" || cell === "false";
}
