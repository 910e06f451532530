import type { Column } from "../data/table";
import { DrmError } from "../errors";
import { OUTCOME_1, OUTCOME_2, PAIR } from "./roles";

/** The rows that were left out and why. */
export interface Dropped {
  readonly count: number;
  /** `row` counts data rows from 1. */
  readonly rows: readonly { readonly row: number; readonly columns: readonly string[] }[];
  /** How many of the dropped rows have this column missing; a row can count under several. */
  readonly byColumn: Readonly<Record<string, number>>;
}

export interface CandidateColumn {
  readonly name: string;
  readonly roles: number;
  readonly isMissing: (row: number) => boolean;
}

export interface KeptRows {
  readonly rows: Int32Array;
  readonly dropped: Dropped;
  /** For bivariate models, over kept rows. */
  readonly outcomePresent: readonly [Uint8Array, Uint8Array] | null;
}

export const NOTHING_DROPPED: Dropped = Object.freeze({ count: 0, rows: [], byColumn: {} });

/** True when the column has a missing cell or, for numbers, an infinite one: the rare case that needs a closer look. */
export function hasGaps(column: Column): boolean {
  if (column.kind === "factor") {
    const { codes } = column;
    for (let i = 0; i < codes.length; i++) if (codes[i]! < 0) return true;
    return false;
  }
  const { values } = column;
  // 0 * v is NaN for NaN and for the infinities: one sum finds them without a branch per row
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i]!;
  return sum !== 0;
}

/** Complete cases over the columns that have gaps; the others keep every row. */
export function keepRows(total: number, columns: readonly CandidateColumn[], bivariate: boolean): KeptRows {
  const lost = new Uint8Array(total);
  for (const { roles, isMissing } of columns) {
    for (let i = 0; i < total; i++) if (isMissing(i)) lost[i] = lost[i]! | roles;
  }
  const rows: number[] = [];
  const droppedRows: { row: number; columns: string[] }[] = [];
  const byColumn = new Map<string, number>();
  for (let i = 0; i < total; i++) {
    if (isKept(lost[i]!, bivariate)) {
      rows.push(i);
      continue;
    }
    const names = columns.filter((column) => column.isMissing(i)).map((column) => column.name);
    for (const name of names) byColumn.set(name, (byColumn.get(name) ?? 0) + 1);
    droppedRows.push({ row: i + 1, columns: names });
  }
  const kept = Int32Array.from(rows);
  const present = (outcome: number) => Uint8Array.from(rows, (i) => ((lost[i]! & outcome) === 0 ? 1 : 0));
  return {
    rows: kept,
    dropped: { count: droppedRows.length, rows: droppedRows, byColumn: Object.fromEntries(byColumn) },
    outcomePresent: bivariate ? [present(OUTCOME_1), present(OUTCOME_2)] : null,
  };
}

function isKept(lost: number, bivariate: boolean): boolean {
  if (!bivariate) return lost === 0;
  const outcomes = lost & (OUTCOME_1 | OUTCOME_2);
  if (outcomes === (OUTCOME_1 | OUTCOME_2)) return false;
  // with one outcome gone nothing asks for their correlation
  return outcomes !== 0 || (lost & PAIR) === 0;
}

export function noRows(total: number, dropped: Dropped): DrmError {
  if (total === 0) return new DrmError("no_rows", "the data have no rows: nothing to fit");
  const reasons = Object.entries(dropped.byColumn)
    .sort((a, b) => b[1] - a[1])
    .map(([name, count]) => `'${name}' (${count})`)
    .join(", ");
  const all = total === 1 ? "the only row is" : `all ${total} rows are`;
  return new DrmError(
    "no_rows",
    `no rows left to fit: ${all} dropped because of missing values in ${reasons}`,
  );
}
