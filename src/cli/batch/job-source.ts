import { access, constants, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { ModelOptions } from "../../batch/job";
import { DrmError } from "../../errors";
import type { FileArguments } from "../file-arguments";
import type { CliIo } from "../io";
import { reason } from "../read-bytes";
import { jobHeads } from "./job-lines";
import type { JobHead } from "./same-model";
import { tableJobs } from "./table-lines";

/** Where jobs come from. */
export interface JobSource {
  /** all of them, in order */
  jobs(): AsyncGenerator<JobHead, void, undefined>;
  /** Whether they can be gone through a second time. */
  readonly isRepeatable: boolean;
  /** how many there are, finished ones included: estimated from how far a file has been read; null when nobody knows */
  total(): number | null;
}

/** Opens a job file, standard input, or with `by` a table of many data sets. Throws DrmError when it cannot be read. */
export async function openJobs(
  path: string,
  by: string | undefined,
  defaults: ModelOptions,
  files: FileArguments,
  io: CliIo,
  notes: string[],
): Promise<JobSource> {
  if (by !== undefined) {
    const { count, jobs } = await tableJobs(path, by, { model: defaults, files, notes }, io);
    return { jobs, isRepeatable: true, total: () => count };
  }
  if (path === "-") {
    const reading = { jobs: 0, bytes: 0 };
    return { jobs: () => jobHeads(io.stdin, ".", files, reading), isRepeatable: false, total: () => null };
  }
  const { bytes, isFile } = await fileStats(path);
  const reading = { jobs: 0, bytes: 0 };
  let isFirst = true;
  return {
    async *jobs() {
      const mine = isFirst ? reading : { jobs: 0, bytes: 0 };
      isFirst = false;
      const file = await open(path).catch((error) => {
        throw unreadable(path, error);
      });
      // closes the file, read to its end or not
      yield* jobHeads(file.createReadStream(), dirname(path), files, mine);
    },
    isRepeatable: isFile,
    total: () => (reading.bytes === 0 || !isFile ? null : Math.round((reading.jobs * bytes) / reading.bytes)),
  };
}

/** Without opening it: who writes into a pipe would see its reader leave. */
async function fileStats(path: string): Promise<{ bytes: number; isFile: boolean }> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    await access(path, constants.R_OK);
    return { bytes: stats.size, isFile: stats.isFile() };
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): DrmError {
  return new DrmError("bad_data", `cannot read ${path}: ${reason(error as NodeJS.ErrnoException)}`);
}
