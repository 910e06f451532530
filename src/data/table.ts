/** Stage 1. Whatever the user has (row objects, columns, an Arrow table, CSV text) becomes a Table. */

/** A column of numbers. A missing cell is NaN. `logical` columns hold 0/1 and are treated as R treats them. */
export interface NumericColumn {
  /** "logical" for a column of booleans, held as 0 and 1 */
  readonly kind: "numeric" | "logical";
  /** one number a row; NaN where it is missing */
  readonly values: Float64Array;
  /**
   * the cells as texts, where they came as texts that their numbers do not give back: "007", "1.10" beside "1.1", an identifier
   * of 17 digits. Names of studies and clusters are these
   */
  readonly written?: FactorColumn;
}

/** A categorical column. `codes[i]` indexes `levels`; a missing cell is -1. */
export interface FactorColumn {
  /** tells it from a column of numbers */
  readonly kind: "factor";
  /** one a row: the position of its level, -1 where it is missing */
  readonly codes: Int32Array;
  /** the different texts, the first being the reference */
  readonly levels: readonly string[];
  /** whether the levels are ordered (polynomial contrasts) */
  readonly ordered: boolean;
}

/** A column of a table: numbers or a factor. */
export type Column = NumericColumn | FactorColumn;

/** Columns are converted when they are first asked for, so that unused ones cost nothing and may hold anything. */
export interface Table {
  /** rows */
  readonly nrow: number;
  /** names of the columns, in order */
  readonly names: readonly string[];
  /** The column, or undefined when there is none of that name. Throws DrmError("bad_data") on cells of mixed type. */
  column(name: string): Column | undefined;
  /**
   * The column where its cells are only names (of studies, clusters, levels, rows), so that any text may be among numbers; default
   * column().
   */
  labels?(name: string): Column | undefined;
}

/** A column of which only the labels are wanted: see Table.labels(). */
export function labelColumn(table: Table, name: string): Column | undefined {
  return table.labels === undefined ? table.column(name) : table.labels(name);
}

/** Cells as the user holds them, where they are all numbers, texts, booleans or missing (null, undefined, NaN). */
export type LabelCells = readonly (string | number | boolean | null | undefined)[] | Float64Array;

export function isLabelCells(cells: unknown): cells is LabelCells {
  if (!Array.isArray(cells)) return false;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    const type = typeof cell;
    if (type !== "string" && type !== "number" && type !== "boolean" && cell !== undefined && cell !== null) {
      return false;
    }
  }
  return true;
}
