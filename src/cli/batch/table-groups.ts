import { numbersFromText } from "../../data/csv-column";
import { numberLabel } from "../../data/number-label";
import type { NumericColumn } from "../../data/table";
import { DrmError } from "../../errors";
import type { JobHead } from "./same-model";
import { type CellValue, columnCells } from "./table-cells";

/** The data sets of one table, as jobs. */
export interface TableJobs {
  readonly count: number;
  jobs(): AsyncGenerator<JobHead, void, undefined>;
}

/** Some rows of a column. */
export interface TableColumn {
  readonly name: string;
  readonly cells: readonly CellValue[];
  /** reads the numbers of cells that are as they are written in the file: both are wanted of a column that names studies */
  readonly numberOf: ((cell: string) => number) | null;
}

/** Some rows of a table, in order. */
export interface TableBlock {
  /** of the column that names the data sets */
  readonly ids: readonly CellValue[];
  readonly columns: readonly TableColumn[];
  /** number of the first row, from 1 */
  readonly first: number;
}

/** A data set of a table as a job. */
export function tableJob(
  id: string | number,
  number: number,
  columns: () => readonly TableColumn[],
): JobHead {
  return {
    id,
    model: () => ({}),
    // not as JSON, which has no infinity: that would become a missing cell
    line: () => ({
      number,
      text: JSON.stringify({ id, path: "the table" }),
      file: { columns: Object.fromEntries(columns().map((column) => [column.name, jobColumn(column)])) },
    }),
  };
}

/** As the column would be in a file with the rows of this job alone. */
function jobColumn({ cells, numberOf }: TableColumn): readonly CellValue[] | NumericColumn {
  if (numberOf === null) return cells;
  const column = numbersFromText(cells as readonly string[], numberOf);
  return column.written === undefined ? columnCells(column) : column;
}

/**
 * The name of a data set: text as it is written, and of a number what names a level, so that numbers which agree to 15 digits are
 * one here as they are one study. Throws DrmError("bad_data") for a row without.
 */
export function idOf(by: string, value: CellValue, row: number): string | number {
  if (value === null) {
    throw new DrmError("bad_data", `column '${by}', row ${row}: every row needs the name of its data set`);
  }
  // JSON has no infinity
  return Number.isFinite(value) ? Number(numberLabel(value as number)) : String(value);
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
  let columns: GrowingColumn[] = [];
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
      columns = block.columns.map(({ name, numberOf }) => ({ name, cells: [], numberOf }));
    }
  }
  if (id !== null) yield finishedGroup(id, seen.size, columns);
}

interface GrowingColumn extends TableColumn {
  readonly cells: CellValue[];
}

function finishedGroup(id: string | number, number: number, columns: readonly TableColumn[]): JobHead {
  return tableJob(id, number, () => columns);
}

function take(into: readonly GrowingColumn[], block: TableBlock, start: number, end: number): void {
  into.forEach(({ cells }, c) => {
    const from = block.columns[c]!.cells;
    for (let row = start; row < end; row++) cells.push(from[row]!);
  });
}
