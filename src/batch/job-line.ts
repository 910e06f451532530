import { DrmError, didYouMean } from "../errors";
import type { JobError, ModelOptions } from "./job";
import type { ResultLine } from "./messages";

/** A job as a line of JSON has it. */
export interface ParsedJob {
  readonly id: string | number;
  /** what the line says about the model; null is as good as nothing */
  readonly model: ModelOptions;
  readonly data?: unknown;
  readonly path?: string;
}

const MODEL_KEYS = [
  "formulas",
  "factors",
  "ordered",
  "matrices",
  "trees",
  "weights",
  "fixed",
  "method",
  "starts",
  "maxEvaluations",
] as const;
const KEYS = ["id", "data", "path", ...MODEL_KEYS];

/** Throws DrmError("bad_job") for what is not a job. */
export function parseJob(text: string, lineNumber: number): ParsedJob {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DrmError("bad_job", `line ${lineNumber} is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw new DrmError("bad_job", `line ${lineNumber} is not a JSON object`);
  for (const key of Object.keys(value)) {
    if (!KEYS.includes(key)) {
      throw new DrmError(
        "bad_job",
        `a job has no '${key}' (it has ${KEYS.join(", ")})${didYouMean(key, KEYS)}`,
      );
    }
  }
  const { id, data, path } = value;
  if (id != null && !isId(id)) throw new DrmError("bad_job", "a job's id is a text or a number");
  if (path != null && typeof path !== "string") throw new DrmError("bad_job", "a job's path is a text");
  if ((data == null) === (path == null)) {
    throw new DrmError("bad_job", `a job has data or a path to them${data == null ? "" : ", not both"}`);
  }
  return {
    id: isId(id) ? id : lineNumber,
    model: Object.fromEntries(MODEL_KEYS.filter((key) => value[key] != null).map((key) => [key, value[key]])),
    ...(data != null && { data }),
    ...(path != null && { path }),
  };
}

/** The id of a job in the results: its own, or the number of its line when it has none or cannot be read. */
export function idOfLine(text: string, lineNumber: number): string | number {
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    return isId(id) ? id : lineNumber;
  } catch {
    return lineNumber;
  }
}

/** The code of the error of a fit that did not converge. */
export const NOT_CONVERGED = "not_converged";

/** The line of a job that could not be fitted. */
export function failedLine(id: string | number, error: JobError): ResultLine {
  return { text: JSON.stringify({ id, error }), outcome: "failed" };
}

function isId(id: unknown): id is string | number {
  return typeof id === "string" || typeof id === "number";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
