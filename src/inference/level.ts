import { DrmError } from "../errors";
import { normalCritical } from "../stats/normal";

/**
 * Half-width of a central normal interval in standard errors, after checking the level.
 * Throws DrmError("bad_option") unless 0 < level < 1.
 */
export function criticalValue(level: number): number {
  if (!(level > 0 && level < 1)) {
    throw new DrmError("bad_option", `level ${level}: a confidence level lies between 0 and 1, such as 0.95`);
  }
  return normalCritical(level);
}
