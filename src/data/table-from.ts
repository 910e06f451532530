import { DrmError } from "../errors";
import { checkOptions, isList } from "../options";
import { count } from "../words";
import { type ColumnInput, columnFrom, columnLength, copyOf } from "./column-from";
import type { Doubles } from "./doubles";
import { FACTOR_OPTIONS, type FactorOptions, levelsFor, relevel, requireFactorColumns } from "./factor-from";
import { type Column, type FactorColumn, labelColumn, type NumericColumn, type Table } from "./table";

/** Anything shaped like an Apache Arrow table. */
export interface ArrowLike {
  /** rows of the table */
  readonly numRows: number;
  /** what columns there are: its `fields`, each with a `name` */
  readonly schema: { readonly fields: readonly { readonly name: string }[] };
  /** the column of that name, or null */
  getChild(name: string): ArrowVector | null;
}

/** A column of an Arrow-like table. */
export interface ArrowVector {
  /** all cells at once */
  toArray(): ArrayLike<unknown>;
  /** missing cells */
  readonly nullCount?: number;
  /** one cell, null where it is missing */
  get?(index: number): unknown;
}

/** Row objects, an object of columns, an Arrow-like table, or a Table. */
export type DataInput = readonly object[] | Readonly<Record<string, ColumnInput>> | ArrowLike | Table;

/**
 * The user's data as a Table. Columns are converted when first asked for, then kept; only their lengths are looked at
 * here. Text becomes a factor, even text that looks like numbers, with its levels sorted as R sorts them, or in the
 * order of `factors[name]`, which also makes a factor of a numeric column. A Float64Array is used as it is: do not
 * change it while the table is in use.
 */
export function tableFrom(data: DataInput, options: FactorOptions = {}): Table {
  checkOptions("tableFrom", options, FACTOR_OPTIONS);
  return withRows(anyTable(data, options, null));
}

/** The same for what is to be kept: columns, of `own`, that share no memory with the user's data, be they arrays or tables. */
export function ownTableFrom(data: DataInput, options: FactorOptions, own: Doubles): Table {
  return withRows(anyTable(data, options, own));
}

function withRows(table: Table): Table {
  if (table.nrow === 0) throw noRows();
  return table;
}

/** New data, for which an answer is wanted: without rows it is an empty one. */
export function newTable(newdata: DataInput): Table {
  return anyTable(newdata, {}, null);
}

function anyTable(data: DataInput, options: FactorOptions, own: Doubles | null): Table {
  if (Array.isArray(data)) return fromRows(data, options, own);
  if (typeof data !== "object" || data === null) {
    throw new DrmError("bad_data", "data: wanted an array of row objects or an object of columns");
  }
  if (isTable(data)) return fromTable(data, options, own);
  if (isArrow(data)) return fromArrow(data, options, own);
  return fromColumns(data as Readonly<Record<string, unknown>>, options, own);
}

type Convert = (name: string, levels: readonly string[] | undefined, ordered: boolean) => Column | undefined;

/** What else a table knows of its columns. */
interface Besides {
  /** what the user holds under a name, unconverted */
  readonly cells?: (name: string) => unknown;
  /** columns without given levels of which only the labels are wanted, where that makes a difference */
  readonly labels?: (name: string) => Column | undefined;
}

/**
 * A table whose columns are made by `convert` on first use. `names` is called only when somebody wants them all.
 * (No object literal: docs/internals.md says what one with a getter costs.)
 */
export class LazyTable implements Table {
  readonly #listNames: () => readonly string[];
  readonly #options: FactorOptions;
  readonly #convert: Convert;
  readonly #besides: Besides;
  readonly #cache = new Map<string, Column>();
  readonly #labelCache = new Map<string, Column>();
  #names: readonly string[] | undefined;

  constructor(
    readonly nrow: number,
    names: () => readonly string[],
    options: FactorOptions,
    convert: Convert,
    besides: Besides = {},
  ) {
    this.#listNames = names;
    requireFactorColumns(options, () => this.names);
    this.#options = options;
    this.#convert = convert;
    this.#besides = besides;
  }

