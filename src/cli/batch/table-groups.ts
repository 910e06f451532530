import { DrmError } from "../../errors";
import type { CellValue } from "./column-kinds";
import type { JobHead } from "./same-model";

/** The data sets of one table, as jobs. */
export interface TableJobs {
  readonly count: number;
  jobs(): AsyncGenerator<JobHead, void, undefined>;
}

/** Some rows of a table, in order. */
export interface TableBlock {
  /** of the column that names the data sets */
  readonly ids: readonly CellValue[];
  readonly columns: readonly (readonly [name: string, cells: readonly CellValue[]])[];
  /** number of the first row, from 1 */
  readonly first: number;
}

/** A data set of a table as a job. */
export function tableJob(id: string | number, number: number, columns: () => TableBlock["columns"]): JobHead {
  return {
    id,
    model: () => ({}),
    // not as JSON, which has no infinity: that would become a missing cell
    line: () => ({
      number,
      text: JSON.stringify({ id, path: "the table" }),
      file: { columns: Object.fromEntries(columns()) },
    }),
  };
}

/** The name of a data set. Throws DrmError("bad_data") for a row without. */
export function idOf(by: string, value: CellValue, row: number): string | number {
  if (value === null) {
    throw new DrmError("bad_data", `column '${by}', row ${row}: every row needs the name of its data set`);
  }
  return typeof value === "number" ? value : String(value);
}

/**
 * The data sets of a table whose rows are sorted by their names, or stand together at least: memory for one of them, and for
 * the names. Throws DrmError("bad_data") when a data set comes back.
 */
export async function* sortedGroups(
  by: string,
  label: string,
  blocks: AsyncIterable<TableBlock>,
): AsyncGenerator<JobHead, void, undefined> {
  const seen = new Set<string | number>();
  let id: string | number | null = null;
  let columns: [string, CellValue[]][] = [];
  for await (const block of blocks) {
    let start = 0;
    for (let row = 0; row <= block.ids.length; row++) {
      const next: string | number | null =
        row < block.ids.length ? idOf(by, block.ids[row]!, block.first + row) : id;
      if (row < block.ids.length && next === id) continue;
      take(columns, block, start, row);
      start = row;
      if (next === id) continue;
      if (id !== null) yield finishedGroup(id, seen.size, columns);
      if (seen.has(next!)) {
        const place = `row ${block.first + row}`;
        throw new DrmError(
          "bad_data",
          `${label}: '${String(next)}' of column '${by}' comes back in ${place}; sort the rows by '${by}'`,
        );
      }
      seen.add(next!);
      id = next;
      columns = block.columns.map(([name]) => [name, []]);
    }
  }
  if (id !== null) yield finishedGroup(id, seen.size, columns);
}

function finishedGroup(id: string | number, number: number, columns: TableBlock["columns"]): JobHead {
  return tableJob(id, number, () => columns);
}

function take(into: [string, CellValue[]][], block: TableBlock, start: number, end: number): void {
  into.forEach(([, cells], c) => {
    const from = block.columns[c]![1];
    for (let row = start; row < end; row++) cells.push(from[row]!);
  });
}
