import { DrmError, didYouMean } from "../errors";
import { isList, type OptionKinds, shown } from "../options";
import { sortLevels } from "./level-order";
import { numberLabel } from "./number-label";
import type { Column, FactorColumn } from "./table";

/** The columns that the user makes factors: levels in the order wanted, and which of them are ordered. */
export interface FactorOptions {
  /** levels by column, the first being the reference; default: those of the data, sorted as R sorts them */
  readonly factors?: Readonly<Record<string, readonly string[]>> | undefined;
  /** names of the columns whose levels are ordered (polynomial contrasts); default none */
  readonly ordered?: ReadonlySet<string> | undefined;
}

export const FACTOR_OPTIONS: OptionKinds<FactorOptions> = { factors: "object", ordered: "names" };

/** Text cells by their place in a list of texts, -1 for a missing one. */
export interface NumberedText {
  /** every text that occurs */
  readonly texts: readonly string[];
  /** of each row, the position of its text; -1 or NaN where it is missing */
  readonly codes: ArrayLike<number>;
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
  return sortedFactor(cells, (cell) => (typeof cell === "string" ? cell : null), ordered);
}

/** Text by number: the same column as of the texts themselves. Without `levels` they are sorted. */
export function factorFromNumberedText(
  name: string,
  { texts, codes: cells }: NumberedText,
  levels: readonly string[] | undefined,
  ordered: boolean,
): FactorColumn {
  const unknown = (row: number): DrmError => {
    const text = texts[cells[row]!];
    if (text !== undefined) return unknownLevel(name, text, `row ${row + 1}`, levels!);
    const wanted = `-1 (missing) or 0 to ${texts.length - 1}`;
    return new DrmError("bad_factor", `text '${name}', row ${row + 1}: code ${cells[row]}; wanted ${wanted}`);
  };
  if (levels === undefined) {
    return sortedFactor(cells, (cell) => (cell === -1 ? null : texts[cell]), ordered, unknown);
  }
  const known = levelIndex(name, levels);
  const codes = codesOf(cells, (cell) => (cell === -1 ? -1 : known.index.get(texts[cell]!)), unknown);
  return { kind: "factor", codes, levels: known.levels, ordered };
}

/**
 * Levels are the distinct texts, sorted as R sorts them; `textOf` is asked once for each distinct cell, null is missing, and
 * undefined throws the error of `unknown`.
 */
function sortedFactor<Cell>(
  cells: ArrayLike<Cell>,
  textOf: (cell: Cell) => string | null | undefined,
  ordered: boolean,
  unknown?: (row: number) => DrmError,
): FactorColumn {
  const found = new Map<string, number>();
  const lookUp = (cell: Cell): number | undefined => {
    const text = textOf(cell);
    if (text === null) return -1;
    if (text === undefined) return undefined;
    const known = found.get(text);
    if (known !== undefined) return known;
    found.set(text, found.size);
    return found.size - 1;
  };
  const codes = codesOf(cells, lookUp, unknown);
  const levels = sortLevels([...found.keys()]);
  recode(codes, levels, found);
  return { kind: "factor", codes, levels, ordered };
}

/** From codes in order of appearance to codes in sorted order. */
function recode(codes: Int32Array, levels: readonly string[], found: ReadonlyMap<string, number>): void {
  const rank: number[] = new Array(levels.length);
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
  const known = levelIndex(name, levels);
  const { index } = known;
  const upperCase = index.has("TRUE") || index.has("FALSE");
  const lookUp = (cell: unknown) => {
    if (cell === null || cell === undefined || Number.isNaN(cell)) return -1;
    if (typeof cell === "boolean" && upperCase) return index.get(cell ? "TRUE" : "FALSE");
    return index.get(typeof cell === "number" ? numberLabel(cell) : String(cell));
  };
  const codes = codesOf(cells, lookUp, (i) => unknownLevel(name, cells[i], `row ${i + 1}`, levels));
  return { kind: "factor", codes, levels: known.levels, ordered };
}

/**
 * The code of every cell. `lookUp` is asked once for each distinct cell, so it may be slow; where it knows none, the error
 * of `unknown` is thrown.
 */
export function codesOf<Cell>(
  cells: ArrayLike<Cell>,
  lookUp: (cell: Cell) => number | undefined,
  unknown?: (row: number) => DrmError,
): Int32Array {
  const codes = new Int32Array(cells.length);
  if (codes.length === 0) return codes;
  const seen = new Map<Cell, number>();
  const codeOfNext = (cell: Cell, row: number): number => {
    let code = seen.get(cell);
    if (code === undefined) {
      code = lookUp(cell);
      if (code === undefined) throw unknown!(row);
      seen.set(cell, code);
    }
    return code;
  };
  // most cells repeat one of the two seen last, which spares the map
  let last = cells[0]!;
  let lastCode = codeOfNext(last, 0);
  let other = last;
  let otherCode = lastCode;
  for (let i = 0; i < codes.length; i++) {
    const cell = cells[i]!;
    if (cell !== last) {
      const code = cell === other ? otherCode : codeOfNext(cell, i);
      other = last;
      otherCode = lastCode;
      last = cell;
      lastCode = code;
    }
    codes[i] = lastCode;
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

/** Levels as texts, and the code of each. */
interface LevelIndex {
  readonly levels: readonly string[];
  readonly index: ReadonlyMap<string, number>;
}

/** Of frozen lists of levels, which stay what they are: one serves all the data sets of a compiled model. */
const indexes = new WeakMap<readonly string[], LevelIndex>();

/** Levels are texts, or numbers and booleans as their texts. */
function checkLevels(name: string, levels: unknown): void {
  const wanted = "wanted an array of texts, one a level";
  if (!isList(levels)) {
    throw new DrmError("bad_factor", `the levels of '${name}' are ${shown(levels)}; ${wanted}`);
  }
  for (let i = 0; i < (levels as readonly unknown[]).length; i++) {
    const level = (levels as readonly unknown[])[i];
    const type = typeof level;
    if (type === "string" || type === "number" || type === "boolean") continue;
    throw new DrmError("bad_factor", `level ${i + 1} of '${name}' is ${shown(level)}; ${wanted}`);
  }
}

/** Level to code. Rejects an empty list and a level listed twice. */
export function levelIndex(name: string, levels: readonly string[]): LevelIndex {
  const known = indexes.get(levels);
  if (known !== undefined) return known;
  checkLevels(name, levels);
  if (levels.length === 0) throw new DrmError("bad_factor", `factor '${name}': the list of levels is empty`);
  const index = new Map<string, number>();
  for (const level of levels) {
    const label = String(level);
    if (index.has(label)) {
      throw new DrmError("bad_factor", `factor '${name}': level '${label}' is listed twice`);
    }
    index.set(label, index.size);
  }
  const made = { levels: Object.freeze([...index.keys()]), index };
  if (Object.isFrozen(levels)) indexes.set(levels, made);
  return made;
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
      `${didYouMean(String(cell), levels.map(String))}`,
  );
}
