import { DrmError } from "../errors";
import { cloneable } from "./cloneable";
import { type Growing, growing } from "./growing";
import type { BatchJob, ModelOptions } from "./job";
import { jobError } from "./job-error";
import { JOB_HEAD, type JobsMessage, jobEnd, type Layout, type Other } from "./messages";
import { namedColumns } from "./named-columns";
import type { Recycled } from "./recycled";

const MODEL_KEYS = ["formulas", "factors", "ordered", "fixed", "method", "starts", "maxEvaluations"] as const;
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

/**
 * Copies the named columns, of numbers and of text, all of one length, to the end of `numbers`. Returns the number of
 * their layout, which is added where it is new; -1, and nothing is copied, for any other kind of data.
 */
function packColumns(
  data: BatchJob["data"],
  isNamed: (name: string) => boolean,
  numbers: Growing,
  textNumber: (text: string) => number,
  layouts: Layout[],
): number {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return -1;
  const columns = data as Readonly<Record<string, ArrayLike<unknown>>>;
  const start = numbers.length();
  // nearly always the job has the layout of the one before it: then nothing is made anew
  const last = layouts.at(-1);
  let count = 0;
  let names: string[] | null = last === undefined ? [] : null;
  let kinds = "";
  let rows = -1;
  for (const name in columns) {
    if (!Object.hasOwn(columns, name)) continue;
    const column = columns[name]!;
    const isColumn = Array.isArray(column) || ArrayBuffer.isView(column);
    if (isColumn && rows < 0) rows = column.length;
    // ragged columns are an error, even when they are not used
    let kind: Kind | null = null;
    if (isColumn && column.length === rows) {
      if (!isNamed(name)) continue;
      const at = numbers.length();
      kind = packColumn(column, numbers.grow(rows), at, textNumber);
    }
    if (kind === null) {
      numbers.shrink(start);
      return -1;
    }
    if (names === null && (last!.names[count] !== name || last!.kinds[count] !== kind)) {
      names = last!.names.slice(0, count);
      kinds = last!.kinds.slice(0, count);
    }
    if (names !== null) {
      names.push(name);
      kinds += kind;
    }
    count++;
  }
  if (count === 0) return -1;
  if (names === null) {
    if (last!.rows === rows && last!.names.length === count) return layouts.length - 1;
    names = last!.names.slice(0, count);
    kinds = last!.kinds.slice(0, count);
  }
  const made = { names, kinds, rows };
  const known = layouts.findIndex((layout) => isSameLayout(layout, made));
  return known >= 0 ? known : layouts.push(made) - 1;
}

function isSameLayout(a: Layout, b: Layout): boolean {
  return (
    a.rows === b.rows &&
    a.kinds === b.kinds &&
    a.names.length === b.names.length &&
    a.names.every((name, c) => name === b.names[c])
  );
}

/** n for numbers, t for text */
type Kind = "n" | "t";

/** Writes a column from `at` on; null for anything but numbers and text, such as a column of booleans. */
function packColumn(
  column: ArrayLike<unknown>,
  into: Float64Array,
  at: number,
  textNumber: (text: string) => number,
): Kind | null {
  if (ArrayBuffer.isView(column)) {
    if (column instanceof DataView || typeof column[0] === "bigint") return null;
    into.set(column as unknown as Float64Array, at);
    return "n";
  }
  const cells = column as readonly unknown[];
  let first = 0;
  // a missing number and a missing text are the same to a column
  while (first < cells.length && isMissing(cells[first])) first++;
  if (typeof cells[first] === "string") return packTexts(cells, into, at, textNumber) ? "t" : null;
  return packNumbers(cells, into, at) ? "n" : null;
}

// One loop for each kind of cells: one that met both would be compiled for neither.

/** False when a cell is not a number. */
function packNumbers(cells: readonly unknown[], into: Float64Array, at: number): boolean {
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (typeof cell === "number") into[at + i] = cell;
    else if (isMissing(cell)) into[at + i] = Number.NaN;
    else return false;
  }
  return true;
}

/** False when a cell is not text. */
function packTexts(
  cells: readonly unknown[],
  into: Float64Array,
  at: number,
  textNumber: (text: string) => number,
): boolean {
  let last: unknown = null;
  let lastNumber = -1;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell !== last) {
      last = cell;
      if (typeof cell === "string") lastNumber = textNumber(cell);
      else if (isMissing(cell)) lastNumber = -1;
      else return false;
    }
    into[at + i] = lastNumber;
  }
  return true;
}

function isMissing(cell: unknown): boolean {
  return cell === null || cell === undefined || Number.isNaN(cell);
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
