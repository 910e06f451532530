import * as parquet from "../../data/parquet";

/** See the reader in data/: groups of rows of a file by its path. */
export function readGroups(
  path: string,
  wanted?: (name: string) => boolean,
): AsyncGenerator<parquet.ColumnGroup, void, undefined> {
  return parquet.readGroups(opener(path), path, wanted);
}

/** How many rows a Parquet file has. Throws as readGroups() does. */
export async function parquetRows(path: string): Promise<number> {
  let rows = 0;
  for await (const group of readGroups(path, () => false)) rows += group.rows;
  return rows;
}

/** All rows of a Parquet file at once: see readGroups(). */
export function readColumns(
  path: string,
  wanted: (name: string) => boolean,
): Promise<Record<string, unknown[]>> {
  return parquet.readColumns(opener(path), path, wanted);
}

function opener(path: string): () => Promise<parquet.AsyncBytes> {
  return async () => (await import("hyparquet")).asyncBufferFromFile(path);
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
