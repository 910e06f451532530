import { DrmError } from "../../errors";

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
  path: string,
  wanted: (name: string) => boolean = () => true,
): AsyncGenerator<ColumnGroup, void, undefined> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } = await import("hyparquet");
  const { compressors } = await import("hyparquet-compressors");
  try {
    const file = await asyncBufferFromFile(path);
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
    throw new DrmError("bad_data", `cannot read ${path}: ${(error as Error).message}`);
  }
}

/** How many rows a Parquet file has. Throws as readGroups() does. */
export async function parquetRows(path: string): Promise<number> {
  let rows = 0;
  for await (const group of readGroups(path, () => false)) rows += group.rows;
  return rows;
}

/** All rows of a Parquet file at once: see readGroups(). */
export async function readColumns(
  path: string,
  wanted: (name: string) => boolean,
): Promise<Record<string, unknown[]>> {
  const all = new Map<string, unknown[]>();
  for await (const { columns } of readGroups(path, wanted)) {
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

export interface ParquetColumn {
  readonly name: string;
  readonly type: "DOUBLE" | "STRING" | "INT32";
  readonly data: (number | string | null)[];
}

/** Makes the bytes of a Parquet file, group of rows by group of rows; each has the same columns. */
export async function parquetEncoder(): Promise<{
  group(columns: readonly ParquetColumn[]): Uint8Array;
  /** the end of the file, of one group at least */
  end(): Uint8Array;
}> {
  const { ByteWriter, ParquetWriter, schemaFromColumnData } = await import("hyparquet-writer");
  const writer = new ByteWriter();
  let file: InstanceType<typeof ParquetWriter> | null = null;
  const taken = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  return {
    group(columns) {
      const columnData = columns.map((column) => ({ ...column, nullable: true }));
      file ??= new ParquetWriter({ writer, schema: schemaFromColumnData({ columnData }) });
      const rowGroupSize = Math.max(1, columns[0]!.data.length);
      void file.write({ columnData: columns.map(({ name, data }) => ({ name, data })), rowGroupSize });
      return taken();
    },
    end() {
      void file!.finish();
      return taken();
    },
  };
}
