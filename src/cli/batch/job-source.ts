import { open } from "node:fs/promises";
import { dirname } from "node:path";
import type { ModelOptions } from "../../batch/job";
import type { JobLine } from "../../batch/messages";
import { DrmError } from "../../errors";
import type { CliIo } from "../io";
import { reason } from "../read-text";
import { jobLines } from "./job-lines";
import { tableJobs } from "./table-lines";

/** Where jobs come from. */
export interface JobSource {
  /** all but those that `isDone` knows */
  jobs(isDone: (id: string | number) => boolean): Iterable<JobLine> | AsyncIterable<JobLine>;
  /** how many there are, finished ones included: estimated from how far a file has been read; null when nobody knows */
  total(): number | null;
  /** Lets go of the file, read to its end or not. */
  close(): void;
}

/** Opens a job file, standard input, or with `by` a table of many data sets. Throws DrmError when it cannot be read. */
export async function openJobs(
  path: string,
  by: string | undefined,
  defaults: ModelOptions,
  io: CliIo,
): Promise<JobSource> {
  if (by !== undefined) {
    const { count, jobs } = await tableJobs(path, by, defaults, io);
    return { jobs, total: () => count, close: () => {} };
  }
  const reading = { jobs: 0, bytes: 0 };
  if (path === "-") {
    return {
      jobs: (isDone) => jobLines(io.stdin, ".", isDone, reading),
      total: () => null,
      close: () => {},
    };
  }
  const { stream, bytes } = await openFile(path);
  return {
    jobs: (isDone) => jobLines(stream, dirname(path), isDone, reading),
    total: () => (reading.bytes === 0 ? null : Math.round((reading.jobs * bytes) / reading.bytes)),
    close: () => stream.destroy(),
  };
}

async function openFile(path: string) {
  try {
    const file = await open(path);
    const stats = await file.stat();
    if (stats.isDirectory()) {
      await file.close();
      throw Object.assign(new Error(), { code: "EISDIR" });
    }
    return { stream: file.createReadStream(), bytes: stats.size };
  } catch (error) {
    throw new DrmError("bad_data", `cannot read ${path}: ${reason(error as NodeJS.ErrnoException)}`);
  }
}
