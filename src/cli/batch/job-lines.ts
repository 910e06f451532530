import { resolve } from "node:path";
import { idOfLine } from "../../batch/job-line";
import type { JobLine } from "../../batch/messages";
import { DrmError } from "../../errors";
import { readText } from "../read-text";
import { readColumns } from "./parquet";
import { type Line, readLines } from "./read-lines";

/** How far a job file has been read. */
export interface Reading {
  jobs: number;
  bytes: number;
}

/**
 * The jobs of a job file, without those that `isDone` knows. Paths in jobs are relative to `folder`. Keeps `reading` up
 * to date.
 */
export async function* jobLines(
  source: AsyncIterable<Uint8Array | string>,
  folder: string,
  isDone: (id: string | number) => boolean,
  reading: Reading,
): AsyncGenerator<JobLine, void, undefined> {
  for await (const line of readLines(source)) {
    reading.bytes = line.end;
    if (line.text?.trim() === "") continue;
    reading.jobs++;
    if (!isDone(idOfLine(line.text ?? "", line.number))) yield jobLine(line, folder);
  }
}

async function jobLine({ number, text }: Line, folder: string): Promise<JobLine> {
  if (text === null) return { number, text: "", problem: `line ${number} is not UTF-8 text` };
  const path = pathOf(text);
  return path === null ? { number, text } : { number, text, file: await readFile(resolve(folder, path)) };
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

async function readFile(path: string): Promise<NonNullable<JobLine["file"]>> {
  try {
    if (path.endsWith(".parquet")) return { columns: await readColumns(path, () => true) };
    return { csv: await readText(path, { stdin: nothing() }) };
  } catch (error) {
    if (error instanceof DrmError) return { error: error.message };
    throw error;
  }
}

async function* nothing(): AsyncGenerator<string> {}
