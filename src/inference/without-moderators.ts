import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { update } from "../update/update";

/**
 * The fit of the same rows with an intercept for every mean, all else as it was: random intercepts, offsets, the formulas
 * of the scale, V, weights, method.
 * Throws DrmError("bad_option") for a fit whose means have no moderators.
 */
export function withoutModerators(fit: Fit): Fit {
  const locations = Object.keys(fit.response).filter((dpar) => fit.designs[dpar]!.termLabels.length > 0);
  if (locations.length === 0) {
    const means = Object.keys(fit.response);
    const has = means.length === 1 ? "has" : "have";
    throw new DrmError(
      "bad_option",
      `${means.join(" and ")} ${has} no moderators: there is nothing to leave out`,
    );
  }
  const formula = locations.map((dpar) => {
    const { termLabels } = fit.designs[dpar]!;
    return `${dpar} ~ . + 1 - ${termLabels.join(" - ")}`;
  });
  return update(fit, { formula });
}
