import { type Doubles, ownDoubles, scratch } from "../data/doubles";
import { type Column, type LabelCells, labelColumn, type Table } from "../data/table";
import { DrmError, didYouMean } from "../errors";
import { deparseName } from "../formula/deparse";
import type { DrmFormula } from "../formula/formula";
import { asFactor } from "./as-factor";
import { expandDots } from "./dot";
import { dropUnusedLevels, takeRows, withLevels } from "./levels";
import { type CandidateColumn, type Dropped, hasGaps, keepRows, NOTHING_DROPPED, noRows } from "./missing";
import { type ColumnUse, columnUses, OUTCOME_1 } from "./roles";
import { squaresOfV } from "./squares";
import { studyCells } from "./study-columns";
import { valueColumns } from "./value-columns";
import { keptWeights, type Weights } from "./weights";

/** Stage 3. The rows that are fitted and the columns that the formulas read, as numbers and factors. */
export interface Frame {
  /** The formula with every `.` replaced by columns. */
  readonly formula: DrmFormula;
  /** Rows kept. */
  readonly nrow: number;
  /** Rows of the data. */
  readonly total: number;
  /** For each kept row its 0-based data row. */
  readonly rows: Int32Array;
  /** Names of the columns that the formulas and the weights read. */
  readonly used: readonly string[];
  /** A column over the kept rows. It may be the table's own: never write to it. */
  column(name: string): Column;
  readonly weights: Float64Array | null;
  readonly dropped: Dropped;
  /** Bivariate models: which outcomes each kept row has. */
  readonly outcomePresent: readonly [Uint8Array, Uint8Array] | null;
  /** What columns that no formula uses say about the model; both null in a short-lived frame. */
  readonly beside: Beside;
  /** Nothing of the frame is kept when its estimates are made. */
  readonly shortLived: boolean;
  /** Zeroed arrays for what a fit keeps: its own, unless the frame is short-lived. */
  readonly doubles: Doubles;
}

interface Beside {
  /** cells of the columns whose names stand for studies or authors, rows kept */
  readonly studyCells: Readonly<Record<string, LabelCells>> | null;
  readonly squaresOfV: string | null;
}

export interface FrameOptions {
  /** Levels by column, in order; makes a factor of a numeric column. */
  readonly factors?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Columns that are ordered factors. */
  readonly ordered?: ReadonlySet<string> | undefined;
  readonly weights?: Weights | undefined;
  /** Names that V may use for matrices and vectors that are not columns. */
  readonly matrixNames?: ReadonlySet<string> | undefined;
  /** Rows without a value in a V that was passed as a vector: 1 = missing. They are dropped like missing cells. */
  readonly missingV?: { readonly name: string; readonly rows: Uint8Array } | null | undefined;
  /** Nothing of the frame is kept: its arrays may share memory with those of other frames. */
  readonly shortLived?: boolean | undefined;
}

const NOTHING_BESIDE: Beside = { studyCells: null, squaresOfV: null };

/** @param doubles for what is kept, where the columns of `table` are of it too */
export function buildFrame(
  formula: DrmFormula,
  table: Table,
  options: FrameOptions = {},
  doubles: Doubles = options.shortLived ? scratch : ownDoubles(),
): Frame {
  checkFactorNames(table, options);
  const resolved = expandDots(formula, table, options.weights);
  const columns = new Map<string, Column>();
  const values = valueColumns(resolved);
  const gaps: CandidateColumn[] = [];
  const infinite: string[] = [];
  for (const [name, use] of columnUses(resolved, options.matrixNames)) {
    const column = convert(name, find(name, table, use, values.has(name), options), options);
    columns.set(name, column);
    if (!hasGaps(column)) continue;
    gaps.push({ name, roles: use.roles, isMissing: missingTest(column) });
    if (!use.onlyV) infinite.push(name);
  }
  const { missingV, shortLived = false } = options;
  if (missingV?.rows.includes(1)) {
    const roles = OUTCOME_1;
    gaps.push({ name: missingV.name, roles, isMissing: (row) => missingV.rows[row] === 1 });
  }
  const total = table.nrow;
  const bivariate = resolved.family === "biv_gaussian";
  const kept = gaps.length > 0 ? keepRows(total, gaps, bivariate) : everyRow(total, bivariate, shortLived);
  const { rows, dropped, outcomePresent } = kept;
  const nrow = rows.length;
  if (nrow === 0) throw noRows(total, dropped);
  for (const [name, column] of columns) {
    if (nrow < total) columns.set(name, takeRows(column, rows));
    else if (column.kind === "factor") columns.set(name, dropUnusedLevels(column));
  }
  for (const name of infinite) refuseInfinite(name, columns.get(name)!, rows);
  const weights = keptWeights(options.weights, table, rows, shortLived);
  const used = [...columns.keys()];
  const column = (name: string): Column => {
    let found = columns.get(name);
    if (found === undefined) {
      // not read by a formula: an identifier that a report wants; its missing cells stay
      const raw = labelColumn(table, name);
      if (raw === undefined) throw unknownColumn(name, table, options);
      found = convert(name, raw, options);
      if (nrow < total) found = takeRows(found, rows);
      columns.set(name, found);
    }
    return found;
  };
  return {
    formula: resolved,
    nrow,
    total,
    rows,
    used,
    column,
    weights,
    dropped,
    outcomePresent,
    beside: shortLived
      ? NOTHING_BESIDE
      : { studyCells: studyCells(table, used, rows), squaresOfV: squaresOfV(table, resolved) },
    shortLived,
    doubles,
  };
}