  get names(): readonly string[] {
    this.#names ??= this.#listNames();
    return this.#names;
  }

  column(name: string): Column | undefined {
    const known = this.#cache.get(name);
    if (known !== undefined) return known;
    const { ordered } = this.#options;
    const column = this.#convert(name, levelsFor(name, this.#options), ordered?.has(name) ?? false);
    if (column !== undefined) this.#cache.set(name, column);
    return column;
  }

  labels(name: string): Column | undefined {
    const { labels } = this.#besides;
    const { ordered } = this.#options;
    if (labels === undefined || levelsFor(name, this.#options) !== undefined || ordered?.has(name))
      return this.column(name);
    const known = this.#labelCache.get(name);
    if (known !== undefined) return known;
    const column = labels(name);
    if (column !== undefined) this.#labelCache.set(name, column);
    return column;
  }

  /** What the user holds under a name, unconverted, be it cells or something else; undefined where that is not at hand. */
  cells(name: string): unknown {
    return this.#besides.cells?.(name);
  }
}

function fromColumns(
  data: Readonly<Record<string, unknown>>,
  options: FactorOptions,
  own: Doubles | null,
): Table {
  const names = Object.keys(data);
  let nrow = -1;
  let measured = "";
  for (const name of names) {
    // what is no column at all is only an error when it is used
    const length = columnLength(data[name]);
    if (length === undefined || length === nrow) continue;
    if (nrow >= 0) {
      throw new DrmError(
        "bad_data",
        `columns '${measured}' and '${name}' have ${nrow} and ${count(length, "row")}; wanted columns of one length`,
      );
    }
    nrow = length;
    measured = name;
  }
  if (nrow < 0)
    throw new DrmError("bad_data", "data: no columns; wanted arrays of one length, one a variable");
  return new LazyTable(
    nrow,
    () => names,
    options,
    (name, levels, ordered) =>
      Object.hasOwn(data, name) ? columnFrom(name, data[name], levels, ordered, own) : undefined,
    { cells: (name) => (Array.isArray(data[name]) ? data[name] : undefined) },
  );
}

/** No row object says which columns there are: any. */
const EMPTY: Table = {
  nrow: 0,
  names: [],
  column: () => ({ kind: "numeric", values: new Float64Array(0) }),
};

type Row = Readonly<Record<string, unknown>>;

function fromRows(rows: readonly unknown[], options: FactorOptions, own: Doubles | null): Table {
  if (rows.length === 0) return EMPTY;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      throw new DrmError("bad_data", `data, row ${i + 1}: wanted an object such as { yi: 0.3, vi: 0.02 }`);
    }
  }
  const records = rows as readonly Row[];
  return new LazyTable(
    rows.length,
    () => keysOf(records),
    options,
    (name, levels, ordered) => {
      const cells = cellsOf(records, name);
      return cells === undefined ? undefined : columnFrom(name, cells, levels, ordered, own);
    },
    { cells: (name) => cellsOf(records, name) },
  );
}

/** The union of the keys, in order of appearance. */
function keysOf(rows: readonly Row[]): readonly string[] {
  const keys = new Set<string>();
  for (const row of rows) for (const key in row) if (Object.hasOwn(row, key)) keys.add(key);
  return [...keys];
}

/** The cells under one key; a row without it has a missing cell. Undefined when no row has the key. */
function cellsOf(rows: readonly Row[], name: string): unknown[] | undefined {
  // names such as "constructor" are in every object without being a column
  const inherited = name in Object.prototype;
  const cells = new Array<unknown>(rows.length);
  let found = false;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const cell = inherited && !Object.hasOwn(row, name) ? undefined : row[name];
    if (cell !== undefined) found = true;
    cells[i] = cell;
  }
  return found || rows.some((row) => Object.hasOwn(row, name)) ? cells : undefined;
}

