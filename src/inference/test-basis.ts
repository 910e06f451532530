import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { shown } from "../options";
import { count } from "../words";
import { knappHartung } from "./knapp-hartung";
import { locationCount, observedEffects, residualDf } from "./residual-df";

/** How coefficients are tested: see testBasis(). */
export type TestStatistic = "z" | "t" | "knha" | "adhoc";

const TESTS: readonly TestStatistic[] = ["z", "t", "knha", "adhoc"];

/** What tests and Wald intervals of a fit's coefficients are made of. */
export interface TestBasis {
  /** "z" or, with t and F distributions, "t", "knha", "adhoc" */
  readonly test: TestStatistic;
  /** k x k, row-major, in the order of `fit.coefficients`: NaN where a coefficient has no standard error */
  readonly vcov: Float64Array;
  /** of the t distribution of each coefficient; Infinity is the normal distribution */
  readonly df: Float64Array;
  /** what "knha" and "adhoc" multiplied the location's covariance by, else null */
  readonly factor: number | null;
}

/**
 * The covariance matrix and the degrees of freedom that a choice of test stands for. Tables, intervals, joint tests and
 * predictions all read from here.
 *
 * - "z" (the default): `fit.vcov`, normal distribution.
 * - "t": `fit.vcov`; location coefficients have n - p residual degrees of freedom, n being the effect sizes observed (both
 *   outcomes of a study count) and p all location coefficients.
 * - "knha": the location's covariance is that of Knapp and Hartung, s^2 (X' W X)^-1, with n - p degrees of freedom; its
 *   covariances with the scale are taken as 0. Fits of one outcome with independent rows only.
 *   Where the mean fits the effect sizes exactly s^2 is 0: errors are 0, and there are no tests and limits.
 * - "adhoc": the same with max(1, s^2), so that no interval becomes shorter than the one without the factor.
 *
 * The choice is one for the location: coefficients of sigma, sd(group) and rho12 keep the model's own errors and the normal
 * distribution whatever the test.
 *
 * A fit from robust() brings its own errors: "t", its default, has the degrees of freedom that belong to them, "z" none,
 * and the Knapp-Hartung tests are refused.
 *
 * @throws DrmError "bad_option" for an unknown test or when no residual degrees of freedom are left; "not_supported" for
 *   Knapp-Hartung tests where they are not defined
 */
export function testBasis(fit: Fit, wanted?: TestStatistic): TestBasis {
  requireFit("testBasis", fit);
  const test = wanted ?? (fit.robust === undefined ? "z" : "t");
  if (!TESTS.includes(test)) {
    throw new DrmError("bad_option", `unknown test ${shown(test)}: tests are "z", "t", "knha" and "adhoc"`);
  }
  const k = fit.coefficients.length;
  const df = new Float64Array(k).fill(Number.POSITIVE_INFINITY);
  const plain = { test, vcov: fit.vcov.slice(), df, factor: null };
  if (test === "z") return plain;
  const p = locationCount(fit);
  if (fit.robust !== undefined) {
    if (test !== "t") {
      const what = `test "${test}" has no meaning with robust errors, which have their own degrees of freedom`;
      throw new DrmError("not_supported", `${what}: use test "t", or the fit without robust()`);
    }
    df.set(fit.robust.df);
    return plain;
  }
  const left = residualDf(fit);
  if (left < 1) {
    const counts = `${count(observedEffects(fit), "effect size")} and ${count(p, "location coefficient")}`;
    throw new DrmError(
      "bad_option",
      `${counts} leave no degrees of freedom for test "${test}": use test "z"`,
    );
  }
  df.fill(left, 0, p);
  if (test === "t") return plain;

  const { factor: s2, vcov: block } = knappHartung(fit, left);
  const factor = test === "adhoc" ? Math.max(1, s2) : s2;
  const vcov = fit.vcov.slice();
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) vcov[i * k + j] = factor * block[i * p + j]!;
    for (let j = p; j < k; j++) {
      if (Number.isNaN(vcov[j * k + j]!)) continue;
      vcov[i * k + j] = 0;
      vcov[j * k + i] = 0;
    }
  }
  return { test, vcov, df, factor };
}

/** The covariance matrix of some coefficients by a test basis: of one dpar with its coefficientIndices(). */
export function covarianceOf({ vcov, df }: TestBasis, indices: readonly number[]): number[][] {
  return indices.map((i) => indices.map((j) => vcov[i * df.length + j]!));
}