function everyRow(total: number, bivariate: boolean, shortLived: boolean): ReturnType<typeof keepRows> {
  const rows = shortLived && lastOrder.length === total ? lastOrder : dataOrder(total);
  if (shortLived) lastOrder = rows;
  const outcomePresent = bivariate
    ? ([new Uint8Array(total).fill(1), new Uint8Array(total).fill(1)] as const)
    : null;
  return { rows, dropped: NOTHING_DROPPED, outcomePresent };
}

/** Of the last short-lived frame: nearly always the next one has as many rows. */
let lastOrder: Int32Array = new Int32Array(0);

function dataOrder(total: number): Int32Array {
  const rows = new Int32Array(total);
  for (let i = 0; i < total; i++) rows[i] = i;
  return rows;
}

function convert(name: string, column: Column, { factors, ordered }: FrameOptions): Column {
  const levels = factors !== undefined && Object.hasOwn(factors, name) ? factors[name]! : null;
  const isOrdered = ordered?.has(name) || (column.kind === "factor" && column.ordered);
  if (levels !== null) return withLevels(name, column, levels, isOrdered);
  return isOrdered ? asFactor(column, true) : column;
}

function missingTest(column: Column): (row: number) => boolean {
  if (column.kind === "factor") return (row) => column.codes[row]! < 0;
  return (row) => Number.isNaN(column.values[row]!);
}

function refuseInfinite(name: string, column: Column, rows: Int32Array): void {
  if (column.kind === "factor") return;
  const at = column.values.findIndex((value) => value === Infinity || value === -Infinity);
  if (at >= 0) {
    const seen = `'${name}' is ${column.values[at]} in row ${rows[at]! + 1}`;
    throw new DrmError(
      "bad_data",
      `${seen}: a finite number is needed, or an empty cell to leave the row out`,
    );
  }
}

function find(name: string, table: Table, use: ColumnUse, isValue: boolean, options: FrameOptions): Column {
  const column = isValue ? table.column(name) : labelColumn(table, name);
  if (column !== undefined) return column;
  throw unknownColumn(name, table, options, use);
}

function unknownColumn(name: string, table: Table, { matrixNames }: FrameOptions, use?: ColumnUse): DrmError {
  const known = [...table.names, ...(use?.onlyV ? (matrixNames ?? []) : [])];
  const hint = backtickHint(name, known, use?.text) || didYouMean(name, known);
  const where = use === undefined ? "" : `\n  ${use.text}`;
  if (matrixNames?.has(name)) {
    const what = `'${name}' is a matrix, not a column: it can only be used in meta_V(V = ${name})`;
    return new DrmError("unknown_column", what + where);
  }
  const what = use?.onlyV
    ? `'${name}' is neither a column of the data nor a matrix`
    : `column '${name}' not in data`;
  return new DrmError("unknown_column", what + hint + where);
}

/** `log-odds` without backticks is a difference of two columns that are not there. */
function backtickHint(name: string, known: readonly string[], text = ""): string {
  const meant = known.find((column) => {
    const quoted = deparseName(column);
    if (quoted === column || !column.includes(name)) return false;
    return text.split(quoted).some((rest) => rest.includes(column));
  });
  return meant === undefined ? "" : `; a column called '${meant}' stands in backticks: ${deparseName(meant)}`;
}

function checkFactorNames(table: Table, { factors, ordered }: FrameOptions): void {
  if (factors === undefined && ordered === undefined) return;
  for (const name of [...Object.keys(factors ?? {}), ...(ordered ?? [])]) {
    if (!table.names.includes(name)) {
      const hint = didYouMean(name, table.names);
      throw new DrmError("unknown_column", `levels are given for '${name}', which is not in data${hint}`);
    }
  }
}
