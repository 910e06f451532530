import type { Column, FactorColumn, NumericColumn } from "../data/table";
import { DrmError } from "../errors";
import { listed } from "../words";
import { valueLabel } from "./as-factor";

/** How an error calls a row. */
export type RowName = (row: number) => string;

const dataRow: RowName = (row) => `row ${row + 1}`;

/** Makes `column` a factor with exactly these levels, in this order. */
export function withLevels(
  name: string,
  column: Column,
  levels: readonly string[],
  ordered: boolean,
  rowName: RowName = dataRow,
): FactorColumn {
  if (column.kind === "factor" && sameLevels(column.levels, levels)) {
    return column.ordered === ordered ? column : { ...column, ordered };
  }
  const codeOf = new Map<string, number>();
  for (const level of levels) {
    if (codeOf.has(level)) throw new DrmError("bad_factor", `level '${level}' of '${name}' is given twice`);
    codeOf.set(level, codeOf.size);
  }
  if (column.kind !== "factor") return fromNumbers(name, column, levels, codeOf, ordered, rowName);
  const recode = column.levels.map((level) => codeOf.get(level) ?? -1);
  const codes = new Int32Array(column.codes.length);
  for (let i = 0; i < codes.length; i++) {
    const old = column.codes[i]!;
    if (old < 0) codes[i] = -1;
    else {
      const code = recode[old]!;
      if (code < 0) throw unknownLevel(name, column.levels[old]!, rowName(i), levels);
      codes[i] = code;
    }
  }
  return { kind: "factor", codes, levels, ordered };
}

function fromNumbers(
  name: string,
  { kind, values }: NumericColumn,
  levels: readonly string[],
  codeOf: ReadonlyMap<string, number>,
  ordered: boolean,
  rowName: RowName,
): FactorColumn {
  const codes = new Int32Array(values.length);
  // text is made once per distinct number, not once per row
  const byValue = new Map<number, number>();
  for (let i = 0; i < codes.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      codes[i] = -1;
      continue;
    }
    let code = byValue.get(value);
    if (code === undefined) {
      const label = valueLabel(kind, value);
      code = codeOf.get(label) ?? levels.findIndex((level) => level !== "" && Number(level) === value);
      if (code < 0) throw unknownLevel(name, label, rowName(i), levels);
      byValue.set(value, code);
    }
    codes[i] = code;
  }
  return { kind: "factor", codes, levels, ordered };
}

function unknownLevel(name: string, label: string, row: string, levels: readonly string[]): DrmError {
  const known = listed(levels.length > 6 ? [...levels.slice(0, 6), "..."] : levels);
  return new DrmError(
    "bad_factor",
    `'${name}' is '${label}' in ${row}, which is not one of its levels${known}: add the level or correct the value`,
  );
}

function sameLevels(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((level, i) => level === b[i]));
}

/**
 * Leaves out the levels that no row has. R's model.matrix keeps them as columns of zeros, which cannot be
 * estimated; a level that is gone because its rows were dropped is one such.
 */
export function dropUnusedLevels(column: FactorColumn): FactorColumn {
  const { codes, levels } = column;
  const used = new Uint8Array(levels.length);
  let unseen = levels.length;
  for (let i = 0; i < codes.length && unseen > 0; i++) {
    const code = codes[i]!;
    if (code >= 0 && used[code] === 0) {
      used[code] = 1;
      unseen--;
    }
  }
  if (unseen === 0) return column;
  const recode = new Int32Array(levels.length);
  const kept: string[] = [];
  for (let code = 0; code < levels.length; code++) {
    recode[code] = used[code] === 1 ? kept.push(levels[code]!) - 1 : -1;
  }
  return { ...column, levels: kept, codes: codes.map((code) => (code < 0 ? -1 : recode[code]!)) };
}

/** The given rows of a column, unused levels left out. */
export function takeRows(column: Column, rows: Int32Array): Column {
  if (column.kind === "factor") {
    const codes = new Int32Array(rows.length);
    for (let i = 0; i < codes.length; i++) codes[i] = column.codes[rows[i]!]!;
    return dropUnusedLevels({ ...column, codes });
  }
  const values = new Float64Array(rows.length);
  for (let i = 0; i < values.length; i++) values[i] = column.values[rows[i]!]!;
  const { kind, written } = column;
  return written === undefined
    ? { kind, values }
    : { kind, values, written: takeRows(written, rows) as FactorColumn };
}
