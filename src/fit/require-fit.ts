import { DrmError } from "../errors";
import { shown } from "../options";

/**
 * What every function of a fit asks first. A fit that went through JSON has lost its arrays of numbers, and would be read
 * wrongly rather than refused.
 *
 * @throws DrmError "bad_option" saying what was given instead
 */
export function requireFit(caller: string, fit: unknown): void {
  const { kind, vcov, drmeta } = (fit ?? {}) as { readonly kind?: unknown; vcov?: unknown; drmeta?: unknown };
  if (kind === "drmeta-fit" && ArrayBuffer.isView(vcov)) return;
  const isSaved = kind === "drmeta-fit" || typeof drmeta === "string";
  const seen = isSaved
    ? "a fit that has been through JSON: save it with toJSON(fit, { full: true }) and reopen it with fromJSON()"
    : shown(fit);
  throw new DrmError("bad_option", `${caller}() takes a fit, as drm() returns it; it was given ${seen}`);
}
