import type { Format } from "./batch-options";
import type { Output } from "./output";
import { parquetEncoder } from "./parquet";
import { csvHeader, csvText, parquetColumns, type ResultRow, resultRows } from "./result-rows";

/** Writes results, which come as lines of JSON, in one of the formats. */
export interface ResultWriter {
  write(texts: readonly string[]): Promise<void>;
  /** Writes what had to wait; the output is closed by who has opened it. */
  end(): Promise<void>;
}

/** Characters that are gathered before they are written: no text becomes too long, however many results come at once. */
const ENOUGH = 1 << 20;

/** `isNew` for an output without anything in it; `idName` heads the column of ids in a table. */
export function lineWriter(
  format: Exclude<Format, "parquet">,
  output: Output,
  idName: string,
  isNew: boolean,
): ResultWriter {
  let header = isNew && format === "csv" ? csvHeader(idName) : "";
  return {
    async write(texts) {
      let gathered = header;
      header = "";
      for (const text of texts) {
        gathered += format === "csv" ? csvText(resultRows(text)) : `${text}\n`;
        if (gathered.length < ENOUGH) continue;
        await output.write(gathered);
        gathered = "";
      }
      if (gathered !== "") await output.write(gathered);
    },
    async end() {
      if (header !== "") await output.write(header);
    },
  };
}

const GROUP_ROWS = 100_000;

/**
 * Parquet, in groups of rows. What the ids are must be known at the first: `numeric` says so, and without it all rows wait
 * for the end.
 */
export async function parquetWriter(
  output: Output,
  idName: string,
  numeric?: boolean,
): Promise<ResultWriter> {
  const encoder = await parquetEncoder();
  const limit = numeric === undefined ? Number.POSITIVE_INFINITY : GROUP_ROWS;
  let rows: ResultRow[] = [];
  let groups = 0;
  const writeGroup = async () => {
    groups++;
    const bytes = encoder.group(parquetColumns(idName, rows, numeric));
    rows = [];
    await output.write(bytes);
  };
  return {
    async write(texts) {
      for (const text of texts) for (const row of resultRows(text)) rows.push(row);
      if (rows.length >= limit) await writeGroup();
    },
    async end() {
      if (rows.length > 0 || groups === 0) await writeGroup();
      await output.write(encoder.end());
    },
  };
}
