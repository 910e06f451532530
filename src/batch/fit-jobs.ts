import { type DrmOptions, drm } from "../drm";
import type { Fit } from "../fit/fit";
import { drmFormula } from "../formula/formula";
import type { JobError, ModelOptions } from "./job";
import { type EstimatesAnswer, type FitsAnswer, HEAD, type JobsMessage, type Layout } from "./messages";
import { jobError } from "./pack-jobs";

/** Fits the jobs of a message. */
export function fitJobs(message: JobsMessage): {
  answer: EstimatesAnswer | FitsAnswer;
  transfer?: ArrayBuffer[];
} {
  const jobs = message.heads.length / HEAD;
  const outcomes = Array.from({ length: jobs }, (_, i) => fitJob(message, i));
  if (message.want === "fit") return { answer: outcomes };
  const answer = estimatesOf(outcomes);
  return { answer, transfer: [answer.numbers.buffer as ArrayBuffer] };
}

/** Fits one data set by options that come from outside. */
export function fitOne(model: ModelOptions, data: DrmOptions["data"], rest: Partial<DrmOptions> = {}): Fit {
  const { formulas, ...options } = model;
  return drm(drmFormula(...[formulas!].flat()), { warn: () => {}, ...options, ...rest, data });
}

type Outcome = Fit | { readonly error: JobError };

function fitJob(message: JobsMessage, i: number): Outcome {
  const other = message.others.get(i);
  if (other?.error !== undefined) return { error: other.error };
  const [model, layout, start] = message.heads.subarray(HEAD * i, HEAD * (i + 1)) as unknown as [
    number,
    number,
    number,
  ];
  try {
    const data = layout < 0 ? other!.data! : columnsOf(message, message.layouts[layout]!, start);
    const { weights, matrices } = other ?? {};
    return fitOne(JSON.parse(message.models[model]!) as ModelOptions, data, {
      ...(weights != null && { weights }),
      ...(matrices != null && { matrices }),
    });
  } catch (error) {
    return { error: jobError(error) };
  }
}

function columnsOf(
  { numbers, texts }: JobsMessage,
  { names, kinds, rows }: Layout,
  start: number,
): DrmOptions["data"] {
  const data: Record<string, Float64Array | (string | null)[]> = {};
  names.forEach((name, c) => {
    // a copy: a fit keeps its columns, and would keep those of all other jobs
    const column = numbers.slice(start + c * rows, start + (c + 1) * rows);
    data[name] = kinds[c] === "n" ? column : Array.from(column, (text) => (text < 0 ? null : texts[text]!));
  });
  return data;
}

function estimatesOf(outcomes: readonly Outcome[]): EstimatesAnswer {
  const shapes: EstimatesAnswer["shapes"][number][] = [];
  const shapeNumbers = new Map<string, number>();
  const messages: string[] = [];
  const errors = new Map<number, JobError>();
  const numbers: number[] = [];
  outcomes.forEach((outcome, i) => {
    if ("error" in outcome) {
      errors.set(i, outcome.error);
      numbers.push(-1, 0, 0, 0, 0, 0);
      return;
    }
    const { coefficients, logLik, nobs, optim } = outcome;
    const key = coefficients.map(({ dpar, term }) => `${dpar}\n${term}`).join("\n");
    let shape = shapeNumbers.get(key);
    if (shape === undefined) {
      shape = shapes.length;
      shapes.push(coefficients.map(({ dpar, term }) => ({ dpar, term })));
      shapeNumbers.set(key, shape);
    }
    let message = messages.indexOf(optim.message);
    if (message < 0) message = messages.push(optim.message) - 1;
    numbers.push(shape, logLik, nobs, optim.code, message, coefficients.length);
    for (const { estimate } of coefficients) numbers.push(estimate);
    for (const { stdError } of coefficients) numbers.push(stdError);
  });
  return { shapes, messages, numbers: Float64Array.from(numbers), errors };
}
