// Design columns of the terms that the audit's formulas have: numbers, factors with treatment contrasts (the full set for
// the first factor of a formula without intercept), and products of two terms.
import type { Columns } from "./spec";

export interface DesignColumns {
  readonly names: readonly string[];
  /** one array a column */
  readonly values: readonly (readonly number[])[];
}

/** The columns of a right side's terms over the rows listed. */
export function designColumns(
  terms: readonly string[],
  data: Columns,
  rows: readonly number[],
): DesignColumns {
  const names: string[] = [];
  const values: number[][] = [];
  const intercept = !terms.includes("0");
  if (intercept) {
    names.push("(Intercept)");
    values.push(rows.map(() => 1));
  }
  let full = !intercept;
  for (const order of [1, 2]) {
    for (const term of terms) {
      const parts = term.split(":");
      if (term === "0" || term === "1" || parts.length !== order) continue;
      const [first, second] = parts.map((part) => columnsOf(part, data, full));
      if (isFactor(data[parts[0]])) full = false;
      first.forEach((a) => {
        for (const b of second ?? [null]) {
          names.push(b === null ? a.name : `${a.name}:${b.name}`);
          values.push(rows.map((row) => a.at(row) * (b === null ? 1 : b.at(row))));
        }
      });
    }
  }
  return { names, values };
}

interface Column {
  readonly name: string;
  readonly at: (row: number) => number;
}

function columnsOf(name: string, data: Columns, full: boolean): Column[] {
  const cells = data[name];
  if (!isFactor(cells)) return [{ name, at: (row) => cells[row] as number }];
  const levels = [...new Set(cells)].sort() as string[];
  return (full ? levels : levels.slice(1)).map((level) => ({
    name: `${name}${level}`,
    at: (row) => (cells[row] === level ? 1 : 0),
  }));
}

function isFactor(cells: Columns[string]): boolean {
  return cells.some((cell) => typeof cell === "string");
}
