import { DrmError } from "../../errors";

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
    const rows = await parquetReadObjects({ file, metadata, columns, compressors });
    return Object.fromEntries(columns.map((name) => [name, rows.map((row, i) => cell(row[name], name, i))]));
  } catch (error) {
    if (error instanceof DrmError) throw error;
    throw new DrmError("bad_data", `cannot read ${path}: ${(error as Error).message}`);
  }
}

function cell(value: unknown, name: string, row: number): unknown {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new DrmError("bad_data", `column '${name}', row ${row + 1}: ${value} is too large for a number`);
}

/** A Parquet file of columns, as bytes. */
export async function parquetBytes(columns: readonly ParquetColumn[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  return new Uint8Array(
    parquetWriteBuffer({ columnData: columns.map((column) => ({ ...column, nullable: true })) }),
  );
}

export interface ParquetColumn {
  readonly name: string;
  readonly type: "DOUBLE" | "STRING" | "INT32";
  readonly data: (number | string | null)[];
}
