import { listOf } from "../data/doubles";
import { DrmError } from "../errors";
import type { Signal } from "../inference/signal";
import { checkOptions, type OptionKinds, shown } from "../options";
import { formulaOfTexts } from "./compiled";
import { inOrder, type Source, type Task } from "./in-order";
import type { BatchJob, EstimatesResult, FailedResult, FitResult, ModelOptions } from "./job";
import { crashError, received } from "./job-error";
import { ESTIMATES_HEAD, type EstimatesAnswer, type FitsAnswer, type JobsMessage } from "./messages";
import type { METHODS } from "./methods";
import { jobPacker, onlyJob } from "./pack-jobs";
import { POOL_OPTIONS, type PoolOptions, startPool } from "./pool";
import { type OnProgress, progressOf } from "./progress";
import { recycled } from "./recycled";

/** What fitMany() is told: the model of jobs that bring none, and how they are run. */
export interface FitManyOptions extends ModelOptions, PoolOptions {
  /** "estimates" (the default) for compact numbers, "fit" for complete fits */
  readonly result?: "estimates" | "fit";
  /** called after each chunk of results */
  readonly onProgress?: OnProgress | undefined;
  /** ends the batch at once: its reason is thrown, and no worker is left */
  readonly signal?: Signal | undefined;
}

const FIT_MANY_OPTIONS: OptionKinds<FitManyOptions> = {
  result: "text",
  onProgress: "function",
  signal: "signal",
  formulas: "texts",
  factors: "object?",
  ordered: "textList?",
  matrices: "object?",
  trees: "object?",
  weights: "any",
  fixed: "object?",
  method: "text",
  starts: "number",
  maxEvaluations: "number",
  ...POOL_OPTIONS,
};

/**
 * Fits many data sets, each as drm() would, on all cores: an iterable of jobs in (an array, a generator, a stream), an
 * async iterable of results out, in the order of the jobs.
 *
 *     for await (const result of fitMany(jobs, { formulas: "yi ~ x + meta_V(V = vi)" })) {
 *       if (result.ok) console.log(result.id, result.estimates);
 *       else console.error(result.index, result.error.message);
 *     }
 *
 * A `result` is "estimates", the numbers alone (default), or "fit", what drm() returns.
 *
 * Jobs are read when there is room for them: memory is bounded however many there are. A job that fails gives a result
 * that is not `ok`, with its error, and stops nothing; one that does not converge gives its numbers with `code` 1. A
 * worker that dies is replaced and its jobs run again. The results do not depend on the number of workers.
 *
 * `starts: 1` is the fastest: one search from the moment estimate and none for second maxima, which small location-scale
 * data sets have now and then (drm() with its default number of starts finds the best of them).
 *
 * @throws DrmError "bad_option" for options that no job can run with, "not_supported" where workers cannot be started (in Node
 *   the permission model needs --allow-worker); the signal's reason; an error of the iterable
 */
export function fitMany(
  jobs: Source<BatchJob>,
  options: FitManyOptions & { readonly result: "fit" },
): AsyncGenerator<FitResult | FailedResult, void, undefined>;
export function fitMany(
  jobs: Source<BatchJob>,
  options?: FitManyOptions & { readonly result?: "estimates" },
): AsyncGenerator<EstimatesResult | FailedResult, void, undefined>;
export async function* fitMany(
  jobs: Source<BatchJob>,
  options: FitManyOptions = {},
): AsyncGenerator<EstimatesResult | FitResult | FailedResult, void, undefined> {
  checkOptions("fitMany", options, FIT_MANY_OPTIONS);
  if (
    typeof jobs !== "object" ||
    jobs === null ||
    !(Symbol.iterator in jobs || Symbol.asyncIterator in jobs)
  ) {
    throw new DrmError(
      "bad_option",
      `fitMany() takes an array of jobs, or another iterable of them; it was given ${shown(jobs)}`,
    );
  }
  const { result: want = "estimates", workers, workerUrl, signal, onProgress, ...model } = options;
  if (want !== "estimates" && want !== "fit") {
    throw new DrmError("bad_option", `result = '${String(want)}': wanted "estimates" or "fit"`);
  }
  // an error in these is not one of a job
  if (model.formulas !== undefined) formulaOfTexts([model.formulas].flat());
  const progress = progressOf(onProgress, Array.isArray(jobs) ? jobs.length : undefined);
  const runner = startPool({ workers, workerUrl });
  for await (const results of inOrder(jobs, fitTask(model, want), runner, signal)) {
    let done = 0;
    let failed = 0;
    for (const result of results) {
      signal?.throwIfAborted();
      yield result;
      done++;
      if (!result.ok) failed++;
    }
    progress.add(done, failed);
  }
}

