import { branded } from "../error-brand";
import { DrmError } from "../errors";
import type { JobError } from "./job";

/** What is told of an error in a result. */
export function jobError(error: unknown): JobError {
  if (error instanceof DrmError) return { code: error.code, message: error.message };
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && error.name === "DataCloneError") {
    return { code: "bad_data", message: `the job cannot be sent to a worker: ${text}` };
  }
  return { code: "unexpected", message: `unexpected error: ${text}` };
}

/** What came from a worker, for whoever reads the results: isDrmError() holds for it where bad input was the cause. */
export function received(error: JobError): JobError {
  return error.code === "unexpected" ? error : branded(error);
}

/** Of a job that no worker survived. */
export function crashError(why: string): JobError {
  return { code: "worker_crashed", message: `the worker died over this job, twice: ${why}` };
}

/** Workers cannot be had here: nobody's job is at fault. */
export function cannotStart(error: unknown): DrmError {
  return new DrmError("not_supported", `workers cannot be started here: ${firstLine(error)}`);
}

/** What an error says, without the report that workerpool adds. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0]!;
}
