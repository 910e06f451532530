import { studentTCritical, studentTTwoSidedP } from "../stats/student-t";

/** An estimate with its Wald test and limits; NaN where a number does not exist. */
export interface Estimate {
  /** the number */
  readonly estimate: number;
  /** its standard error */
  readonly stdError: number;
  /** estimate / stdError */
  readonly statistic: number;
  /** of the t distribution of the statistic; Infinity is the normal one */
  readonly df: number;
  /** two-sided */
  readonly pValue: number;
  /** lower confidence limit */
  readonly lower: number;
  /** upper confidence limit */
  readonly upper: number;
}

/** With its test of 0. */
export function tested({
  estimate,
  stdError,
  df,
  lower,
  upper,
}: Omit<Estimate, "statistic" | "pValue">): Estimate {
  const statistic = estimate / stdError;
  return { estimate, stdError, statistic, df, pValue: studentTTwoSidedP(statistic, df), lower, upper };
}

/** estimate -+ q(df) stdError, and the test of 0. */
export function waldEstimate(estimate: number, stdError: number, df: number, level: number): Estimate {
  const half = studentTCritical(level, df) * stdError;
  return tested({ estimate, stdError, df, lower: estimate - half, upper: estimate + half });
}

/** Sum of w y / sum of w, and the sum of w: the mean of independent effect sizes, whose variance is 1 / sum of w. */
export function weightedMean(
  yi: ArrayLike<number>,
  weights: ArrayLike<number>,
): { mean: number; total: number } {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < yi.length; i++) {
    sum += weights[i]! * yi[i]!;
    total += weights[i]!;
  }
  return { mean: sum / total, total };
}

/** The same with the weights 1 / (v + tau2): by default the common-effect mean. */
export function inverseVarianceMean(
  { yi, vi }: { readonly yi: Float64Array; readonly vi: Float64Array },
  tau2 = 0,
): { mean: number; total: number } {
  return weightedMean(
    yi,
    vi.map((v) => 1 / (v + tau2)),
  );
}
