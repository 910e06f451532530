import { resolve } from "node:path";
import { idOfLine, parseJob } from "../../batch/job-line";
import type { JobLine } from "../../batch/messages";
import { fileKind, unpack } from "../../data/read-file";
import { DrmError } from "../../errors";
import type { FileArguments } from "../file-arguments";
import { readBytes } from "../read-bytes";
import { MAX_TEXT_BYTES, megabytes } from "../text-limit";
import { readColumns } from "./parquet";
import { type Line, readLines } from "./read-lines";
import type { JobHead } from "./same-model";

/** How far a job file has been read. */
export interface Reading {
  jobs: number;
  bytes: number;
}

/** The jobs of a job file. Paths in jobs are relative to `folder`. Keeps `reading` up to date. */
export async function* jobHeads(
  source: AsyncIterable<Uint8Array | string>,
  folder: string,
  files: FileArguments,
  reading: Reading,
): AsyncGenerator<JobHead, void, undefined> {
  for await (const line of readLines(source)) {
    reading.bytes = line.end;
    if (line.text?.trim() === "") continue;
    reading.jobs++;
    const { number } = line;
    const text = line.text ?? "";
    yield {
      id: idOfLine(text, number),
      model: () => parseJob(text, number).model,
      line: () => jobLine(line, folder, files),
    };
  }
}

async function jobLine(
  { number, text, tooLong }: Line,
  folder: string,
  files: FileArguments,
): Promise<JobLine> {
  if (tooLong !== null) return { number, text: "", problem: tooLongProblem(number, tooLong) };
  if (text === null) return { number, text: "", problem: `line ${number} is not UTF-8 text` };
  const path = pathOf(text);
  return path === null
    ? { number, text }
    : { number, text, file: await readFile(resolve(folder, path), files) };
}

function tooLongProblem(number: number, bytes: number): string {
  return (
    `line ${number} is too long: ${megabytes(bytes)}, and a line can have ${megabytes(MAX_TEXT_BYTES)} at most; put the ` +
    "job's data into a CSV or Parquet file of their own, and its path instead of them into the job"
  );
}

/** The worker parses the line; here only the few that give a path are. */
function pathOf(text: string): string | null {
  if (!text.includes('"path"')) return null;
  try {
    const { path } = JSON.parse(text) as { path?: unknown };
    return typeof path === "string" ? path : null;
  } catch {
    return null;
  }
}

async function readFile(path: string, files: FileArguments): Promise<NonNullable<JobLine["file"]>> {
  try {
    const bytes = await readBytes(path, { stdin: nothing() });
    if (fileKind(bytes) === "parquet") return { columns: await readColumns(path, () => true) };
    const { decimal, na, delimiter } = files;
    const notes: string[] = [];
    const table = await unpack(bytes, { ...files, warn: (note) => notes.push(note) });
    return { table, cells: { decimal, na, delimiter }, notes };
  } catch (error) {
    if (error instanceof DrmError) return { error: error.message };
    throw error;
  }
}

async function* nothing(): AsyncGenerator<string> {}
