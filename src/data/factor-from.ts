import { DrmError, didYouMean } from "../errors";
import { sortLevels } from "./level-order";
import type { Column, FactorColumn } from "./table";

/** The columns that the user makes factors: levels in the order wanted, and which of them are ordered. */
export interface FactorOptions {
  readonly factors?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly ordered?: ReadonlySet<string> | undefined;
}

/** The levels given for a column, or undefined. */
export function levelsFor(name: string, options: FactorOptions): readonly string[] | undefined {
  const factors = options.factors;
  return factors !== undefined && Object.hasOwn(factors, name) ? factors[name] : undefined;
}

/** Levels for a column that does not exist are a typing error, and would otherwise change nothing in silence. */
export function requireFactorColumns(options: FactorOptions, names: () => readonly string[]): void {
  if (options.factors === undefined && options.ordered === undefined) return;
  for (const name of [...Object.keys(options.factors ?? {}), ...(options.ordered ?? [])]) {
    const known = names();
    if (!known.includes(name)) {
      throw new DrmError(
        "unknown_column",
        `levels are given for column '${name}', which is not in the data${didYouMean(name, known)}`,
      );
    }
  }
}

/** Text without given levels: the levels are its distinct values, sorted. Null, undefined and NaN are missing. */
export function factorFromText(
  cells: readonly (string | null | undefined)[],
  ordered: boolean,
): FactorColumn {
  const codes = new Int32Array(cells.length);
  const found = new Map<string, number>();
  // most cells repeat one of the two levels seen last, which spares the map
  let last: string | undefined;
  let lastCode = -1;
  let other: string | undefined;
  let otherCode = -1;
  for (let i = 0; i < codes.length; i++) {
    const cell = cells[i];
    if (cell !== last) {
      if (typeof cell !== "string") {
        codes[i] = -1;
        continue;
      }
      const code = cell === other ? otherCode : codeOfNext(cell, found);
      other = last;
      otherCode = lastCode;
      last = cell;
      lastCode = code;
    }
    codes[i] = lastCode;
  }
  const levels = sortLevels([...found.keys()]);
  recode(codes, levels, found);
  return { kind: "factor", codes, levels, ordered };
}

/** The code of a level in order of appearance. */
function codeOfNext(level: string, found: Map<string, number>): number {
  let code = found.get(level);
  if (code === undefined) {
    code = found.size;
    found.set(level, code);
  }
  return code;
}

/** From codes in order of appearance to codes in sorted order. */
function recode(codes: Int32Array, levels: readonly string[], found: ReadonlyMap<string, number>): void {
  const rank = new Int32Array(levels.length);
  let changed = false;
  for (let k = 0; k < levels.length; k++) {
    const before = found.get(levels[k]!)!;
    rank[before] = k;
    if (before !== k) changed = true;
  }
  if (!changed) return;
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) codes[i] = rank[codes[i]!]!;
}

/** Cells of any plain type with the levels given. A number is its decimal text; a boolean is TRUE or FALSE. */
export function factorFromCells(
  name: string,
  cells: ArrayLike<unknown>,
  levels: readonly string[],
  ordered: boolean,
): FactorColumn {
  const index = levelIndex(name, levels);
  const upperCase = index.has("TRUE") || index.has("FALSE");
  const lookUp = (cell: unknown) => {
    if (cell === null || cell === undefined || Number.isNaN(cell)) return -1;
    if (typeof cell === "boolean" && upperCase) return index.get(cell ? "TRUE" : "FALSE");
    return index.get(typeof cell === "number" ? numberLabel(cell) : String(cell));
  };
  const codes = codesOf(cells, lookUp, (i) => unknownLevel(name, cells[i], `row ${i + 1}`, levels));
  return { kind: "factor", codes, levels: [...index.keys()], ordered };
}

/** A number as a level: 15 significant digits, as in R, so that the noise of arithmetic makes no levels. */
function numberLabel(value: number): string {
  return String(Number(value.toPrecision(15)));
}

/** The code of every cell. `lookUp` is asked once for each distinct cell, so it may be slow. */
export function codesOf<Cell>(
  cells: ArrayLike<Cell>,
  lookUp: (cell: Cell) => number | undefined,
  unknown: (row: number) => DrmError,
): Int32Array {
  const codes = new Int32Array(cells.length);
  const seen = new Map<Cell, number>();
  for (let i = 0; i < codes.length; i++) {
    const cell = cells[i]!;
    let code = seen.get(cell);
    if (code === undefined) {
      code = lookUp(cell);
      if (code === undefined) throw unknown(i);
      seen.set(cell, code);
    }
    codes[i] = code;
  }
  return codes;
}

/** The same column under the levels given: what `factors` means for a column that is already converted. */
export function relevel(
  name: string,
  column: Column,
  levels: readonly string[],
  ordered: boolean,
): FactorColumn {
  if (column.kind === "numeric") return factorFromCells(name, column.values, levels, ordered);
  const { length } = column.kind === "factor" ? column.codes : column.values;
  const cells = new Array<string | boolean | null>(length);
  for (let i = 0; i < length; i++) {
    if (column.kind === "factor") cells[i] = column.levels[column.codes[i]!] ?? null;
    else cells[i] = Number.isNaN(column.values[i]) ? null : column.values[i] !== 0;
  }
  return factorFromCells(name, cells, levels, ordered);
}

/** Level to code. Rejects an empty list and a level listed twice. */
export function levelIndex(name: string, levels: readonly string[]): Map<string, number> {
  if (levels.length === 0) throw new DrmError("bad_factor", `factor '${name}': the list of levels is empty`);
  const index = new Map<string, number>();
  for (const level of levels) {
    const label = String(level);
    if (index.has(label)) {
      throw new DrmError("bad_factor", `factor '${name}': level '${label}' is listed twice`);
    }
    index.set(label, index.size);
  }
  return index;
}

/** The error for a cell that is not among the levels. */
export function unknownLevel(
  name: string,
  cell: unknown,
  place: string,
  levels: readonly string[],
): DrmError {
  const shown = levels.length > 12 ? `${levels.slice(0, 12).join(", ")}, ...` : levels.join(", ");
  return new DrmError(
    "bad_factor",
    `factor '${name}', ${place}: '${String(cell)}' is not among the levels ${shown}` +
      `${didYouMean(String(cell), levels)}`,
  );
}
