import type { Fit } from "../../fit/fit";
import { type CoefficientRow, positionOf } from "../../inference/coefficient-table";
import { linkOf } from "../../inference/links";
import { scaleLimits, scaleMethod } from "../../inference/scale-limits";
import { coefficientTarget } from "../../opened/profile";
import { howWords } from "../limits-line";
import type { Interval } from "./numbers";

/**
 * A coefficient of sigma, sd(group) or rho12 that stands alone, such as an intercept, as an SD or a correlation. At its
 * boundary it has limits by profile likelihood only.
 */
export function scaleEstimate(fit: Fit, row: Pick<CoefficientRow, "dpar" | "term">, level: number): Interval {
  const method = scaleMethod(fit);
  const { response } = linkOf(fit, row.dpar);
  const target = coefficientTarget(fit, positionOf(fit, row));
  const { lower, upper } = scaleLimits(fit, [target], level, method)[0]!;
  return {
    estimate: response(target.estimate),
    lower: response(lower),
    upper: response(upper),
    how: howWords(method),
  };
}
