import { createReadStream } from "node:fs";
import { parseDelimited } from "../../data/delimited";
import { DrmError } from "../../errors";
import { type Finished, finishedResults, type ReadResult } from "./finished";
import { readGroups } from "./parquet";
import { type Line, readLines } from "./read-lines";
import {
  COLUMNS,
  csvCell,
  csvHeader,
  firstCells,
  outcomeOf,
  type ResultJson,
  type ResultRow,
  resultOfCells,
} from "./result-rows";
import { statementOf } from "./same-model";

/** A result of a file, with what a new file of results needs of it. */
export type KeptResult = Pick<ReadResult, "key" | "outcome" | "text">;

/**
 * Reads results that are one line of JSON each; `keyOf` makes keys of ids. Throws DrmError("bad_data") for any other
 * file.
 */
export async function finishedLines(path: string, keyOf: (id: string | number) => string): Promise<Finished> {
  const found = finishedResults(keyOf);
  let bytes = 0;
  for await (const line of linesOf(path)) {
    if (!line.complete) break;
    if (line.text?.trim() !== "") found.add(parseResult(path, line, bytes, keyOf));
    bytes = line.end;
  }
  return found.finished(bytes);
}

/**
 * Reads results that are one row of CSV for each coefficient. The rows of the last job may not be all there: they are
 * written again.
 */
export async function finishedRows(path: string, idName: string): Promise<Finished> {
  const found = finishedResults(csvCell);
  let bytes = 0;
  for await (const result of resultsOfRows(path, idName)) {
    found.add(result);
    bytes = result.end;
  }
  return found.finished(bytes);
}

/** The complete results of a file of lines. */
export async function* resultsOfLines(path: string): AsyncGenerator<KeptResult, void, undefined> {
  for await (const line of linesOf(path)) {
    if (!line.complete) break;
    if (line.text?.trim() !== "") yield parseResult(path, line, 0, String);
  }
}

/** The results of a file of rows, but for the last, of which rows may be missing. */
export async function* resultsOfRows(
  path: string,
  idName: string,
): AsyncGenerator<ReadResult, void, undefined> {
  let start = 0;
  let end = 0;
  let rows: string[] = [];
  let key = "";
  let outcome: ReadResult["outcome"] = "failed";
  let coefficient = "";
  const result = (): ReadResult => {
    const texts = rows;
    const cells = () => parseDelimited(texts.join("\n"), ",").rows;
    const text = () => JSON.stringify(resultOfCells(cells()));
    return { key, outcome, statement: null, kind: () => shapeOf(cells()), start, end, text };
  };
  for await (const line of linesOf(path)) {
    if (!line.complete) return;
    if (line.number === 1) {
      if (`${line.text}\n` !== csvHeader(idName)) throw notResults(path, line);
      start = line.end;
    } else {
      const first = firstCells(line.text ?? "");
      if (first === null) throw notResults(path, line);
      // two jobs of one id may follow one another: then the coefficients begin again
      const isNext = key !== first[0] || outcome !== first[1] || coefficient === first[2];
      if (rows.length > 0 && isNext) {
        yield result();
        start = end;
        rows = [];
      }
      if (rows.length === 0) [key, outcome, coefficient] = first;
      rows.push(line.text!);
    }
    end = line.end;
  }
}

/** The results of a Parquet file. */
export async function* resultsOfParquet(
  path: string,
  idName: string,
): AsyncGenerator<KeptResult, void, undefined> {
  const names = [idName, ...COLUMNS.map(([name]) => name)];
  let rows: ResultRow[] = [];
  const result = (): KeptResult => {
    const mine = rows;
    const [id, outcome] = mine[0]!;
    return {
      key: String(id),
      outcome: outcome as KeptResult["outcome"],
      text: () => JSON.stringify(resultOfCells(mine)),
    };
  };
  for await (const group of readGroups(path)) {
    if (names.some((name) => !group.names.includes(name))) {
      throw new DrmError("bad_data", `${path} is not a table of results of this batch: nothing was changed`);
    }
    for (let i = 0; i < group.rows; i++) {
      const row = names.map((name) => group.columns[name]![i]) as ResultRow;
      if (rows.length > 0 && begins(row, rows[0]!)) {
        yield result();
        rows = [];
      }
      rows.push(row);
    }
  }
  if (rows.length > 0) yield result();
}

/** Whether a row begins another result than that of `first`: id, status, dpar and term are its first cells. */
function begins(row: ResultRow, first: ResultRow): boolean {
  return row[0] !== first[0] || row[1] !== first[1] || (row[2] === first[2] && row[3] === first[3]);
}

/** The coefficients of a result in rows. */
function shapeOf(rows: readonly (readonly string[])[]): string {
  return JSON.stringify(rows.map(([, , dpar, term]) => [dpar, term]));
}

async function* linesOf(path: string): AsyncGenerator<Line> {
  try {
    yield* readLines(createReadStream(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new DrmError("bad_data", `cannot read ${path}: ${message}`);
  }
}

function parseResult(
  path: string,
  line: Line,
  start: number,
  keyOf: (id: string | number) => string,
): ReadResult {
  try {
    const text = line.text!;
    const result = JSON.parse(text) as Partial<ResultJson>;
    const { id, error, convergence } = result;
    if (id !== undefined && (error ?? convergence) !== undefined) {
      const outcome = outcomeOf(error);
      const statement = statementOf(result);
      const shape = () => JSON.stringify(result.coefficients?.map(({ dpar, term }) => [dpar, term]));
      const kind = () => statement ?? shape();
      return { key: keyOf(id), outcome, statement, kind, start, end: line.end, text: () => text };
    }
  } catch {}
  throw notResults(path, line);
}

function notResults(path: string, { number }: Line): DrmError {
  return new DrmError(
    "bad_data",
    `${path}, line ${number}, is not a result of this batch: nothing was changed`,
  );
}
