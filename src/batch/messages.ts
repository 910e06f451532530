import type { DrmOptions } from "../drm";
import type { Estimates } from "../fit/estimates";
import type { Fit } from "../fit/fit";
import type { JobError, ModelOptions } from "./job";

/** Numbers of each job in `JobsMessage.heads`. */
export const HEAD = 3;

/** A chunk of jobs as few large objects: numbers of all plain columns in one array. */
export interface JobsMessage {
  readonly want: "estimates" | "fit";
  /** JSON of a ModelOptions without weights and matrices: a worker keeps the compiled model by this text */
  readonly models: readonly string[];
  /** names and kinds of the columns of a job */
  readonly layouts: readonly Layout[];
  /** HEAD numbers a job: its model, its layout (-1: its data are in `others`), the start of its numbers */
  readonly heads: Float64Array;
  /** column after column */
  readonly numbers: Float64Array;
  /** the cells of text columns, which are numbers counted from 0, -1 for missing */
  readonly texts: readonly string[];
  /** what does not go into numbers, by the job's position in the chunk */
  readonly others: ReadonlyMap<number, Other>;
}

export interface Layout {
  readonly names: readonly string[];
  /** one character a column: n for numbers, t for text */
  readonly kinds: string;
  readonly rows: number;
}

export interface Other {
  readonly data?: DrmOptions["data"];
  readonly matrices?: ModelOptions["matrices"];
  readonly weights?: ModelOptions["weights"];
  /** the job cannot be sent */
  readonly error?: JobError;
}

/** Numbers of each job in `EstimatesAnswer.numbers` before those of its coefficients. */
export const ESTIMATES_HEAD = 6;

export interface EstimatesAnswer {
  readonly shapes: readonly Estimates["coefficients"][];
  readonly messages: readonly string[];
  /** by job: shape (-1: in `errors`), logLik, nobs, code, message, count; then count estimates, standard errors, and marks */
  readonly numbers: Float64Array;
  readonly errors: ReadonlyMap<number, JobError>;
}

export type FitsAnswer = readonly (Fit | { readonly error: JobError })[];

/** One line of a job file. */
export interface JobLine {
  /** of the line in the file, from 1 */
  readonly number: number;
  readonly text: string;
  /** the line cannot even be read */
  readonly problem?: string;
  /** the data of a job that gives a path, as CSV text or columns, or why there are none */
  readonly file?: { readonly csv: string } | { readonly columns: object } | { readonly error: string };
}

export interface LinesMessage {
  readonly lines: readonly JobLine[];
  /** for what the jobs do not say */
  readonly defaults: ModelOptions;
  readonly level: number;
  readonly fitted: boolean;
}

/** A line of results, without its line end, and how the job went. */
export interface ResultLine {
  readonly text: string;
  readonly outcome: "converged" | "not converged" | "failed";
}
