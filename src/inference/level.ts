import { DrmError } from "../errors";
import { shown } from "../options";
import { normalCritical } from "../stats/normal";

/**
 * Half-width of a central normal interval in standard errors, after checking the level.
 * Throws DrmError("bad_option") unless 0 < level < 1.
 */
export function criticalValue(level: number): number {
  if (!(typeof level === "number" && level > 0 && level < 1)) {
    throw new DrmError(
      "bad_option",
      `level ${shown(level)}: a confidence level lies between 0 and 1, such as 0.95`,
    );
  }
  return normalCritical(level);
}
