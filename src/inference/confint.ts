import { DrmError, didYouMean } from "../errors";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { checkOptions, type OptionKinds } from "../options";
import { listed } from "../words";
import {
  type CoefficientRow,
  coefficientTable,
  hasProfile,
  type IntervalMethod,
  type IntervalStatus,
  withProfile,
} from "./coefficient-table";
import type { TestStatistic } from "./test-basis";

/** Which intervals are wanted. */
export interface ConfintOptions {
  /** a dpar ("sigma"), a coefficient ("mu:duration"), or several of them; default all */
  readonly parm?: string | readonly string[];
  /** default 0.95 */
  readonly level?: number;
  /** default "wald" */
  readonly method?: IntervalMethod;
  /** of Wald limits: "z" (default), "t", "knha", "adhoc"; after robust() "t" is the default */
  readonly test?: TestStatistic;
}

const CONFINT_OPTIONS: OptionKinds<ConfintOptions> = {
  parm: "texts",
  level: "number",
  method: "text",
  test: "text",
};

/** A confidence interval of a coefficient, link scale. */
export interface ConfidenceInterval {
  /** the distributional parameter: "mu", "sigma", ... */
  readonly dpar: string;
  /** "(Intercept)", "habitatforest", ... */
  readonly term: string;
  /** link scale: log-SD for sigma and sd(group) */
  readonly estimate: number;
  /** lower limit; -Infinity at a boundary, NaN where it was not found */
  readonly lower: number;
  /** upper limit; Infinity at a boundary, NaN where it was not found */
  readonly upper: number;
  /** profile intervals only: whether both limits were found, and which of them is infinite */
  readonly status?: IntervalStatus;
}

/**
 * Confidence intervals on the link scale, in the order of `vcov(fit)`.
 *
 * - "wald": estimate -+ quantile * SE, both as `test` has them: see testBasis(). The limits of a coefficient at its
 *   boundary are NaN.
 * - "profile": exact likelihood-ratio limits, where 2 (logLik - profile logLik) equals the chi-squared quantile (of the
 *   restricted likelihood for a REML fit, as in metafor's confint()).
 *   A limit is infinite, and `status` says so, where the likelihood never drops enough: the data are then compatible
 *   with an SD of 0, say. NaN with the status "not found" when a search failed. Costs a few fits a limit: name the
 *   coefficients of interest in `parm`. The restricted likelihood integrates mu's coefficients out and has no profile in
 *   them: among all coefficients of a REML fit theirs are Wald limits, and `status` says so; asked for by name they are
 *   refused. So are those of a fit with robust() errors.
 *
 * scaleIntervals() has the intervals of SDs, variances and correlations, groups included; sdRatio() those of ratios.
 *
 * Throws DrmError: "bad_option" for an unknown parm, method, level or test, or a profile of a fit that did not converge;
 * "not_supported" for a profile of a location coefficient named in a REML fit or after robust(), and for a test that the
 * model does not have.
 */
export function confint(fit: Fit, options: ConfintOptions = {}): ConfidenceInterval[] {
  requireFit("confint", fit);
  checkOptions("confint", options, CONFINT_OPTIONS);
  const { parm, level = 0.95, method = "wald", test } = options;
  if (method !== "wald" && method !== "profile") {
    throw new DrmError("bad_option", `method '${String(method)}': intervals are "wald" or "profile"`);
  }
  const selected = selectRows(coefficientTable(fit, level, "wald", test), parm);
  if (method === "profile" && parm !== undefined) requireProfiles(fit, selected);
  const rows = method === "wald" ? selected : withProfile(fit, selected, level);
  return rows.map(({ dpar, term, estimate, lower, upper, status }) => {
    return { dpar, term, estimate, lower, upper, ...(status !== undefined && { status }) };
  });
}

/** Refuses coefficients that were asked for by name and have no profile. */
export function requireProfiles(fit: Fit, rows: readonly CoefficientRow[]): void {
  const without = rows.find((row) => !hasProfile(fit, row));
  if (without === undefined) return;
  if (fit.robust !== undefined) {
    const why = "a profile is of the likelihood, in which robust errors have no part";
    throw new DrmError("not_supported", `${without.name}: ${why}; profile the fit without robust()`);
  }
  throw new DrmError(
    "not_supported",
    `${without.name}: the restricted likelihood integrates the coefficients of ${without.dpar} out and has no profile in ` +
      'them; use method: "wald", or refit with method: "ML"',
  );
}

/** The rows of a `parm`; all without one. Throws DrmError("bad_option") for an unknown name. */
export function selectRows(
  rows: readonly CoefficientRow[],
  parm: ConfintOptions["parm"],
): readonly CoefficientRow[] {
  if (parm === undefined) return rows;
  const wanted = typeof parm === "string" ? [parm] : parm;
  const known = new Set(rows.flatMap(({ name, dpar }) => [dpar, name]));
  for (const name of wanted) {
    if (known.has(name)) continue;
    const names = listed(rows.map((row) => row.name));
    throw new DrmError(
      "bad_option",
      `parm '${name}' is neither a dpar nor a coefficient of this model${names}${didYouMean(name, known)}`,
    );
  }
  return rows.filter(({ name, dpar }) => wanted.includes(name) || wanted.includes(dpar));
}
