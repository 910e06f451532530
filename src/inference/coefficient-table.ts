import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import type { Method } from "../method";
import { coefficientTarget, profileIntervals } from "../opened/profile";
import type { ProfileStatus } from "../opened/profile-limits";
import { shown } from "../options";
import { studentTTwoSidedP } from "../stats/student-t";
import { coefficientName } from "./coefficients";
import { criticalValue } from "./level";
import { limitsAt } from "./limits";
import { logSdIntercepts } from "./log-sd-intercepts";
import { type TestStatistic, testBasis } from "./test-basis";

/** Wald: estimate -+ quantile * SE. Profile: likelihood-ratio limits. */
export type IntervalMethod = "wald" | "profile";

/** How the profile went, or that there is none and the limits are Wald's. */
export type IntervalStatus = ProfileStatus | `Wald limits (${Method | "robust"})`;

/** One coefficient with its Wald test against 0 and interval, link scale. NaN where a number does not exist. */
export interface CoefficientRow {
  /** "dpar:term" */
  readonly name: string;
  /** the distributional parameter: "mu", "sigma", ... */
  readonly dpar: string;
  /** "(Intercept)", "habitatforest", ... */
  readonly term: string;
  /** link scale: log-SD for sigma and sd(group) */
  readonly estimate: number;
  /** link scale; NaN where it does not exist */
  readonly stdError: number;
  /** estimate / stdError; NaN for intercepts and cell means of log-SDs, whose 0 is no hypothesis but an SD of 1 */
  readonly statistic: number;
  /** degrees of freedom of its t distribution; Infinity is the normal distribution, NaN where the error is 0 by robust() or Knapp-Hartung */
  readonly df: number;
  /** two-sided */
  readonly pValue: number;
  /** lower confidence limit, link scale */
  readonly lower: number;
  /** upper confidence limit, link scale */
  readonly upper: number;
  /** whether it runs to infinity: an SD of zero, a correlation of +-1 */
  readonly atBoundary: boolean;
  /** profile intervals only: whether both limits were found, and which of them is infinite */
  readonly status?: IntervalStatus;
}

/**
 * All coefficients in the order of `vcov(fit)`, with Wald tests as testBasis() says (none of a log-SD against 0, which is
 * an SD of 1: see logSdIntercepts()) and intervals: Wald,
 * estimate -+ quantile * SE with the quantile of the test's distribution, or profile. Every table, JSON and interval
 * reads from here. Throws DrmError("bad_option") for a level outside (0, 1), and what testBasis() and
 * profileIntervals() throw.
 */
export function coefficientTable(
  fit: Fit,
  level = 0.95,
  method: IntervalMethod = "wald",
  test?: TestStatistic,
): readonly CoefficientRow[] {
  requireFit("coefficientTable", fit);
  if (method !== "wald" && method !== "profile") {
    throw new DrmError("bad_option", `method ${shown(method)}: intervals are "wald" or "profile"`);
  }
  const rows = waldTable(fit, level, test);
  return method === "wald" ? rows : withProfile(fit, rows, level);
}

/**
 * The rows with the limits of their profiles; one search a limit, so select the rows that are wanted first. The restricted
 * likelihood has no profile in a location coefficient: those of a REML fit keep their limits, and `status` says so.
 */
export function withProfile(
  fit: Fit,
  rows: readonly CoefficientRow[],
  level: number,
): readonly CoefficientRow[] {
  const profiled = rows.filter((row) => hasProfile(fit, row));
  const targets = profiled.map((row) => coefficientTarget(fit, positionOf(fit, row)));
  const intervals = profileIntervals(fit, targets, criticalValue(level));
  return rows.map((row) => {
    const k = profiled.indexOf(row);
    return k < 0 ? { ...row, status: withoutProfile(fit) } : { ...row, ...intervals[k]! };
  });
}

/** False for a location coefficient of a REML fit, and for one with robust errors, in which a likelihood has no part. */
export function hasProfile(fit: Fit, { dpar }: Pick<CoefficientRow, "dpar">): boolean {
  return (fit.method === "ML" && fit.robust === undefined) || fit.response[dpar] === undefined;
}

function withoutProfile({ method, robust }: Fit): IntervalStatus {
  return robust === undefined ? `Wald limits (${method})` : "Wald limits (robust)";
}

/** In fit.coefficients. */
export function positionOf(fit: Fit, { dpar, term }: Pick<CoefficientRow, "dpar" | "term">): number {
  return fit.coefficients.findIndex((one) => one.dpar === dpar && one.term === term);
}

function waldTable(fit: Fit, level: number, test: TestStatistic | undefined): readonly CoefficientRow[] {
  const limitsOf = limitsAt(level);
  const { vcov, df } = testBasis(fit, test);
  const k = df.length;
  const withoutTest = logSdIntercepts(fit);
  return fit.coefficients.map(({ dpar, term, estimate, atBoundary }, i) => {
    const stdError = Math.sqrt(vcov[i * k + i]!);
    // a robust error of 0, resting on one cluster, or a Knapp-Hartung one is no certainty: it has no degrees of freedom
    const own = stdError === 0 ? Number.NaN : df[i]!;
    // -Infinity / NaN is NaN already; an infinite estimate with a finite SE must not turn into a p-value of 0
    const untested = atBoundary || withoutTest[i] === 1 || stdError === 0;
    const statistic = untested ? Number.NaN : estimate / stdError;
    const limits = limitsOf({ estimate, stdError: atBoundary ? Number.NaN : stdError, df: own });
    return {
      name: coefficientName({ dpar, term }),
      dpar,
      term,
      estimate,
      stdError,
      statistic,
      df: own,
      pValue: studentTTwoSidedP(statistic, own),
      ...limits,
      atBoundary,
    };
  });
}
