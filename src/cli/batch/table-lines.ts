import type { ModelOptions } from "../../batch/job";
import { ColumnEvidence } from "../../data/column-evidence";
import { fileKind, readTexts } from "../../data/read-file";
import { textColumns } from "../../data/text-table";
import type { FileArguments } from "../file-arguments";
import type { CliIo } from "../io";
import { readBytes } from "../read-bytes";
import { inFile, noteTaker } from "../read-data";
import { type ColumnRoles, columnRoles } from "./column-roles";
import { largeTable, TABLE_LIMITS } from "./large-table";
import { readColumns } from "./parquet";
import { type CellValue, cellReader, idReader, parquetColumns, unknownColumn } from "./table-cells";
import { idOf, type TableBlock, type TableJobs, tableJob } from "./table-groups";

/** What a table is read for, and how. */
export interface TableReading {
  readonly model: ModelOptions;
  readonly files: FileArguments;
  /** what was decided in reading it is said here */
  readonly notes: string[];
}

/**
 * Splits a table into the data sets that column `by` names, in the order in which they begin. What a column holds is told from
 * the whole file, not from a data set. Beyond `limits` a CSV or Parquet file is not held in memory.
 */
export async function tableJobs(
  path: string,
  by: string,
  reading: TableReading,
  io: Pick<CliIo, "stdin">,
  limits = TABLE_LIMITS,
): Promise<TableJobs> {
  const roles = columnRoles(reading.model);
  const large = await largeTable(path, by, roles, reading, limits);
  if (large !== null) return large;
  const bytes = await readBytes(path, io);
  const isParquet = (await inFile(path, () => fileKind(bytes))) === "parquet";
  const { ids, columns } = isParquet
    ? await heldParquet(path, by, roles)
    : await heldTexts(path, bytes, by, roles, reading);
  const groups = rowsById(by, ids);
  return {
    count: groups.size,
    async *jobs() {
      let number = 0;
      for (const [id, rows] of groups) {
        yield tableJob(id, ++number, () =>
          columns.map((column) => ({ ...column, cells: rows.map((row) => column.cells[row]!) })),
        );
      }
    },
  };
}

type HeldTable = Pick<TableBlock, "ids" | "columns">;

async function heldTexts(
  path: string,
  bytes: Uint8Array,
  by: string,
  roles: ColumnRoles,
  { files, notes }: TableReading,
): Promise<HeldTable> {
  const options = { ...files, warn: noteTaker(path, notes) };
  const texts = await inFile(path, () => readTexts(bytes, options));
  const columnOf = textColumns(texts, options);
  const seen = (name: string) => {
    const column = columnOf(name)!;
    const evidence = new ColumnEvidence(name, column.rules);
    const cells = column.cells();
    cells.forEach((cell, row) => {
      evidence.see(cell, row);
    });
    return { cells, file: column.file, evidence };
  };
  const { names } = texts.header;
  if (!names.includes(by)) throw unknownColumn(path, by, names);
  const key = seen(by);
  const readId = idReader(key.evidence, key.file, new Set(key.cells));
  const columns = names.filter(roles.isNamed).map((name) => {
    const { cells, evidence, file } = seen(name);
    const { read, numberOf } = cellReader(evidence, file, roles);
    return { name, cells: cells.map(read), numberOf };
  });
  return { ids: key.cells.map(readId), columns };
}

async function heldParquet(path: string, by: string, { isNamed }: ColumnRoles): Promise<HeldTable> {
  const all = await readColumns(path, (name) => name === by || isNamed(name));
  const names = Object.keys(all);
  if (!names.includes(by)) throw unknownColumn(path, by, names);
  return parquetColumns(all, by, names.filter(isNamed));
}

function rowsById(by: string, ids: readonly CellValue[]): Map<string | number, number[]> {
  const groups = new Map<string | number, number[]>();
  ids.forEach((value, row) => {
    const id = idOf(by, value, row + 1);
    const rows = groups.get(id);
    if (rows === undefined) groups.set(id, [row]);
    else rows.push(row);
  });
  return groups;
}
