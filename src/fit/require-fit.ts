import { DrmError } from "../errors";
import { isList, shown } from "../options";

const PARTS = ["dpars", "designs", "response", "knownV", "fitted", "data", "rows", "optim", "dropped"];

/**
 * What every function of a fit asks first. A fit that went through JSON has lost its arrays of numbers, and would be read
 * wrongly rather than refused.
 *
 * @throws DrmError "bad_option" saying what was given instead
 */
export function requireFit(caller: string, fit: unknown): void {
  const given = (fit ?? {}) as Readonly<Record<string, unknown>>;
  const { kind, vcov, coefficients, drmeta } = given;
  if (kind === "drmeta-fit" && ArrayBuffer.isView(vcov) && isList(coefficients)) {
    if (PARTS.every((part) => typeof given[part] === "object" && given[part] !== null)) return;
  }
  const isSaved = kind === "drmeta-fit" || typeof drmeta === "string";
  const seen = isSaved
    ? "a fit that has been through JSON: save it with toJSON(fit, { full: true }) and reopen it with fromJSON()"
    : shown(fit);
  throw new DrmError("bad_option", `${caller}() takes a fit, as drm() returns it; it was given ${seen}`);
}
