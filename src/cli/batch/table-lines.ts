import type { ModelOptions } from "../../batch/job";
import { csvRows } from "../../data/csv";
import { columnFromText } from "../../data/csv-column";
import type { CliIo } from "../io";
import { readText } from "../read-text";
import type { CellValue } from "./column-kinds";
import { type ColumnRoles, columnRoles } from "./column-roles";
import { largeTable, TABLE_LIMITS } from "./large-table";
import { readColumns } from "./parquet";
import { csvColumn, idCells, parquetColumns, unknownColumn } from "./table-cells";
import { idOf, type TableBlock, type TableJobs, tableJob } from "./table-groups";

/**
 * Splits a CSV or Parquet file into the data sets that column `by` names, in the order in which they begin. What a
 * column holds is told from the whole file, not from a data set. Beyond `limits` the file is not held in memory.
 */
export async function tableJobs(
  path: string,
  by: string,
  model: ModelOptions,
  io: Pick<CliIo, "stdin">,
  limits = TABLE_LIMITS,
): Promise<TableJobs> {
  const roles = columnRoles(model);
  const large = await largeTable(path, by, roles, limits);
  if (large !== null) return large;
  const isParquet = path.endsWith(".parquet");
  const { ids, columns } = isParquet
    ? await heldParquet(path, by, roles)
    : heldCsv(path, await readText(path, io), by, roles);
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

function heldCsv(path: string, text: string, by: string, roles: ColumnRoles): HeldTable {
  const { names, rows, lineOf } = csvRows(text);
  const textsOf = (position: number) => rows.map((row) => row[position]!.trim());
  const key = names.indexOf(by);
  if (key < 0) throw unknownColumn(path, by, names);
  const ids = idCells(columnFromText(by, textsOf(key), undefined, false, lineOf));
  const columns = names.flatMap((name, position) =>
    roles.isNamed(name) ? [csvColumn(name, textsOf(position), roles, lineOf)] : [],
  );
  return { ids, columns };
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
