import { numberLabel } from "../data/number-label";
import type { Column, Table } from "../data/table";
import { DrmError, didYouMean } from "../errors";
import type { Fit } from "../fit/fit";
import { ungroup, variablesOf } from "../formula/expr";
import { formulaFrom } from "../formula/formula";
import { shown } from "../options";
import { listed } from "../words";

/** A value of a moderator: a level of a factor, a number, or true / false. */
export type Level = string | number | boolean;

/** A moderator in the grid. `values` has one entry when it is held there. */
export interface GridColumn {
  readonly name: string;
  readonly values: readonly Level[];
  /** whether its values are levels of a factor or of a logical, over which one can average */
  readonly isFactor: boolean;
}

/** The columns that the formula of a dpar reads, with the values they take in the grid. */
export type Held = Readonly<Record<string, Level | readonly Level[]>>;

/**
 * Levels of every factor, the mean of every numeric moderator over the rows used, or what `at` says. A likelihood weight
 * of w counts as w rows. A number that the formula uses in factor() has its values in the data as levels.
 * Throws DrmError: "bad_option" for a column or value in `at` that the formula does not have, or a number that the
 * formula turns into a factor by a comparison, so that it has no mean worth knowing.
 */
export function gridColumns(fit: Fit, dpar: string, at: Held): GridColumn[] {
  const readers = columnReaders(fit, dpar);
  const names = [...readers.keys()];
  for (const name of Object.keys(at)) requireModerator(name, names, dpar, "at");
  return names.map((name) => {
    const column = fit.data[name]!;
    const levels = fit.designs[dpar]!.recipe.factors[name]?.levels ?? null;
    const own = levels ?? levelsOf(column, readers.get(name)!);
    const isFactor = Array.isArray(own);
    if (Object.hasOwn(at, name)) {
      const values = [at[name]!].flat().map((value) => checkedValue(name, column, value, levels));
      if (values.length === 0) throw new DrmError("bad_option", `at: '${name}' has no values`);
      return { name, values, isFactor };
    }
    if (typeof own === "string") {
      const how = `the formula of ${dpar} compares it, so its mean says nothing`;
      throw new DrmError("bad_option", `say where '${name}' is held, at: { ${name}: ... }: ${how}`);
    }
    return { name, values: own ?? [meanOf(fit, column)], isFactor };
  });
}

/** Throws DrmError("bad_option") naming the moderators that there are. */
export function requireModerator(name: string, known: readonly string[], dpar: string, option: string): void {
  if (known.includes(name)) return;
  const has = known.length === 0 ? "which has no moderators" : `whose moderators are ${known.join(", ")}`;
  const hint = didYouMean(name, known);
  throw new DrmError("bad_option", `${option}: '${name}' is not in the formula of ${dpar}, ${has}${hint}`);
}

/** How the formula reads a column: as it is, through factor() and the like, or in an expression that is a factor. */
type Reader = "number" | "factor" | "comparison";

function columnReaders(fit: Fit, dpar: string): Map<string, Set<Reader>> {
  const readers = new Map<string, Set<Reader>>();
  const add = (name: string, reader: Reader) =>
    readers.set(name, new Set([...(readers.get(name) ?? []), reader]));
  for (const { expr, factor } of fit.designs[dpar]!.recipe.variables) {
    const inner = ungroup(expr);
    const argument = inner.type === "call" ? inner.args[0]?.value : undefined;
    const whole = inner.type === "name" || (argument !== undefined && ungroup(argument).type === "name");
    const reader = factor === null ? "number" : whole ? "factor" : "comparison";
    for (const name of variablesOf(expr)) add(name, reader);
  }
  const parsed = formulaFrom(fit.formulas).dpars.find(({ key }) => key === dpar);
  for (const offset of parsed?.offsets ?? []) for (const name of variablesOf(offset)) add(name, "number");
  return readers;
}

