import { DrmError } from "../errors";

/** The bytes of a file, wherever they are. */
export interface AsyncBytes {
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** Some rows of a Parquet file: arrays of numbers, booleans or texts, by name. */
export interface ColumnGroup {
  readonly names: readonly string[];
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  readonly rows: number;
}

/**
 * The columns of a Parquet file that `wanted` picks, from group of rows to group of rows, as the file has them. Integers of
 * 64 bits become numbers. A file without rows has one group.
 *
 * @throws DrmError "bad_data" for a file that cannot be read, or an integer beyond 2^53
 */
export async function* readGroups(
  open: () => AsyncBytes | Promise<AsyncBytes>,
  label: string,
  wanted: (name: string) => boolean = () => true,
): AsyncGenerator<ColumnGroup, void, undefined> {
  const { parquetMetadataAsync, parquetRead, parquetSchema } = await import("hyparquet");
  const { compressors } = await import("hyparquet-compressors");
  try {
    const file = await open();
    const metadata = await parquetMetadataAsync(file);
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    const picked = names.filter(wanted);
    let rowStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows);
      const columns = new Map(picked.map((name) => [name, new Array<unknown>(rowEnd - rowStart)]));
      const first = rowStart;
      const onChunk = (chunk: { columnName: string; columnData: ArrayLike<unknown>; rowStart: number }) => {
        const cells = columns.get(chunk.columnName)!;
        for (let i = 0; i < chunk.columnData.length; i++) {
          const at = chunk.rowStart - first + i;
          if (at >= 0 && at < cells.length) cells[at] = chunk.columnData[i];
        }
      };
      if (picked.length > 0) {
        await parquetRead({ file, metadata, compressors, rowStart, rowEnd, columns: picked, onChunk });
      }
      for (const [name, cells] of columns)
        cells.forEach((value, i) => {
          cells[i] = cell(value, name, first + i);
        });
      yield { names, columns: Object.fromEntries(columns), rows: rowEnd - rowStart };
      rowStart = rowEnd;
    }
    if (rowStart === 0)
      yield { names, columns: Object.fromEntries(picked.map((name) => [name, []])), rows: 0 };
  } catch (error) {
    if (error instanceof DrmError) throw error;
    throw new DrmError("bad_data", `cannot read ${label}: ${(error as Error).message}`);
  }
}

/** All rows of a Parquet file at once: see readGroups(). */
export async function readColumns(
  open: () => AsyncBytes | Promise<AsyncBytes>,
  label: string,
  wanted: (name: string) => boolean,
): Promise<Record<string, unknown[]>> {
  const all = new Map<string, unknown[]>();
  for await (const { columns } of readGroups(open, label, wanted)) {
    for (const [name, cells] of Object.entries(columns)) {
      const before = all.get(name);
      if (before === undefined) all.set(name, [...cells]);
      else for (const value of cells) before.push(value);
    }
  }
  return Object.fromEntries(all);
}

function cell(value: unknown, name: string, row: number): unknown {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new DrmError("bad_data", `column '${name}', row ${row + 1}: ${value} is too large for a number`);
}
