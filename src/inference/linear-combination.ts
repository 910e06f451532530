import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { checkArgument, checkOptions, type OptionKinds } from "../options";
import { count } from "../words";
import { coefficientIndices, coefficientName } from "./coefficients";
import { type Combination, type Limits, limitsAt } from "./limits";
import { locationCount } from "./residual-df";
import { vanishingVariance } from "./robust/cluster-terms";
import { sandwichOf } from "./robust/sandwich";
import { wishartDf } from "./robust/satterthwaite";
import { covarianceOf, type TestBasis, type TestStatistic, testBasis } from "./test-basis";

/** Some coefficients, such as those of one dpar, as combinations need them. */
export interface CombinedCoefficients {
  readonly estimates: readonly number[];
  /** k x k */
  readonly covariance: readonly (readonly number[])[];
  /** whether the variance of a combination with these weights is 0 though rounding hides it; default never */
  readonly vanishes?: (weights: ArrayLike<number>) => boolean;
  /** of a combination with these weights */
  readonly dfOf: (weights: ArrayLike<number>) => number;
}

/** A variance this small beside its terms is what rounding leaves of 0. */
const CANCELLED = 1e-14;

/** The coefficients at some positions of `fit.coefficients` by a test basis: of one dpar with its coefficientIndices(). */
export function combinedCoefficients(
  fit: Fit,
  basis: TestBasis,
  indices: readonly number[],
): CombinedCoefficients {
  return {
    estimates: indices.map((i) => fit.coefficients[i]!.estimate),
    covariance: covarianceOf(basis, indices),
    vanishes: vanishingVariance(fit, indices),
    dfOf: degreesOfFreedom(fit, basis, indices),
  };
}

/**
 * w'b + shift. A weight of 0 contributes nothing whatever the coefficient, so that a combination which a coefficient at its
 * boundary (infinite, without a standard error) does not concern keeps its finite numbers. A combination of no
 * coefficients at all is a known number: standard error 0, limits equal to it.
 */
export function combine(
  { estimates, covariance, vanishes, dfOf }: CombinedCoefficients,
  weights: ArrayLike<number>,
  shift = 0,
): Combination {
  let estimate = shift;
  let variance = 0;
  let size = 0;
  let concerned = false;
  for (let j = 0; j < weights.length; j++) {
    const w = weights[j]!;
    if (w === 0) continue;
    concerned = true;
    estimate += w * estimates[j]!;
    const row = covariance[j]!;
    for (let l = 0; l < weights.length; l++) {
      if (weights[l] === 0) continue;
      const term = w * weights[l]! * row[l]!;
      variance += term;
      size += Math.abs(term);
    }
  }
  if (!concerned) return { estimate, stdError: 0, df: Number.POSITIVE_INFINITY };
  if (variance <= CANCELLED * size || vanishes?.(weights)) return { estimate, stdError: 0, df: Number.NaN };
  return { estimate, stdError: Math.sqrt(variance), df: dfOf(weights) };
}

/** The least df of the coefficients that take part; a NaN stays. */
export function leastDf(df: ArrayLike<number>, weights: ArrayLike<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0; j < weights.length; j++) if (weights[j] !== 0) least = Math.min(least, df[j]!);
  return least;
}

/** Whether each combination of these coefficients has a df of its own: location coefficients with CR2 robust errors. */
export function isSatterthwaite(fit: Fit, { test }: TestBasis, indices: readonly number[]): boolean {
  const p = locationCount(fit);
  return fit.robust?.type === "CR2" && test === "t" && indices.length > 0 && indices.every((i) => i < p);
}

/**
 * Those of the coefficients that take part, the fewest of them; after CR2 robust errors Satterthwaite's of the very
 * combination (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018).
 */
function degreesOfFreedom(
  fit: Fit,
  basis: TestBasis,
  indices: readonly number[],
): (weights: ArrayLike<number>) => number {
  const own = Float64Array.from(indices, (i) => basis.df[i]!);
  if (!isSatterthwaite(fit, basis, indices)) return (weights) => leastDf(own, weights);
  const p = locationCount(fit);
  const known = new Map<string, number>();
  return (weights) => {
    const contrast = new Float64Array(p);
    let members = 0;
    indices.forEach((i, j) => {
      contrast[i] = weights[j]!;
      if (weights[j] !== 0) members++;
    });
    // a single coefficient, whatever its factor, has the df that robust() found
    if (members < 2) return leastDf(own, weights);
    // the rows of new data are often alike
    const key = contrast.join();
    let df = known.get(key);
    if (df === undefined) {
      df = wishartDf(sandwichOf(fit), contrast, 1);
      known.set(key, df);
    }
    return df;
  };
}

/** Of which coefficients, and how the limits are found. */
export interface LinearCombinationOptions {
  /** the dpar over whose coefficients the weights are; default all, in the order of `vcov(fit)` */
  readonly dpar?: string;
  /** default 0.95 */
  readonly level?: number;
  /** "z" (default), "t", "knha", "adhoc"; after robust() "t" is the default */
  readonly test?: TestStatistic;
  /** a known number that is added to the combination */
  readonly offset?: number;
}

const LINEAR_COMBINATION_OPTIONS: OptionKinds<LinearCombinationOptions> = {
  dpar: "text",
  level: "number",
  test: "text",
  offset: "number",
};

/**
 * One linear combination of coefficients on the link scale, w'b + offset, with its standard error, degrees of freedom and
 * Wald limits: what predict(), marginalMeans() and the plots show of a mean, for any weights.
 *
 *   linearCombination(fit, [1, 0.5, 2], { dpar: "mu", test: "knha" })
 *
 * @throws DrmError "bad_option" for a number of weights other than that of the coefficients, weights that are not finite, or
 *   a level outside (0, 1); what testBasis() throws
 */
export function linearCombination(
  fit: Fit,
  weights: ArrayLike<number>,
  options: LinearCombinationOptions = {},
): Combination & Limits {
  requireFit("linearCombination", fit);
  checkArgument("linearCombination", "weights", weights, "numbers");
  checkOptions("linearCombination", options, LINEAR_COMBINATION_OPTIONS);
  const { dpar, level = 0.95, test, offset = 0 } = options;
  const indices = coefficientIndices(fit, dpar);
  if (weights.length !== indices.length) {
    const names = indices.map((i) => coefficientName(fit.coefficients[i]!)).join(", ");
    throw new DrmError(
      "bad_option",
      `${count(weights.length, "weight")} for ${count(indices.length, "coefficient")}: wanted one for each of ${names}`,
    );
  }
  if (!Array.from(weights).every(Number.isFinite)) {
    throw new DrmError("bad_option", "a weight is not a finite number: every coefficient has one, such as 0");
  }
  const combination = combine(combinedCoefficients(fit, testBasis(fit, test), indices), weights, offset);
  return { ...combination, ...limitsAt(level)(combination) };
}
