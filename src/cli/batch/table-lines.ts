import { columnInput } from "../../batch/cloneable";
import type { ModelOptions } from "../../batch/job";
import { namedColumns } from "../../batch/named-columns";
import { parseCsv } from "../../data/csv";
import type { Column, Table } from "../../data/table";
import { tableFrom } from "../../data/table-from";
import { DrmError, didYouMean } from "../../errors";
import type { CliIo } from "../io";
import { label, readText } from "../read-text";
import { readColumns } from "./parquet";
import type { JobHead } from "./same-model";

/** The data sets of one table, as jobs. */
export interface TableJobs {
  readonly count: number;
  jobs(): AsyncGenerator<JobHead, void, undefined>;
}

/**
 * Splits a CSV or Parquet file into the data sets that column `by` names, in the order in which they begin. What a
 * column holds is told from the whole file, not from a data set.
 */
export async function tableJobs(
  path: string,
  by: string,
  model: ModelOptions,
  io: CliIo,
): Promise<TableJobs> {
  const isNamed = namedColumns(model);
  const table = await readTable(path, (name) => name === by || isNamed(name), io);
  const key = table.column(by);
  if (key === undefined) {
    throw new DrmError(
      "unknown_column",
      `--by ${by}: ${label(path)} has no such column${didYouMean(by, table.names)}`,
    );
  }
  const groups = rowsByValue(by, key, table.nrow);
  const columns = table.names
    .filter(isNamed)
    .map((name) => [name, columnInput(table.column(name)!)] as const)
    .map(([name, input]) => [name, cells(input)] as const);
  return {
    count: groups.size,
    async *jobs() {
      let number = 0;
      for (const [id, rows] of groups) {
        const mine = ++number;
        const data = () =>
          Object.fromEntries(columns.map(([name, all]) => [name, rows.map((row) => all[row])]));
        yield {
          id,
          model: () => ({}),
          line: () => ({ number: mine, text: JSON.stringify({ id, data: data() }) }),
        };
      }
    },
  };
}

async function readTable(path: string, wanted: (name: string) => boolean, io: CliIo): Promise<Table> {
  if (!path.endsWith(".parquet")) return parseCsv(await readText(path, io));
  return tableFrom((await readColumns(path, wanted)) as Parameters<typeof tableFrom>[0]);
}

function rowsByValue(by: string, key: Column, nrow: number): Map<string | number, number[]> {
  const values = cells(columnInput(key));
  const groups = new Map<string | number, number[]>();
  for (let row = 0; row < nrow; row++) {
    const value = values[row];
    if (value === null) {
      throw new DrmError(
        "bad_data",
        `column '${by}', row ${row + 1}: every row needs the name of its data set`,
      );
    }
    const id = typeof value === "number" ? value : String(value);
    const rows = groups.get(id);
    if (rows === undefined) groups.set(id, [row]);
    else rows.push(row);
  }
  return groups;
}

/** Numbers, booleans, texts and null, as JSON has them. */
function cells(input: ReturnType<typeof columnInput>): readonly (number | boolean | string | null)[] {
  if ("codes" in input) return Array.from(input.codes, (code) => input.levels[code] ?? null);
  return Array.from(input as ArrayLike<number | boolean | null>, (x) => (Number.isNaN(x) ? null : x));
}
