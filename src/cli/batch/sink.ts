import type { ResultLine } from "../../batch/messages";
import type { CliIo } from "../io";
import { type BatchOptions, type Format, formatOf } from "./batch-options";
import { type Finished, finishedLines, finishedRows, nothingFinished } from "./finished";
import { continuedFile, isThere, newFile, type Output, streamOutput } from "./output";
import { parquetBytes } from "./parquet";
import { csvHeader, csvText, parquetColumns, type ResultRow, resultRows } from "./result-rows";

/** Takes results in order and writes them as they are asked to be. */
export interface Sink {
  /** of an earlier run, which are there already */
  readonly finished: Finished;
  write(results: readonly ResultLine[]): Promise<void>;
  /** Writes what had to wait, and closes. */
  end(): Promise<void>;
}

/** `idName` heads the column of ids in a table. Throws DrmError when the output cannot or must not be written. */
export async function openSink(options: BatchOptions, idName: string, io: CliIo): Promise<Sink> {
  const { output: path, resume } = options;
  const format = formatOf(options);
  const continued = path !== undefined && resume === true && (await isThere(path));
  const finished = !continued
    ? nothingFinished()
    : format === "csv"
      ? await finishedRows(path, idName)
      : await finishedLines(path);
  const output =
    path === undefined
      ? streamOutput(io.stdout)
      : continued
        ? await continuedFile(path, finished.bytes)
        : await newFile(path);
  return { finished, ...writer(format, output, idName, finished.bytes === 0) };
}

function writer(format: Format, output: Output, idName: string, isNew: boolean): Omit<Sink, "finished"> {
  if (format === "ndjson") {
    return {
      write: (results) => output.write(results.map(({ text }) => `${text}\n`).join("")),
      end: () => output.close(),
    };
  }
  if (format === "csv") {
    let header = isNew ? csvHeader(idName) : "";
    const writeRows = (rows: readonly ResultRow[]) => {
      const text = header + csvText(rows);
      header = "";
      return output.write(text);
    };
    return {
      write: (results) => writeRows(results.flatMap(resultRows)),
      async end() {
        if (header !== "") await writeRows([]);
        await output.close();
      },
    };
  }
  const rows: ResultRow[] = [];
  return {
    async write(results) {
      for (const result of results) for (const row of resultRows(result)) rows.push(row);
    },
    async end() {
      await output.write(await parquetBytes(parquetColumns(idName, rows)));
      await output.close();
    },
  };
}
