import { studentTCritical } from "../stats/student-t";
import { criticalValue } from "./level";

/**
 * Every interval of a mean, an SD or a difference of them is one of a linear combination of coefficients, on the link scale:
 *
 *   w'b + shift -+ q(df) sqrt(w' V w)
 *
 * with V and the distribution of q as testBasis() has them. Tables, predictions, marginal means, contrasts, prediction
 * intervals, reports and plots ask here, so that none of one fit contradicts another.
 */
export interface Combination {
  /** link scale, offset included */
  readonly estimate: number;
  /** of `estimate`; 0 where the variance is exactly 0, NaN where there is none */
  readonly stdError: number;
  /** of the t distribution; Infinity is the normal one. NaN: there are no limits, as where the variance is exactly 0 */
  readonly df: number;
}

/** Confidence limits of a combination, link scale; NaN where they do not exist. */
export interface Limits {
  /** lower limit */
  readonly lower: number;
  /** upper limit */
  readonly upper: number;
}

/**
 * The limits of combinations at a confidence level; NaN where they do not exist.
 * Throws DrmError("bad_option") unless 0 < level < 1.
 */
export function limitsAt(level: number): (combination: Combination) => Limits {
  criticalValue(level); // checks the level
  let [df, critical] = [Number.NaN, Number.NaN];
  return (combination) => {
    // rows and coefficients mostly share their df, and a quantile of t is a search
    if (combination.df !== df) [df, critical] = [combination.df, studentTCritical(level, combination.df)];
    const half = critical * combination.stdError;
    return { lower: combination.estimate - half, upper: combination.estimate + half };
  };
}
