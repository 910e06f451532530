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
  readonly data: DrmOptions["data"];
}

interface Numbered {
  /** of the job, counting from 0 */
  readonly index: number;
  readonly id: string | number | null;
}

/** The numbers of a fit, for volume: a complete Fit costs many times more to make and to hand on. */
export interface EstimatesResult extends Numbered, Estimates {
  readonly ok: true;
}

/** A complete fit. */
export interface FitResult extends Numbered {
  readonly ok: true;
  readonly fit: Fit;
}

/** A job that could not be fitted. */
export interface FailedResult extends Numbered {
  readonly ok: false;
  readonly error: JobError;
}

export interface JobError {
  /**
   * of the DrmError; "worker_crashed" when no worker survived the job, twice; "unexpected" for a fault of drmeta's own
   */
  readonly code: string;
  readonly message: string;
}
