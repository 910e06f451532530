import type { CsvOptions } from "../data/csv";
import type { Unpacked } from "../data/unpacked";
import type { DrmOptions } from "../drm";
import type { Estimates } from "../fit/estimates";
import type { Fit } from "../fit/fit";
import type { JobError, ModelOptions } from "./job";

/** Numbers of each job in `JobsMessage.numbers` before its cells: its model, and its layout (-1: no cells, see `others`). */
export const JOB_HEAD = 2;

/** A chunk of jobs as few large objects: numbers of all plain columns in one array. */
export interface JobsMessage {
  readonly want: "estimates" | "fit";
  /** JSON of a ModelOptions without weights and matrices: a worker keeps the compiled model by this text */
  readonly models: readonly string[];
  /** names and kinds of the columns of a job */
  readonly layouts: readonly Layout[];
  readonly jobs: number;
  /** where the first job begins in `numbers` */
  readonly start: number;
  /** job after job: JOB_HEAD numbers and then its cells, column after column. Longer than need be. */
  readonly numbers: Float64Array;
  /** the cells of text columns, which are numbers counted from 0, -1 for missing */
  readonly texts: readonly string[];
  /** what does not go into numbers, by the job's position in the chunk */
  readonly others: ReadonlyMap<number, Other>;
}

/** Where the job that begins at `at` ends. */
export function jobEnd({ numbers, layouts }: Pick<JobsMessage, "numbers" | "layouts">, at: number): number {
  const layout = layouts[numbers[at + 1]!];
  return at + JOB_HEAD + (layout === undefined ? 0 : layout.names.length * layout.rows);
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
  /** the data of a job that gives a path, as text or a sheet with how to read it, or as columns; or why there are none */
  readonly file?:
    | {
        readonly table: Unpacked;
        readonly cells: Pick<CsvOptions, "decimal" | "na" | "delimiter">;
        /** what was decided in reading it so far */
        readonly notes: readonly string[];
      }
    | { readonly columns: object }
    | { readonly error: string };
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
