import { hasDecimalComma, parseDecimal } from "../../data/decimal";
import { DrmError } from "../../errors";

/** What a cell of a table is to a model. */
export type CellValue = number | boolean | string | null;

/** Cells of one column of CSV text, trimmed, seen one by one, for a file that is not held at once. */
export interface ColumnKind {
  /** `line` in the file, from 1 */
  see(cell: string, line: () => number): void;
  /** Whether they are numbers, once all have been seen. Throws as values() does. */
  isNumeric(): boolean;
  /**
   * What turns its cells into values, once all have been seen; by the same rules as parseCsv(). Throws DrmError("bad_data")
   * for a column of numbers with a stray text in it.
   */
  values(): (cell: string) => CellValue;
}

export function columnKind(name: string): ColumnKind {
  let numbers = 0;
  let logicals = 0;
  let others = 0;
  let commas = 0;
  let firstOther: { readonly cell: string; readonly line: number } | null = null;
  const requireNoStray = () => {
    const texts = logicals + others;
    if (firstOther !== null && (numbers > texts || numbers + commas > texts - commas)) {
      throw strayText(name, firstOther);
    }
  };
  return {
    see(cell, line) {
      if (isMissing(cell)) return;
      if (parseDecimal(cell) !== undefined) {
        numbers++;
        return;
      }
      firstOther ??= { cell, line: line() };
      if (isLogical(cell)) logicals++;
      else others++;
      if (hasDecimalComma(cell)) commas++;
    },
    isNumeric() {
      requireNoStray();
      return firstOther === null;
    },
    values() {
      requireNoStray();
      if (firstOther === null) return (cell) => (isMissing(cell) ? null : parseDecimal(cell)!);
      if (numbers > 0 || others > 0) return (cell) => (isMissing(cell) ? null : cell);
      return (cell) => (isMissing(cell) ? null : cell.toLowerCase() === "true");
    },
  };
}

function strayText(name: string, { cell, line }: { readonly cell: string; readonly line: number }): DrmError {
  const advice = hasDecimalComma(cell)
    ? `numbers need a decimal point: ${cell.replace(",", ".")}`
    : "write NA or nothing for a missing value";
  return new DrmError("bad_data", `column '${name}', line ${line}: '${cell}' is not a number; ${advice}`);
}

function isMissing(cell: string): boolean {
  return cell === "" || cell === "NA" || cell === "NaN";
}

function isLogical(cell: string): boolean {
  return cell === "TRUE" || cell === "true" || cell === "FALSE" || cell === "false";
}
