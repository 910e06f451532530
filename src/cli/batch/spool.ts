import { chmod, type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { DrmError } from "../../errors";
import type { Format } from "./batch-options";
import type { Finished } from "./finished";
import { fileOutput, type Output } from "./output";
import { type KeptResult, resultsOfLines, resultsOfParquet, resultsOfRows } from "./read-results";
import { lineWriter, parquetWriter, type ResultWriter } from "./result-writer";

// Results that cannot be added to the output as they come wait in a file of lines beside it, the spool: those of a Parquet
// file, whose last bytes say where all is, and those of failed jobs that run again, whose old results stand in the middle.
// The output is made from it in the end, under another name, and then renamed: at no time is a result nowhere.

/** Beside `results.parquet`. */
export function spoolOf(path: string): string {
  return `${path}.unfinished`;
}

/**
 * Makes the spool from the results of a file, without those that are to come again when `retryFailed`; says how many these
 * are. Throws DrmError("usage") when one of them cannot be told from a result that stays.
 */
export async function fillSpool(
  spool: string,
  from: { readonly path: string; readonly format: Format; readonly idName: string },
  retryFailed: boolean,
  advice: string,
): Promise<number> {
  let dropped = 0;
  // an id is the only tie between a job and its result
  const fates = new Map<string, boolean>();
  const texts = async function* () {
    for await (const { key, outcome, text } of resultsOf(from)) {
      const stays = !retryFailed || outcome === "converged";
      if (retryFailed && fates.get(key) === !stays) throw ambiguous(from.path, key);
      if (retryFailed) fates.set(key, stays);
      if (stays) yield text();
      else dropped++;
    }
  };
  await replace(spool, advice, async (output) => {
    await writeAll(texts(), lineWriter("ndjson", output, from.idName, true));
  });
  return dropped;
}

function ambiguous(path: string, id: string): DrmError {
  return new DrmError(
    "usage",
    `${path}: of several jobs with the id '${id}' some have failed, and --retry-failed cannot tell which: give each job an ` +
      "id of its own, or run all of them again",
  );
}

/** What was added to a spool behind the finished results: where each ends, in bytes. */
export interface Spooled {
  readonly path: string;
  readonly finished: Finished;
  readonly added: readonly number[];
  /** of each job, in order: its place among the finished results, or -1 for the next of those added */
  readonly order: readonly number[];
}

/** Makes the output from the spool, which goes. Finished results of no job come last, so that none is lost. */
export async function emptySpool(
  { path: spool, finished, added, order }: Spooled,
  to: { readonly path: string; readonly format: Format; readonly idName: string },
  advice: string,
): Promise<void> {
  const source = await open(spool);
  const texts = async function* () {
    const finishedText = textReader(source);
    const addedText = textReader(source);
    let next = 0;
    for (const place of order) {
      if (place >= 0) yield await finishedText(...finished.range(place));
      else if (next < added.length) yield await addedText(added[next - 1] ?? finished.bytes, added[next++]!);
    }
    for (const place of finished.places()) yield await finishedText(...finished.range(place));
  };
  try {
    const isNumeric = to.format === "parquet" && (await hasNumbers(texts()));
    await replace(to.path, advice, async (output) => {
      const writer =
        to.format === "parquet"
          ? await parquetWriter(output, to.idName, isNumeric)
          : lineWriter(to.format, output, to.idName, true);
      await writeAll(texts(), writer);
    });
  } finally {
    await source.close();
  }
  await rm(spool);
}

/** Writes a file under another name, which it keeps until it is whole. Links and permissions stay what they are. */
async function replace(
  named: string,
  advice: string,
  write: (output: Output) => Promise<void>,
): Promise<void> {
  const path = await realpath(named).catch(() => named);
  const draft = `${path}.new`;
  const before = await stat(path).catch(() => null);
  try {
    const output = await fileOutput(draft, "w", advice);
    try {
      if (before !== null) await chmod(draft, before.mode);
      await write(output);
    } finally {
      await output.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

const TOGETHER = 500;

async function writeAll(texts: AsyncIterable<string>, writer: ResultWriter): Promise<void> {
  let some: string[] = [];
  for await (const text of texts) {
    some.push(text);
    if (some.length < TOGETHER) continue;
    await writer.write(some);
    some = [];
  }
  await writer.write(some);
  await writer.end();
}

async function* resultsOf({
  path,
  format,
  idName,
}: {
  path: string;
  format: Format;
  idName: string;
}): AsyncGenerator<KeptResult> {
  if (format === "ndjson") yield* resultsOfLines(path);
  else if (format === "parquet") yield* resultsOfParquet(path, idName);
  else yield* resultsOfRows(path, idName);
}

/** Whether all ids are numbers: a line of results begins with its id. */
async function hasNumbers(texts: AsyncIterable<string>): Promise<boolean> {
  for await (const text of texts) if (text.startsWith('{"id":"')) return false;
  return true;
}

/** Read at once, since lines mostly follow one another. */
const WINDOW = 1 << 20;

/** Reads what lies between two places of a file, without its line end. */
function textReader(file: FileHandle): (start: number, end: number) => Promise<string> {
  let window = Buffer.alloc(0);
  let from = 0;
  return async (start, end) => {
    if (start < from || end > from + window.length) {
      window = Buffer.alloc(Math.max(WINDOW, end - start));
      const { bytesRead } = await file.read(window, 0, window.length, start);
      window = window.subarray(0, bytesRead);
      from = start;
    }
    return window.toString("utf8", start - from, end - from).trimEnd();
  };
}