type Result = EstimatesResult | FitResult | FailedResult;
type Coefficients = EstimatesResult["coefficients"];

interface Chunk {
  readonly first: number;
  /** by the job's position; jobs without an id are not there */
  readonly ids: ReadonlyMap<number, string | number>;
  readonly message: JobsMessage;
}

function fitTask(
  model: ModelOptions,
  want: JobsMessage["want"],
): Task<BatchJob, Chunk, EstimatesAnswer | FitsAnswer, Result> {
  const memory = recycled();
  const openChunk = jobPacker(model, want, memory);
  const coefficientsOf = oneForAll();
  return {
    method: "fitJobs" satisfies keyof typeof METHODS,
    open(first) {
      const ids = new Map<number, string | number>();
      const jobs = openChunk();
      let count = 0;
      return {
        add(job) {
          if (job?.id != null) ids.set(count, job.id);
          count++;
          jobs.add(job);
        },
        close() {
          return { first, ids, message: jobs.close() };
        },
      };
    },
    message: ({ message }) => message,
    only: ({ first, ids, message }, i) => {
      const id = ids.get(i);
      return {
        first: first + i,
        ids: new Map(id === undefined ? [] : [[0, id]]),
        message: onlyJob(message, i),
      };
    },
    unpack: (answer, chunk) =>
      "numbers" in answer ? unpackEstimates(answer, chunk, coefficientsOf) : unpackFits(answer, chunk),
    done: ({ message }) => memory.giveBack(message.numbers),
    crashed: ({ first, ids }, why) => ({
      index: first,
      id: ids.get(0) ?? null,
      ok: false,
      error: crashError(why),
    }),
  };
}

function unpackFits(answer: FitsAnswer, { first, ids }: Chunk): Result[] {
  return answer.map((outcome, i) => {
    const numbered = { index: first + i, id: ids.get(i) ?? null };
    if ("error" in outcome) return { ...numbered, ok: false, error: received(outcome.error) };
    return { ...numbered, ok: true, fit: Object.freeze(outcome) };
  });
}

/** Results come into being one by one: those of a whole chunk would outlive a collection of garbage, which costs more. */
function* unpackEstimates(
  { shapes: sent, messages, numbers, errors }: EstimatesAnswer,
  { first, ids, message: { jobs } }: Chunk,
  coefficientsOf: (sent: Coefficients) => Coefficients,
): Generator<Result> {
  const shapes = sent.map(coefficientsOf);
  let at = 0;
  for (let i = 0; i < jobs; i++) {
    const id = ids.get(i) ?? null;
    const shape = numbers[at]!;
    const logLik = numbers[at + 1]!;
    const nobs = numbers[at + 2]!;
    const code = numbers[at + 3] as 0 | 1 | 2;
    const message = numbers[at + 4]!;
    const count = numbers[at + 5]!;
    const start = at + ESTIMATES_HEAD;
    at = start + 3 * count;
    if (shape < 0) {
      yield { index: first + i, id, ok: false, error: received(errors.get(i)!) };
      continue;
    }
    yield {
      index: first + i,
      id,
      ok: true,
      coefficients: shapes[shape]!,
      estimates: listOf(numbers, start, count),
      stdErrors: listOf(numbers, start + count, count),
      atBoundary: listOf(numbers, start + 2 * count, count),
      logLik,
      nobs,
      code,
      message: messages[message]!,
    };
  }
}

/** The array that came before with the same coefficients, if it was the last: each answer brings copies. */
function oneForAll(): (sent: Coefficients) => Coefficients {
  let last: Coefficients = [];
  return (sent) => {
    const isSame =
      sent.length === last.length &&
      sent.every(({ dpar, term }, i) => dpar === last[i]!.dpar && term === last[i]!.term);
    if (!isSame) last = sent;
    return last;
  };
}
