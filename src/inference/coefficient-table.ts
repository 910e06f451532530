import type { Fit } from "../fit/fit";
import { normalTwoSidedP } from "../stats/normal";
import { coefficientName } from "./coefficients";
import { criticalValue } from "./level";

/** One coefficient with its Wald test against 0 and interval, link scale. NaN where a number does not exist. */
export interface CoefficientRow {
  /** "dpar:term" */
  readonly name: string;
  readonly dpar: string;
  readonly term: string;
  readonly estimate: number;
  readonly stdError: number;
  /** estimate / stdError */
  readonly statistic: number;
  /** 2 Phi(-|statistic|) */
  readonly pValue: number;
  readonly lower: number;
  readonly upper: number;
  readonly atBoundary: boolean;
}

/**
 * All coefficients in the order of `vcov(fit)`, with Wald z tests and intervals estimate -+ z * SE.
 * Every table, JSON and interval reads from here. Throws DrmError("bad_option") for a level outside (0, 1).
 */
export function coefficientTable(fit: Fit, level = 0.95): readonly CoefficientRow[] {
  const critical = criticalValue(level);
  return fit.coefficients.map(({ dpar, term, estimate, stdError, atBoundary }) => {
    // -Infinity / NaN is NaN already; an infinite estimate with a finite SE must not turn into a p-value of 0
    const statistic = atBoundary ? Number.NaN : estimate / stdError;
    const half = atBoundary ? Number.NaN : critical * stdError;
    return {
      name: coefficientName({ dpar, term }),
      dpar,
      term,
      estimate,
      stdError,
      statistic,
      pValue: normalTwoSidedP(statistic),
      lower: estimate - half,
      upper: estimate + half,
      atBoundary,
    };
  });
}
