import type { ColumnInput } from "../data/column-from";
import type { DrmOptions } from "../drm";
import type { Estimates } from "../fit/estimates";
import type { Fit } from "../fit/fit";
import { compiled, compiledFrom } from "./compiled";
import { growing } from "./growing";
import type { JobError, ModelOptions } from "./job";
import { jobError } from "./job-error";
import {
  ESTIMATES_HEAD,
  type EstimatesAnswer,
  type FitsAnswer,
  JOB_HEAD,
  type JobsMessage,
  jobEnd,
  type Layout,
} from "./messages";

/** Fits the jobs of a message. */
export function fitJobs(message: JobsMessage): {
  answer: EstimatesAnswer | FitsAnswer;
  transfer?: ArrayBuffer[];
} {
  const { jobs } = message;
  let at = message.start;
  const next = <Result>(i: number, what: "fit" | "estimate") => {
    const start = at;
    at = jobEnd(message, start);
    return attempt<Result>(message, i, start, what);
  };
  if (message.want === "fit") {
    return { answer: Array.from({ length: jobs }, (_, i) => next<Fit>(i, "fit")) };
  }
  const answer = packEstimates(jobs, (i) => next<Estimates>(i, "estimate"));
  return { answer, transfer: [answer.numbers.buffer as ArrayBuffer] };
}

function attempt<Result>(
  message: JobsMessage,
  i: number,
  at: number,
  what: "fit" | "estimate",
): Result | { readonly error: JobError } {
  const other = message.others.get(i);
  if (other?.error !== undefined) return { error: other.error };
  const text = message.models[message.numbers[at]!]!;
  const layout = message.numbers[at + 1]!;
  const start = at + JOB_HEAD;
  try {
    const data = layout < 0 ? other!.data! : columnsOf(message, message.layouts[layout]!, start, what);
    const { weights, matrices } = other ?? {};
    const model =
      weights == null && matrices == null
        ? compiledFrom(text)
        : compiled(JSON.parse(text) as ModelOptions, {
            ...(weights != null && { weights }),
            ...(matrices != null && { matrices }),
          });
    return model[what](data) as Result;
  } catch (error) {
    return { error: jobError(error) };
  }
}

function columnsOf(
  { numbers, texts }: JobsMessage,
  { names, kinds, rows }: Layout,
  start: number,
  what: "fit" | "estimate",
): DrmOptions["data"] {
  const data: Record<string, ColumnInput> = {};
  for (let c = 0; c < names.length; c++) {
    const from = start + c * rows;
    // a fit keeps its columns: not these, which will be overwritten
    const cells = what === "fit" ? numbers.slice(from, from + rows) : numbers.subarray(from, from + rows);
    data[names[c]!] = kinds[c] === "n" ? cells : { texts, codes: cells };
  }
  return data;
}

/** A guess, good for a model with five coefficients. */
const NUMBERS_A_JOB = ESTIMATES_HEAD + 3 * 5;

function packEstimates(
  jobs: number,
  estimate: (i: number) => Estimates | { readonly error: JobError },
): EstimatesAnswer {
  const shapes: Estimates["coefficients"][] = [];
  const messages: string[] = [];
  const errors = new Map<number, JobError>();
  const numbers = growing(new Float64Array(NUMBERS_A_JOB * jobs));
  for (let i = 0; i < jobs; i++) {
    const result = estimate(i);
    const at = numbers.length();
    if ("error" in result) {
      errors.set(i, result.error);
      numbers.grow(ESTIMATES_HEAD).fill(0, at, at + ESTIMATES_HEAD)[at] = -1;
      continue;
    }
    const { coefficients, estimates, stdErrors, atBoundary, logLik, nobs, code } = result;
    let shape = shapes.lastIndexOf(coefficients);
    if (shape < 0) shape = shapes.push(coefficients) - 1;
    let message = messages.indexOf(result.message);
    if (message < 0) message = messages.push(result.message) - 1;
    const count = estimates.length;
    const into = numbers.grow(ESTIMATES_HEAD + 3 * count);
    into[at] = shape;
    into[at + 1] = logLik;
    into[at + 2] = nobs;
    into[at + 3] = code;
    into[at + 4] = message;
    into[at + 5] = count;
    const start = at + ESTIMATES_HEAD;
    for (let k = 0; k < count; k++) {
      into[start + k] = estimates[k]!;
      into[start + count + k] = stdErrors[k]!;
      into[start + 2 * count + k] = atBoundary[k]!;
    }
  }
  return { shapes, messages, numbers: numbers.taken(), errors };
}