function fromTable(table: Table, options: FactorOptions, own: Doubles | null): Table {
  if (
    table instanceof LazyTable &&
    own === null &&
    options.factors === undefined &&
    options.ordered === undefined
  )
    return table;
  if (!(Number.isInteger(table.nrow) && table.nrow >= 0 && Array.isArray(table.names))) {
    throw new DrmError("bad_data", "data: a table has nrow, a whole number, and names, an array of texts");
  }
  return new LazyTable(
    table.nrow,
    () => table.names,
    options,
    (name, levels, ordered) => {
      const column = checkedColumn(name, table.column(name), table.nrow);
      if (column === undefined) return undefined;
      if (levels !== undefined) return relevel(name, column, levels, ordered);
      const kept = own === null ? column : copyOf(column, own);
      if (!ordered) return kept;
      if (kept.kind === "factor") return { ...kept, ordered };
      throw new DrmError(
        "bad_factor",
        `column '${name}' is to be ordered but is not text; give its levels in 'factors'`,
      );
    },
    {
      labels: (name) => {
        const column = checkedColumn(name, labelColumn(table, name), table.nrow);
        return column !== undefined && own !== null ? copyOf(column, own) : column;
      },
    },
  );
}

/** A column of a table that is not this library's own may be anything. */
function checkedColumn(name: string, column: Column | undefined, nrow: number): Column | undefined {
  if (column === undefined) return undefined;
  const { kind } = (column ?? {}) as Partial<Column>;
  if (kind === "factor") {
    const { codes, levels } = column as FactorColumn;
    if (codes instanceof Int32Array && codes.length === nrow && isList(levels)) return column;
  } else if (kind === "numeric" || kind === "logical") {
    const { values } = column as NumericColumn;
    if (values instanceof Float64Array && values.length === nrow) return column;
  }
  const wanted = `{ kind: "numeric", values: Float64Array } or { kind: "factor", codes: Int32Array, levels, ordered }`;
  throw new DrmError(
    "bad_data",
    `column '${name}' of the table is not one: wanted ${wanted} with ${count(nrow, "row")}`,
  );
}

function fromArrow(data: ArrowLike, options: FactorOptions, own: Doubles | null): Table {
  if (!isList(data.schema.fields)) {
    throw new DrmError(
      "bad_data",
      "data: an Arrow table has schema.fields, an array with its columns' names",
    );
  }
  const names = data.schema.fields.map((field) => field?.name);
  return new LazyTable(
    data.numRows,
    () => names,
    options,
    (name, levels, ordered) => {
      const vector = data.getChild(name);
      if (vector === null || vector === undefined) return undefined;
      if (typeof vector.toArray !== "function") {
        throw new DrmError("bad_data", `column '${name}': its Arrow vector has no toArray()`);
      }
      const cells = arrowCells(vector, data.numRows);
      if (cells?.length !== data.numRows) {
        throw new DrmError(
          "bad_data",
          `column '${name}' has ${cells?.length === undefined ? "no cells" : count(cells.length, "cell")} for ${count(data.numRows, "row")}; wanted an Arrow column of numbers, booleans or text`,
        );
      }
      return columnFrom(name, cells, levels, ordered, own);
    },
  );
}

/** Arrow's toArray() returns the raw buffer of a numeric column, in which a null is a 0: then cells are read singly. */
function arrowCells(vector: ArrowVector, nrow: number): ArrayLike<unknown> {
  if (!vector.nullCount || vector.get === undefined) return vector.toArray();
  return Array.from({ length: nrow }, (_, i) => vector.get!(i));
}

function isTable(data: object): data is Table {
  const { nrow, column } = data as Record<string, unknown>;
  return typeof nrow === "number" && typeof column === "function";
}

function isArrow(data: object): data is ArrowLike {
  const { numRows, schema, getChild } = data as Record<string, unknown>;
  return (
    typeof numRows === "number" &&
    typeof schema === "object" &&
    schema !== null &&
    typeof getChild === "function"
  );
}

function noRows(): DrmError {
  return new DrmError("no_rows", "data has no rows; wanted at least one row a study");
}
