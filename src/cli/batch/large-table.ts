import { open, stat } from "node:fs/promises";
import { cellRules, fileContext } from "../../data/cell-options";
import { ColumnEvidence, commonDecimal, type FileContext } from "../../data/column-evidence";
import { numberLabel } from "../../data/number-label";
import type { Decimal } from "../../data/number-text";
import { type FileKind, fileKind, readAs } from "../../data/read-file";
import { DrmError } from "../../errors";
import { noteTaker } from "../read-data";
import { megabytes } from "../text-limit";
import type { ColumnRoles } from "./column-roles";
import { csvRecords, fileEncoding, type RecordsOptions } from "./csv-records";
import { parquetRows, readGroups } from "./parquet";
import { cellReader, idReader, parquetColumns, unknownColumn } from "./table-cells";
import { idOf, sortedGroups, type TableBlock, type TableJobs } from "./table-groups";
import type { TableReading } from "./table-lines";

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
  reading: TableReading,
  { small, unsorted }: TableLimits,
): Promise<TableJobs | null> {
  const { bytes, kind } = await fileStats(path);
  // a spreadsheet is held at once: its rows are packed
  if (kind === "spreadsheet") return null;
  const isParquet = kind === "parquet";
  const size = isParquet ? await parquetRows(path) : bytes;
  const unit = isParquet ? "rows" : "bytes";
  if (size <= small[unit]) return null;
  const { count, comesBack, blocks } = isParquet
    ? await scanParquet(path, by, roles)
    : await scanCsv(path, by, roles, reading);
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
async function fileStats(path: string): Promise<{ readonly bytes: number; readonly kind: FileKind }> {
  const nothing = { bytes: 0, kind: "text" as const };
  const stats = path === "-" ? null : await stat(path).catch(() => null);
  if (!stats?.isFile()) return nothing;
  const file = await open(path).catch(() => null);
  if (file === null) return nothing;
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(8), 0, 8, 0);
    return { bytes: stats.size, kind: fileKind(buffer.subarray(0, bytesRead)) };
  } finally {
    await file.close();
  }
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

async function scanCsv(
  path: string,
  by: string,
  roles: ColumnRoles,
  { files, notes }: TableReading,
): Promise<Scan> {
  const warn = noteTaker(path, notes);
  const encoding = files.encoding ?? (await fileEncoding(path));
  if (files.encoding === undefined && encoding !== "utf-8") warn(readAs(encoding));
  const options = { encoding, delimiter: files.delimiter };
  const rules = cellRules(files);
  const sets = contiguity<string>();
  const key = new ColumnEvidence(by, rules);
  let keyAt = -1;
  let wanted: { readonly at: number; readonly evidence: ColumnEvidence }[] = [];
  for await (const { header, rows, first, lineOf } of csvRecords(path, options)) {
    if (keyAt < 0) {
      keyAt = header.position(by) ?? -1;
      if (keyAt < 0) throw unknownColumn(path, by, header.names);
      wanted = header.names
        .filter(roles.isNamed)
        .map((name) => ({ at: header.position(name)!, evidence: new ColumnEvidence(name, rules) }));
    }
    const lineNow = (row: number) => lineOf(row - first);
    rows.forEach((row, i) => {
      const cell = row[keyAt]!.trim();
      key.see(cell, first + i, lineNow);
      sets.see(cell, () => `line ${lineOf(i)}`);
      if (cell === "") idOf(by, null, first + i + 1);
    });
    for (const { at, evidence } of wanted) {
      if (roles.levels(evidence.name) !== undefined) continue;
      rows.forEach((row, i) => {
        evidence.see(row[at]!.trim(), first + i, lineNow);
      });
    }
  }
  const file = await contextOf([key, ...wanted.map(({ evidence }) => evidence)], path, options, warn);
  const readId = idReader(key, file, sets.ids());
  const readers = wanted.map(({ at, evidence }) => ({
    name: evidence.name,
    at,
    ...cellReader(evidence, file, roles),
  }));
  return {
    count: sets.count(),
    comesBack: sets.comesBack(),
    async *blocks() {
      for await (const { rows, first } of csvRecords(path, options)) {
        yield {
          ids: rows.map((row) => readId(row[keyAt]!.trim())),
          columns: readers.map(({ name, at, read, numberOf }) => ({
            name,
            cells: rows.map((row) => read(row[at]!.trim())),
            numberOf,
          })),
          first: first + 1,
        };
      }
    },
  };
}

/** What the columns ask of the file, which is gone through once more only where one of them cannot tell its decimals by itself. */
async function contextOf(
  columns: readonly ColumnEvidence[],
  path: string,
  options: RecordsOptions,
  warn: (message: string) => void,
): Promise<FileContext> {
  const noLine = () => 0; // every cell that is seen has its line
  let isAsked = false;
  const trial = fileContext(
    noLine,
    () => {
      isAsked = true;
      return null;
    },
    undefined,
  );
  for (const column of columns) column.verdict(trial);
  const decimal = isAsked ? await decimalOfRecords(path, options, columns[0]!.rules) : null;
  return fileContext(noLine, () => decimal, warn);
}

async function decimalOfRecords(
  path: string,
  options: RecordsOptions,
  rules: ColumnEvidence["rules"],
): Promise<Decimal | null> {
  let columns: readonly ColumnEvidence[] = [];
  for await (const { header, rows, first } of csvRecords(path, options)) {
    if (first === 0) columns = header.cells.map((name) => new ColumnEvidence(name, rules));
    rows.forEach((row, i) => {
      columns.forEach((column, j) => {
        column.see((row[j] ?? "").trim(), first + i);
      });
    });
  }
  return commonDecimal(columns);
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
