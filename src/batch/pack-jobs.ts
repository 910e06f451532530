import { DrmError } from "../errors";
import { cloneable } from "./cloneable";
import { growing } from "./growing";
import type { BatchJob, ModelOptions } from "./job";
import { jobError } from "./job-error";
import { JOB_HEAD, type JobsMessage, jobEnd, type Layout, type Other } from "./messages";
import { namedColumns } from "./named-columns";
import { packColumns } from "./pack-columns";
import type { Recycled } from "./recycled";

const MODEL_KEYS = [
  "formulas",
  "factors",
  "ordered",
  "trees",
  "fixed",
  "method",
  "starts",
  "maxEvaluations",
] as const;
const JOB_KEYS = new Set<string>([...MODEL_KEYS, "id", "data", "matrices", "weights"]);

/** A chunk of jobs that is being filled. */
export interface OpenChunk {
  add(job: BatchJob): void;
  close(): JobsMessage;
}

/**
 * Opens chunks of jobs for workers. Columns of numbers and of text are copied into one array of numbers, which costs a
 * hundredth of cloning them; anything else is cloned. A job that cannot be sent is packed as its error. The array is
 * `memory`'s, as long as the chunk before this one needed it: nearly always nothing is moved again.
 */
export function jobPacker(
  defaults: ModelOptions,
  want: JobsMessage["want"],
  memory: Recycled,
): () => OpenChunk {
  let expected = 1024;
  // most jobs say nothing of their model
  const ofDefaults = lazy(() => packedModel(defaults, defaults));
  return () => {
    const models = indexed<string>();
    const layouts: Layout[] = [];
    const texts = indexed<string>();
    const others = new Map<number, Other>();
    const numbers = growing(memory.take(expected), memory.take);
    let jobs = 0;

    const pack = (job: BatchJob): void => {
      checkJob(job);
      const model = isDefault(job) ? ofDefaults() : packedModel(job, defaults);
      const at = numbers.length();
      numbers.grow(JOB_HEAD);
      const given = job.weights ?? defaults.weights;
      // a column's name is part of the model
      const weights = typeof given === "string" ? null : given;
      const matrices = job.matrices ?? defaults.matrices;
      const layout = packColumns(job.data, model.isNamed, numbers, texts.at, layouts);
      if (layout < 0 || weights != null || matrices != null) {
        const other = {
          ...(layout < 0 && { data: cloneable(job, defaults) }),
          ...(weights != null && { weights }),
          ...(matrices != null && { matrices }),
        };
        others.set(jobs, structuredClone(other));
      }
      const head = numbers.taken();
      head[at] = models.at(model.text);
      head[at + 1] = layout;
    };
    return {
      add(job) {
        const at = numbers.length();
        try {
          pack(job);
        } catch (error) {
          numbers.shrink(at);
          numbers.grow(JOB_HEAD).fill(-1, at, at + JOB_HEAD);
          others.set(jobs, { error: jobError(error) });
        }
        jobs++;
      },
      close() {
        expected = Math.max(expected, numbers.length());
        return {
          want,
          models: models.all,
          layouts,
          jobs,
          start: 0,
          numbers: numbers.taken(),
          texts: texts.all,
          others,
        };
      },
    };
  };
}

/** The message of one of the jobs. */
export function onlyJob(message: JobsMessage, i: number): JobsMessage {
  let start = message.start;
  for (let before = 0; before < i; before++) start = jobEnd(message, start);
  const other = message.others.get(i);
  return { ...message, jobs: 1, start, others: new Map(other === undefined ? [] : [[0, other]]) };
}

interface PackedModel {
  /** see JobsMessage.models */
  readonly text: string;
  /** columns that it may need */
  readonly isNamed: (name: string) => boolean;
}

function packedModel(job: ModelOptions, defaults: ModelOptions): PackedModel {
  return { text: modelText(job, defaults), isNamed: namedColumns({ ...defaults, ...given(job) }) };
}

function isDefault(job: BatchJob): boolean {
  for (const key of MODEL_KEYS) if (job[key] != null) return false;
  return typeof job.weights !== "string";
}

function lazy<T extends object>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

/** What a job really says: undefined and null are nothing. */
function given(job: ModelOptions): Partial<ModelOptions> {
  return Object.fromEntries(Object.entries(job).filter(([, value]) => value != null));
}

function modelText(job: ModelOptions, defaults: ModelOptions): string {
  const model: Record<string, unknown> = {};
  for (const key of MODEL_KEYS) model[key] = job[key] ?? defaults[key];
  const weights = job.weights ?? defaults.weights;
  if (typeof weights === "string") model.weights = weights;
  return JSON.stringify(model);
}

function checkJob(job: BatchJob): void {
  if (typeof job !== "object" || job === null || !("data" in job)) {
    throw new DrmError(
      "bad_job",
      "wanted a job: an object with data, and formulas unless the options have them",
    );
  }
  for (const key in job) {
    if (!JOB_KEYS.has(key)) {
      throw new DrmError("bad_job", `a job has no '${key}': it has ${[...JOB_KEYS].join(", ")}`);
    }
  }
}

/** Up to this many values are looked for one by one. */
const FEW = 8;

/** Distinct values, numbered in the order in which they come. */
function indexed<T>(): { readonly all: T[]; at: (value: T) => number } {
  const all: T[] = [];
  let numbers: Map<T, number> | null = null;
  return {
    all,
    at(value) {
      const known = numbers === null ? all.indexOf(value) : (numbers.get(value) ?? -1);
      if (known >= 0) return known;
      const number = all.push(value) - 1;
      if (numbers !== null) numbers.set(value, number);
      else if (all.length > FEW) numbers = new Map(all.map((each, i) => [each, i]));
      return number;
    },
  };
}
