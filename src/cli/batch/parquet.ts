import { DrmError } from "../../errors";

type Row = Readonly<Record<string, unknown>>;

/**
 * The rows of a Parquet file, from group to group, with the columns that `wanted` picks.
 *
 * @throws DrmError "bad_data" for a file that cannot be read
 */
export async function* readGroups(
  path: string,
  wanted: (name: string) => boolean = () => true,
): AsyncGenerator<{ readonly columns: readonly string[]; readonly rows: readonly Row[] }, void, undefined> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import(
    "hyparquet"
  );
  const { compressors } = await import("hyparquet-compressors");
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const columns = parquetSchema(metadata)
      .children.map(({ element }) => element.name)
      .filter(wanted);
    let rowStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows);
      const rows = await parquetReadObjects({ file, metadata, columns, compressors, rowStart, rowEnd });
      yield { columns, rows };
      rowStart = rowEnd;
    }
    if (rowStart === 0) yield { columns, rows: [] };
  } catch (error) {
    if (error instanceof DrmError) throw error;
    throw new DrmError("bad_data", `cannot read ${path}: ${(error as Error).message}`);
  }
}

/**
 * The columns of a Parquet file that `wanted` picks: arrays of numbers, booleans or texts. Integers of 64 bits become
 * numbers.
 *
 * @throws DrmError "bad_data" for a file that cannot be read, or an integer beyond 2^53
 */
export async function readColumns(
  path: string,
  wanted: (name: string) => boolean,
): Promise<Record<string, unknown[]>> {
  const columns = new Map<string, unknown[]>();
  let before = 0;
  for await (const { columns: names, rows } of readGroups(path, wanted)) {
    for (const name of names) {
      const cells = columns.get(name) ?? [];
      columns.set(name, cells);
      rows.forEach((row, i) => {
        cells.push(cell(row[name], name, before + i));
      });
    }
    before += rows.length;
  }
  return Object.fromEntries(columns);
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
