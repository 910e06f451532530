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
  | "bad_weights"
  | "bad_option" // an unknown or contradictory option of drm()
  | "no_rows" // nothing left to fit
  | "not_supported" // valid, but not something this version fits
  | "too_large" // would not fit in WebAssembly memory
  | "not_positive_definite"
  | "bad_job" // what a batch was given is not a job
  | "usage"; // command line

/** Thrown for bad input. Non-convergence is not an error: it is a status in the fit. */
export class DrmError extends Error {
  override readonly name = "DrmError";
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** `did you mean 'habitat'?` for the nearest known name, or the empty string. */
export function didYouMean(name: string, known: Iterable<string>): string {
  let best = "";
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    // no fewer changes than that, and long texts take time
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best === "" ? "" : `; did you mean '${best}'?`;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