/** null for a number that has a mean. */
function levelsOf(column: Column, readers: ReadonlySet<Reader>): readonly Level[] | "comparison" | null {
  if (column.kind === "factor") return column.levels;
  if (column.kind === "logical") return [false, true];
  if (readers.has("factor")) {
    const seen = new Map<string, number>();
    for (const value of column.values)
      if (!Number.isNaN(value) && !seen.has(numberLabel(value))) seen.set(numberLabel(value), value);
    return [...seen.values()].sort((a, b) => a - b);
  }
  return readers.has("comparison") ? "comparison" : null;
}

function checkedValue(name: string, column: Column, value: Level, levels: readonly string[] | null): Level {
  const bad = (wanted: string) =>
    new DrmError("bad_option", `at: '${name}' is ${shown(value)}; wanted ${wanted}`);
  if (column.kind === "factor") {
    const known = levels ?? column.levels;
    const label = String(value);
    if (known.includes(label)) return label;
    throw bad(`one of its levels${listed(known)}${didYouMean(label, known)}`);
  }
  if (column.kind === "logical") {
    if (value === true || value === 1) return true;
    if (value === false || value === 0) return false;
    throw bad("true or false");
  }
  if (typeof value !== "number" || !Number.isFinite(value)) throw bad("a number");
  return value;
}

function meanOf(fit: Fit, column: Column): number {
  if (column.kind === "factor") return Number.NaN;
  let sum = 0;
  let total = 0;
  column.values.forEach((value, i) => {
    // a bivariate study without one outcome may lack that outcome's moderators
    if (Number.isNaN(value)) return;
    const w = fit.weights === null ? 1 : fit.weights[i]!;
    if (w === 0) return;
    sum += w * value;
    total += w;
  });
  return sum / total;
}

/** Every combination of the columns' values, the first column varying fastest: their counts multiply. */
export function combinations(columns: readonly GridColumn[]): Level[][] {
  let cells: Level[][] = [[]];
  for (const { values } of [...columns].reverse()) {
    cells = cells.flatMap((cell) => values.map((value) => [value, ...cell]));
  }
  // the last column is now the slowest: the first one was put in front last, inside
  return cells;
}

/** The cells as a table that designs can be made of. */
export function cellTable(columns: readonly GridColumn[], cells: readonly (readonly Level[])[]): Table {
  const nrow = cells.length;
  return {
    nrow,
    names: columns.map(({ name }) => name),
    column(name) {
      const j = columns.findIndex((column) => column.name === name);
      if (j < 0) return undefined;
      const { values } = columns[j]!;
      if (typeof values[0] === "string") {
        const levels = [...new Set(values as readonly string[])];
        const codes = Int32Array.from(cells, (cell) => levels.indexOf(cell[j] as string));
        return { kind: "factor", codes, levels, ordered: false };
      }
      const kind = typeof values[0] === "boolean" ? "logical" : "numeric";
      return { kind, values: Float64Array.from(cells, (cell) => Number(cell[j])) };
    },
  };
}

/** How often each combination occurs in the rows used, as shares; a likelihood weight of w counts as w rows. */
export function frequencies(
  fit: Fit,
  columns: readonly GridColumn[],
  cells: readonly (readonly Level[])[],
): number[] {
  const position = new Map(cells.map((cell, i) => [JSON.stringify(cell), i]));
  const counts = new Array<number>(cells.length).fill(0);
  for (let row = 0; row < fit.nobs; row++) {
    const cell = columns.map(({ name }) => cellOf(fit.data[name]!, row));
    const i = position.get(JSON.stringify(cell));
    if (i !== undefined) counts[i]! += fit.weights === null ? 1 : fit.weights[row]!;
  }
  const total = counts.reduce((sum, n) => sum + n, 0);
  return counts.map((n) => n / total);
}

function cellOf(column: Column, row: number): Level | null {
  if (column.kind === "factor") return column.levels[column.codes[row]!] ?? null;
  const value = column.values[row]!;
  return column.kind === "logical" ? value === 1 : value;
}
