import type { Design } from "../design/design";
import { dparOf, isSd } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { leastSquares } from "../linalg/least-squares";
import { norm } from "../linalg/vector";

/** Relative: a constant that the columns miss by less is in their span, and a share below is none. */
const ROUNDING = 1e-8;

/**
 * Which coefficients, by position in `fit.coefficients`, are intercepts or cell means on a log-SD scale: 0 there is an SD of
 * 1, which is no hypothesis, as it depends on the unit of the effect sizes. They are those that a change of unit moves:
 * effect sizes times c have log-SDs larger by log c, in coefficients larger by a log c, where the columns times a are 1
 * in every row,
 *
 *   X a = 1.
 *
 * With an intercept a is 1 there and 0 elsewhere; without one it is 1 for the cells of a term that stands in for it, as in
 * `sigma ~ 0 + habitat` or `~ 0 + habitat:region`, and 0 for the contrasts and slopes beside them. Where no a exists, as in
 * `sigma ~ 0 + x`, every coefficient is a slope. Coefficients of mu and rho12 never are among them.
 */
export function logSdIntercepts(fit: Fit): Uint8Array {
  const { coefficients, designs } = fit;
  const out = new Uint8Array(coefficients.length);
  const columnsOf = new Map<string, readonly boolean[]>();
  const seen = new Map<string, number>();
  coefficients.forEach(({ dpar }, i) => {
    const design = designs[dpar];
    if (design === undefined || !isSd(dparOf(fit, dpar))) return;
    let columns = columnsOf.get(dpar);
    if (columns === undefined) {
      columns = movedByUnit(design);
      columnsOf.set(dpar, columns);
    }
    const j = seen.get(dpar) ?? 0;
    seen.set(dpar, j + 1);
    if (columns[j]) out[i] = 1;
  });
  return out;
}

/** By column, whether its part of a is not 0. */
export function movedByUnit({
  assign,
  names,
  nrow,
  values,
  present,
  recipe,
}: Pick<Design, "assign" | "names" | "nrow" | "values" | "present" | "recipe">): readonly boolean[] {
  if (recipe.intercept) return assign.map((term) => term === 0);
  // dummies of all cells add up to 1, and in a design of full rank there is one a only
  const cells = recipe.terms.findIndex(({ full }) => full.length > 0 && full.every(Boolean));
  if (cells >= 0) return assign.map((term) => term === cells + 1);
  // numbers may do the same: ~ 0 + x + I(1 - x) with x of 0 and 1
  const ones = Float64Array.from({ length: nrow }, (_, i) => (present?.[i] === 0 ? 0 : 1));
  const { Q, inverseR, residual } = leastSquares(values, ones, nrow, names.length);
  const length = norm(ones);
  if (!(norm(residual) <= ROUNDING * length)) return names.map(() => false);
  const projected = Q.map((q) => q.reduce((sum, value, i) => sum + value * ones[i]!, 0));
  return names.map((_, j) => {
    let share = 0;
    projected.forEach((value, k) => {
      share += inverseR[j * names.length + k]! * value;
    });
    return Math.abs(share) * norm(values.subarray(j * nrow, (j + 1) * nrow)) > ROUNDING * length;
  });
}
