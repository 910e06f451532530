import { BRAND, branded } from "./error-brand";

export { didYouMean } from "./did-you-mean";

/**
 * Every error that bad input can cause. One sentence each: what was seen, what was wanted, what to do.
 * `code` is stable and meant for programs; `message` is meant for people.
 */
export type ErrorCode =
  | "bad_data" // the table itself: ragged columns, bad cells
  | "unknown_column" // a name that is neither a column nor a supplied matrix
  | "bad_formula" // syntax, or a term that does not belong where it stands
  | "bad_term" // a term that parses but cannot be evaluated on these data
  | "bad_factor" // levels: one level, unknown level, duplicate level
  | "aliased_design" // rank-deficient design matrix
  | "bad_known_v" // sampling variances or covariances
  | "bad_structure" // a tree, or a matrix of known correlations among levels
  | "bad_weights"
  | "bad_option" // an unknown or contradictory option of drm()
  | "no_rows" // nothing left to fit
  | "not_supported" // valid, but not something this version fits
  | "too_large" // would not fit in WebAssembly memory
  | "not_positive_definite"
  | "bad_job" // what a batch was given is not a job
  | "usage"; // command line

/**
 * Thrown for bad input. Non-convergence is not an error: it is a status in the fit.
 *
 * `instanceof DrmError` holds for the errors of one loaded copy of drmeta; isDrmError() for those of all.
 */
export class DrmError extends Error {
  /** always "DrmError", also where a minifier has renamed the class */
  declare readonly name: "DrmError";
  /** What went wrong, for programs: stable, unlike `message`, which is for people. */
  readonly code: ErrorCode;

  /**
   * @param code what went wrong, for programs
   * @param message what was seen, what was wanted and what to do
   */
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  static {
    // on the prototype before the first error is made, so that its stack starts with it
    branded(DrmError.prototype);
    // a minifier renames the class
    Object.defineProperty(DrmError, "name", { value: "DrmError" });
  }
}

/**
 * Whether something that was caught is a DrmError, of whichever copy of drmeta: an app may have loaded the ES module and
 * the CommonJS one, or bundled one and loaded another, and each has a class of its own. Also true of the `error` of a failed
 * result of `drmeta/batch`, whose class a worker's message cannot carry, when bad input was the cause.
 */
export function isDrmError(x: unknown): x is DrmError {
  return typeof x === "object" && x !== null && (x as { readonly [BRAND]?: unknown })[BRAND] === true;
}
