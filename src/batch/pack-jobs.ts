import { DrmError } from "../errors";
import { cloneable } from "./cloneable";
import { type Growing, growing } from "./growing";
import type { BatchJob, ModelOptions } from "./job";
import { jobError } from "./job-error";
import { HEAD, type JobsMessage, type Layout, type Other } from "./messages";
import { namedColumns } from "./named-columns";

const MODEL_KEYS = ["formulas", "factors", "ordered", "fixed", "method", "starts", "maxEvaluations"] as const;
const JOB_KEYS = new Set<string>([...MODEL_KEYS, "id", "data", "matrices", "weights"]);

/**
 * Packs jobs for a worker. Columns of numbers and of text are copied into one array of numbers, which costs a hundredth
 * of cloning them; anything else is cloned. A job that cannot be sent is packed as its error. `expected` says how much
 * there will be: where it is right, as after a chunk like this one, nothing is moved again.
 */
export function packJobs(
  defaults: ModelOptions,
  want: JobsMessage["want"],
  expected: { readonly jobs: number; readonly numbers: number },
): { add(job: BatchJob): void; close(): JobsMessage } {
  const models = indexed<string>();
  const layouts: Layout[] = [];
  const texts = indexed<string>();
  const others = new Map<number, Other>();
  const heads = growing(HEAD * expected.jobs);
  const numbers = growing(expected.numbers);

  // the text of the model that most jobs have is made once
  let ofDefaults: PackedModel | null = null;
  const modelOf = (job: BatchJob): PackedModel => {
    const isDefault = MODEL_KEYS.every((key) => job[key] == null) && typeof job.weights !== "string";
    if (isDefault && ofDefaults !== null) return ofDefaults;
    const number = models.at(modelText(job, defaults));
    const model = { number, isNamed: namedColumns({ ...defaults, ...given(job) }) };
    if (isDefault) ofDefaults = model;
    return model;
  };
  const pack = (job: BatchJob, i: number): [model: number, layout: number, start: number] => {
    checkJob(job);
    const model = modelOf(job);
    const start = numbers.length();
    const given = job.weights ?? defaults.weights;
    // a column's name is part of the model
    const weights = typeof given === "string" ? null : given;
    const matrices = job.matrices ?? defaults.matrices;
    const columns = plainColumns(job.data, model.isNamed);
    if (columns === null || weights != null || matrices != null) {
      const other = {
        ...(columns === null && { data: cloneable(job, defaults) }),
        ...(weights != null && { weights }),
        ...(matrices != null && { matrices }),
      };
      others.set(i, structuredClone(other));
    }
    if (columns === null) return [model.number, -1, start];
    const { names, kinds, rows } = columns;
    packColumns(columns, numbers, texts.at);
    let layout = layouts.findLastIndex((known) => isSameLayout(known, columns));
    if (layout < 0) layout = layouts.push({ names, kinds, rows }) - 1;
    return [model.number, layout, start];
  };
  return {
    add(job) {
      const i = heads.length() / HEAD;
      try {
        heads.push(...pack(job, i));
      } catch (error) {
        heads.push(-1, -1, 0);
        others.set(i, { error: jobError(error) });
      }
    },
    close: () => ({
      want,
      models: models.all,
      layouts,
      heads: heads.taken(),
      numbers: numbers.taken(),
      texts: texts.all,
      others,
    }),
  };
}

/** The message of one of the jobs. */
export function onlyJob(message: JobsMessage, i: number): JobsMessage {
  const other = message.others.get(i);
  return {
    ...message,
    heads: message.heads.slice(HEAD * i, HEAD * (i + 1)),
    others: new Map(other === undefined ? [] : [[0, other]]),
  };
}

interface PackedModel {
  readonly number: number;
  /** columns that it may need */
  readonly isNamed: (name: string) => boolean;
}

/** What a job really says: undefined and null are nothing. */
function given(job: BatchJob): Partial<BatchJob> {
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
  const unknown = Object.keys(job).find((key) => !JOB_KEYS.has(key));
  if (unknown !== undefined) {
    throw new DrmError("bad_job", `a job has no '${unknown}': it has ${[...JOB_KEYS].join(", ")}`);
  }
}

interface PlainColumns extends Layout {
  readonly columns: readonly ArrayLike<unknown>[];
}

/** The named columns, of numbers and of text, all of one length; null for any other kind of data. */
function plainColumns(data: BatchJob["data"], isNamed: (name: string) => boolean): PlainColumns | null {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return null;
  const names: string[] = [];
  const columns: ArrayLike<unknown>[] = [];
  let kinds = "";
  let rows = -1;
  for (const [name, column] of Object.entries(data) as [string, ArrayLike<unknown>][]) {
    if (!Array.isArray(column) && !ArrayBuffer.isView(column)) return null;
    if (rows < 0) rows = column.length;
    // ragged columns are an error, even when they are not used
    if (column.length !== rows) return null;
    if (!isNamed(name)) continue;
    const kind = kindOf(column);
    if (kind === null) return null;
    names.push(name);
    columns.push(column);
    kinds += kind;
  }
  return names.length === 0 ? null : { names, kinds, rows, columns };
}

function isSameLayout(a: Layout, b: Layout): boolean {
  return a.rows === b.rows && a.kinds === b.kinds && a.names.every((name, c) => name === b.names[c]);
}

/** n for numbers, t for text; null for anything else, such as a column of booleans. */
function kindOf(column: unknown): "n" | "t" | null {
  if (ArrayBuffer.isView(column)) {
    return column instanceof DataView || typeof (column as Uint8Array)[0] === "bigint" ? null : "n";
  }
  if (!Array.isArray(column)) return null;
  let type = "number";
  let first = true;
  for (let i = 0; i < column.length; i++) {
    const cell: unknown = column[i];
    // a missing number and a missing text are the same to a column
    if (cell === null || cell === undefined || Number.isNaN(cell)) continue;
    if (first) type = typeof cell;
    first = false;
    if (typeof cell !== type) return null;
  }
  return type === "number" ? "n" : type === "string" ? "t" : null;
}

function packColumns(
  { kinds, rows, columns }: PlainColumns,
  numbers: Growing,
  textNumber: (text: string) => number,
): void {
  let at = numbers.length();
  const out = numbers.grow(rows * columns.length);
  columns.forEach((column, c) => {
    if (kinds[c] === "t") {
      for (let i = 0; i < rows; i++) {
        const cell = column[i];
        out[at++] = typeof cell === "string" ? textNumber(cell) : -1;
      }
    } else if (Array.isArray(column)) {
      for (let i = 0; i < rows; i++) out[at++] = (column[i] as number | null) ?? Number.NaN;
    } else {
      out.set(column as Float64Array, at);
      at += rows;
    }
  });
}

/** Distinct values, numbered in the order in which they come. */
function indexed<T>(): { readonly all: T[]; at: (value: T) => number } {
  const all: T[] = [];
  const numbers = new Map<T, number>();
  let last = -1;
  return {
    all,
    at(value) {
      if (last >= 0 && value === all[last]) return last;
      last = numbers.get(value) ?? -1;
      if (last < 0) {
        last = all.push(value) - 1;
        numbers.set(value, last);
      }
      return last;
    },
  };
}
