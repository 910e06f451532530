import { locationsOf, sigmaOf } from "../../src/fit/dpars";
import { DrmError, type Fit, type MarginalMeans, marginalMeans } from "../../src/index";
import type { Test } from "../model/choices";

/** Means and SDs at average moderators: of every mu and sigma, for each level of `by` where it is a moderator of that one. */
export function meansOf(fit: Fit, by: string, test: Test): readonly MarginalMeans[] {
  const dpars = locationsOf(fit).flatMap(({ key, outcome }) => [key, sigmaOf(fit, outcome).key]);
  return dpars.flatMap((dpar) => means(fit, dpar, by, test) ?? means(fit, dpar, "", test) ?? []);
}

/** Null where `by` is not in the formula, or the grid of all moderators is too large. */
function means(fit: Fit, dpar: string, by: string, test: Test): MarginalMeans | null {
  try {
    return marginalMeans(fit, { dpar, by: by === "" ? [] : by, test });
  } catch (error) {
    if (error instanceof DrmError) return null;
    throw error;
  }
}
