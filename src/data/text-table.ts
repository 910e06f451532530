import { type CellOptions, cellRules, fileContext } from "./cell-options";
import { type CellRules, ColumnEvidence, commonDecimal, type FileContext } from "./column-evidence";
import { columnFromText, factorWithLevels, labelsFromText, type TextColumn } from "./csv-column";
import type { FactorOptions } from "./factor-from";
import type { TextRows } from "./header";
import type { Decimal } from "./number-text";
import { LazyTable } from "./table-from";

/** Texts below a header as a Table, whose columns are made of them when they are asked for. */
export function textTable(file: TextRows, cells: CellOptions, factors: FactorOptions): LazyTable {
  const columnOf = textColumns(file, cells);
  const { header, rows } = file;
  return new LazyTable(
    rows.length,
    () => header.names,
    factors,
    (name, levels, ordered) => {
      const column = columnOf(name);
      if (column === undefined) return undefined;
      return levels === undefined
        ? columnFromText(column, ordered)
        : factorWithLevels(column, levels, ordered);
    },
    {
      labels: (name) => {
        const column = columnOf(name);
        return column === undefined ? undefined : labelsFromText(column);
      },
    },
  );
}

/** The columns of a table of texts by name; undefined where there is none. Throws DrmError("bad_data") where there are two. */
export function textColumns(file: TextRows, options: CellOptions): (name: string) => TextColumn | undefined {
  const { header, rows, lineOf } = file;
  const rules = cellRules(options);
  const context = fileContext(lineOf, () => (file.hasNumbers ? null : decimalOf(file, rules)), options.warn);
  return (name) => {
    const j = header.position(name);
    return j === undefined ? undefined : textColumn(name, rows, j, rules, context);
  };
}

/** What stands before decimals in a file: a point, where nothing tells. */
export function decimalIn(file: TextRows, options: CellOptions): Decimal {
  return options.decimal ?? (file.hasNumbers ? null : decimalOf(file, cellRules(options))) ?? ".";
}

/** What stands before decimals in the whole file. */
function decimalOf({ header, rows }: TextRows, rules: CellRules): Decimal | null {
  const columns = header.cells.map((name, j) => {
    const evidence = new ColumnEvidence(name, rules);
    for (let i = 0; i < rows.length; i++) {
      evidence.see((rows[i]![j] ?? "").trim(), i);
      // so many texts, and no number: such a column tells nothing of numbers
      if (i >= FEW && evidence.numbers === 0) break;
    }
    return evidence;
  });
  return commonDecimal(columns);
}

const FEW = 200;

function textColumn(
  name: string,
  rows: readonly (readonly string[])[],
  j: number,
  rules: CellRules,
  file: FileContext,
): TextColumn {
  const cell = (row: number) => trimmed(rows[row]![j]!);
  return { name, nrow: rows.length, cell, cells: () => rows.map((_, row) => cell(row)), rules, file };
}

/** Most cells have nothing to trim, which two characters tell. */
function trimmed(cell: string): string {
  return isInk(cell.charCodeAt(0)) && isInk(cell.charCodeAt(cell.length - 1)) ? cell : cell.trim();
}

function isInk(code: number): boolean {
  return code > 32 && code < 127;
}
