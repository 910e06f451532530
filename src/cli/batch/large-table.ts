import { stat } from "node:fs/promises";
import { numberLabel } from "../../data/number-label";
import { DrmError } from "../../errors";
import { megabytes } from "../text-limit";
import { type ColumnKind, columnKind } from "./column-kinds";
import type { ColumnRoles } from "./column-roles";
import { csvRecords } from "./csv-records";
import { parquetRows, readGroups } from "./parquet";
import { cellReader, idReader, parquetColumns, unknownColumn } from "./table-cells";
import { idOf, sortedGroups, type TableBlock, type TableJobs } from "./table-groups";

// Tables that are not held in memory. They are gone through twice: once for what their columns hold, and whether the rows of
// each data set stand together; and once more for the data sets themselves.

/** When a table is gone through instead of held: sizes in bytes of a CSV file, and in rows of a Parquet file. */
export interface TableLimits {
  /** held at once, whatever the order of its rows */
  readonly small: { readonly bytes: number; readonly rows: number };
  /** held at once when its rows are not sorted: about 7 bytes of memory for each byte of a CSV file */
  readonly unsorted: { readonly bytes: number; readonly rows: number };
}

export const TABLE_LIMITS: TableLimits = {
  small: { bytes: 32e6, rows: 500_000 },
  unsorted: { bytes: 256e6, rows: 5_000_000 },
};

/**
 * The data sets of a large table, one after the other. Null for a table that is to be held at once: a small one, one that
 * is no file, or one of middle size that is not sorted.
 *
 * @throws DrmError "bad_data" for a larger one that is not sorted; "unknown_column"; what the readers throw
 */
export async function largeTable(
  path: string,
  by: string,
  roles: ColumnRoles,
  { small, unsorted }: TableLimits,
): Promise<TableJobs | null> {
  const isParquet = path.endsWith(".parquet");
  const size = isParquet ? await parquetRows(path) : await fileBytes(path);
  const unit = isParquet ? "rows" : "bytes";
  if (size <= small[unit]) return null;
  const { count, comesBack, blocks } = isParquet
    ? await scanParquet(path, by, roles)
    : await scanCsv(path, by, roles);
  if (comesBack === null) return { count, jobs: () => sortedGroups(by, path, blocks()) };
  if (size <= unsorted[unit]) return null;
  const shown = (value: number) =>
    isParquet ? `${value.toLocaleString("en-US")} ${value === 1 ? "row" : "rows"}` : megabytes(value);
  throw new DrmError(
    "bad_data",
    `${path} has ${shown(size)}, and only a table of up to ${shown(unsorted[unit])} can be in any order: here ` +
      `'${comesBack.id}' of column '${by}' comes back in ${comesBack.place}; sort the rows by '${by}'`,
  );
}

/** What going through a table has told. */
interface Scan {
  /** data sets, to show how far the fits have come: of a CSV file by their texts, of which TRUE and true, say, are one set */
  readonly count: number;
  /** the first data set whose rows do not stand together, and where it begins again */
  readonly comesBack: { readonly id: string; readonly place: string } | null;
  readonly blocks: () => AsyncGenerator<TableBlock, void, undefined>;
}

/** No file, such as standard input, counts as small: it cannot be gone through twice. */
async function fileBytes(path: string): Promise<number> {
  const stats = path === "-" ? null : await stat(path).catch(() => null);
  return stats?.isFile() ? stats.size : 0;
}

/** Notices data sets that come back. */
function contiguity<Id>() {
  const seen = new Set<Id>();
  let last: Id;
  let comesBack: Scan["comesBack"] = null;
  return {
    see(id: Id, place: () => string) {
      if (id === last && seen.size > 0) return;
      if (seen.has(id)) comesBack ??= { id: String(id), place: place() };
      seen.add(id);
      last = id;
    },
    count: () => seen.size,
    ids: () => seen,
    comesBack: () => comesBack,
  };
}

async function scanCsv(path: string, by: string, roles: ColumnRoles): Promise<Scan> {
  const sets = contiguity<string>();
  const kinds = new Map<string, ColumnKind>();
  let wanted: (readonly [name: string, position: number])[] = [];
  let key = -1;
  for await (const { names, rows, first, lineOf } of csvRecords(path)) {
    if (key < 0) {
      key = names.indexOf(by);
      if (key < 0) throw unknownColumn(path, by, names);
      wanted = names.map((name, j) => [name, j] as const).filter(([name]) => roles.isNamed(name));
      const guessed = wanted.filter(([name]) => roles.levels(name) === undefined);
      for (const name of new Set([by, ...guessed.map(([name]) => name)])) kinds.set(name, columnKind(name));
    }
    const keyKind = kinds.get(by)!;
    rows.forEach((row, i) => {
      const cell = row[key]!.trim();
      keyKind.see(cell, () => lineOf(i));
      sets.see(cell, () => `line ${lineOf(i)}`);
      if (cell === "") idOf(by, null, first + i + 1);
    });
    for (const [name, j] of wanted) {
      const kind = kinds.get(name);
      if (name === by || kind === undefined) continue;
      rows.forEach((row, i) => {
        kind.see(row[j]!.trim(), () => lineOf(i));
      });
    }
  }
  const idValue = idReader(kinds.get(by)!, sets.ids());
  const readers = wanted.map(([name, j]) => ({ name, j, ...cellReader(name, kinds.get(name), roles) }));
  return {
    count: sets.count(),
    comesBack: sets.comesBack(),
    async *blocks() {
      for await (const { rows, first } of csvRecords(path)) {
        yield {
          ids: rows.map((row) => idValue(row[key]!.trim())),
          columns: readers.map(({ name, j, read, areWritten }) => ({
            name,
            cells: rows.map((row) => read(row[j]!.trim())),
            areWritten,
          })),
          first: first + 1,
        };
      }
    },
  };
}

/** Of a group of rows of a Parquet file, which may be large, so many are made into cells at once. */
const SLICE_ROWS = 20_000;

async function scanParquet(path: string, by: string, { isNamed }: ColumnRoles): Promise<Scan> {
  const sets = contiguity<unknown>();
  let before = 0;
  for await (const { names, columns, rows } of readGroups(path, (name) => name === by)) {
    if (!names.includes(by)) throw unknownColumn(path, by, names);
    columns[by]!.forEach((id, i) => {
      // as idOf() has it
      sets.see(typeof id === "number" ? numberLabel(id) : id, () => `row ${before + i + 1}`);
    });
    before += rows;
  }
  return {
    count: sets.count(),
    comesBack: sets.comesBack(),
    async *blocks() {
      let before = 0;
      for await (const { columns, rows } of readGroups(path, (name) => name === by || isNamed(name))) {
        const names = Object.keys(columns).filter(isNamed);
        for (let start = 0; start < rows; start += SLICE_ROWS) {
          const slice = Object.entries(columns).map(([name, all]) => [
            name,
            all.slice(start, start + SLICE_ROWS),
          ]);
          const { ids, columns: some } = parquetColumns(Object.fromEntries(slice), by, names);
          yield { ids, columns: some, first: before + start + 1 };
        }
        before += rows;
      }
    },
  };
}
