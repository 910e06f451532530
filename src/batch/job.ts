import type { DrmOptions } from "../drm";
import type { Estimates } from "../fit/estimates";
import type { Fit } from "../fit/fit";

/** What a job may say beside its data; what it does not say is taken from the options of the call. */
export interface ModelOptions extends Omit<DrmOptions, "data" | "family" | "warn"> {
  /** as of drmFormula(): one string, or one for each parameter that has a formula */
  readonly formulas?: string | readonly string[];
}

/** One data set to fit. `data` is what drm() takes. */
export interface BatchJob extends ModelOptions {
  /** comes back with the result */
  readonly id?: string | number | undefined;
  /** the data set, as drm() takes it */
  readonly data: DrmOptions["data"];
}

/** Which job a result is of. */
export interface Numbered {
  /** of the job, counting from 0 */
  readonly index: number;
  /** the job's own id, or null */
  readonly id: string | number | null;
}

/** The numbers of a fit, for volume: a complete Fit costs many times more to make and to hand on. */
export interface EstimatesResult extends Numbered, Estimates {
  /** true: the job was fitted (`code` says whether it converged) */
  readonly ok: true;
}

/** A complete fit. */
export interface FitResult extends Numbered {
  /** true: the job was fitted (`fit.optim.code` says whether it converged) */
  readonly ok: true;
  /** what drm() returns for the job */
  readonly fit: Fit;
}

/** A job that could not be fitted. */
export interface FailedResult extends Numbered {
  /** false: the job could not be fitted */
  readonly ok: false;
  /** why; isDrmError() holds for it where bad input was the cause */
  readonly error: JobError;
}

/** Why a job could not be fitted, as plain data. */
export interface JobError {
  /**
   * of the DrmError; "worker_crashed" when no worker survived the job, twice; "unexpected" for a fault of drmeta's own
   */
  readonly code: string;
  /** what was seen, what was wanted and what to do */
  readonly message: string;
}
