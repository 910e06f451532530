import { createReadStream } from "node:fs";
import { NOT_CONVERGED } from "../../batch/job-line";
import type { ResultLine } from "../../batch/messages";
import { DrmError } from "../../errors";
import { type Line, readLines } from "./read-lines";
import { csvCell, csvHeader, firstCells } from "./result-rows";
import { type Tally, tally } from "./tally";

/** What an earlier run has left in its file of results. */
export interface Finished {
  /** bytes of the complete results; what follows was torn off and is written again */
  readonly bytes: number;
  readonly tally: Tally;
  /** Whether a job of this id is among them; each of them answers for one job. */
  take(id: string | number): boolean;
  /** results that no job has asked for */
  left(): number;
}

interface Result {
  readonly key: string;
  readonly outcome: ResultLine["outcome"];
}

/** Reads results that are one line of JSON each. Throws DrmError("bad_data") for any other file. */
export async function finishedLines(path: string): Promise<Finished> {
  const found = collector((id) => JSON.stringify(id));
  let bytes = 0;
  for await (const line of linesOf(path)) {
    if (!line.complete) break;
    bytes = line.end;
    if (line.text?.trim() !== "") found.add(parseResult(path, line));
  }
  return found.finished(bytes);
}

/**
 * Reads results that are one row of CSV for each coefficient. The rows of the last job may not be all there: they are
 * written again.
 */
export async function finishedRows(path: string, idName: string): Promise<Finished> {
  const found = collector(csvCell);
  let bytes = 0;
  let end = 0;
  let last: Result | null = null;
  for await (const line of linesOf(path)) {
    if (!line.complete) break;
    if (line.number === 1) {
      if (`${line.text}\n` !== csvHeader(idName)) throw notResults(path, line);
      bytes = line.end;
    } else {
      const [key, outcome] = firstCells(line.text ?? "") ?? [];
      if (key === undefined) throw notResults(path, line);
      if (last !== null && last.key !== key) {
        found.add(last);
        bytes = end;
      }
      last = { key, outcome: outcome as Result["outcome"] };
    }
    end = line.end;
  }
  return found.finished(bytes);
}

/** Of a new run. */
export function nothingFinished(): Finished {
  return collector(String).finished(0);
}

function collector(keyOf: (id: string | number) => string) {
  const counts = new Map<string, number>();
  const outcomes = tally();
  let left = 0;
  return {
    add({ key, outcome }: Result) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      outcomes.add(outcome);
      left++;
    },
    finished: (bytes: number): Finished => ({
      bytes,
      tally: outcomes,
      take(id) {
        if (left === 0) return false;
        const key = keyOf(id);
        const count = counts.get(key) ?? 0;
        if (count === 0) return false;
        if (count === 1) counts.delete(key);
        else counts.set(key, count - 1);
        left--;
        return true;
      },
      left: () => left,
    }),
  };
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

function parseResult(path: string, line: Line): Result {
  try {
    const { id, error, convergence } = JSON.parse(line.text ?? "");
    if (id !== undefined && (error ?? convergence) !== undefined) {
      const failed = error?.code === NOT_CONVERGED ? "not converged" : "failed";
      return { key: JSON.stringify(id), outcome: error === undefined ? "converged" : failed };
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
