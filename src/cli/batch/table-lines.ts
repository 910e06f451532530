import type { ModelOptions } from "../../batch/job";
import { namedColumns } from "../../batch/named-columns";
import { parseCsv } from "../../data/csv";
import type { Column, Table } from "../../data/table";
import type { CliIo } from "../io";
import { readText } from "../read-text";
import { largeTable, TABLE_LIMITS } from "./large-table";
import { readColumns } from "./parquet";
import { columnCells, parquetTable, unknownColumn } from "./table-cells";
import { idOf, type TableJobs, tableJob } from "./table-groups";

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
  const isNamed = namedColumns(model);
  const large = await largeTable(path, by, isNamed, limits);
  if (large !== null) return large;
  const table = await readTable(path, (name) => name === by || isNamed(name), io);
  const key = table.column(by);
  if (key === undefined) throw unknownColumn(path, by, table.names);
  const groups = rowsByValue(by, key);
  const columns = table.names
    .filter(isNamed)
    .map((name) => [name, columnCells(table.column(name)!)] as const);
  return {
    count: groups.size,
    async *jobs() {
      let number = 0;
      for (const [id, rows] of groups) {
        yield tableJob(id, ++number, () =>
          columns.map(([name, all]) => [name, rows.map((row) => all[row]!)]),
        );
      }
    },
  };
}

async function readTable(
  path: string,
  wanted: (name: string) => boolean,
  io: Pick<CliIo, "stdin">,
): Promise<Table> {
  if (!path.endsWith(".parquet")) return parseCsv(await readText(path, io));
  return parquetTable(await readColumns(path, wanted));
}

function rowsByValue(by: string, key: Column): Map<string | number, number[]> {
  const groups = new Map<string | number, number[]>();
  columnCells(key).forEach((value, row) => {
    const id = idOf(by, value, row + 1);
    const rows = groups.get(id);
    if (rows === undefined) groups.set(id, [row]);
    else rows.push(row);
  });
  return groups;
}
