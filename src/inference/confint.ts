import { DrmError, didYouMean } from "../errors";
import type { Fit } from "../fit/fit";
import type { ProfileStatus } from "../fit/profile";
import { type CoefficientRow, coefficientTable, type IntervalMethod, withProfile } from "./coefficient-table";

export interface ConfintOptions {
  /** a dpar ("sigma"), a coefficient ("mu:duration"), or several of them; default all */
  readonly parm?: string | readonly string[];
  /** default 0.95 */
  readonly level?: number;
  /** default "wald" */
  readonly method?: IntervalMethod;
}

export interface ConfidenceInterval {
  readonly dpar: string;
  readonly term: string;
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  /** profile intervals only: whether both limits were found, and which of them is infinite */
  readonly status?: ProfileStatus;
}

/**
 * Confidence intervals on the link scale, in the order of `vcov(fit)`.
 *
 * - "wald": estimate -+ z * SE. The limits of a coefficient at its boundary are NaN.
 * - "profile", ML fits: exact likelihood-ratio limits, where 2 (logLik - profile logLik) equals the chi-squared quantile.
 *   A limit is infinite, and `status` says so, where the likelihood never drops enough: the data are then compatible
 *   with an SD of 0, say. NaN with the status "not found" when a search failed. Costs a few fits a limit: name the
 *   coefficients of interest in `parm`.
 *
 * Throws DrmError: "bad_option" for an unknown parm, method or level, or a profile of a fit that did not converge;
 * "not_supported" for a profile of a REML fit.
 */
export function confint(fit: Fit, options: ConfintOptions = {}): ConfidenceInterval[] {
  const { parm, level = 0.95, method = "wald" } = options;
  if (method !== "wald" && method !== "profile") {
    throw new DrmError("bad_option", `method '${String(method)}': intervals are "wald" or "profile"`);
  }
  const selected = selectRows(coefficientTable(fit, level), parm);
  const rows = method === "wald" ? selected : withProfile(fit, selected, level);
  return rows.map(({ dpar, term, estimate, lower, upper, status }) => {
    return { dpar, term, estimate, lower, upper, ...(status !== undefined && { status }) };
  });
}

function selectRows(
  rows: readonly CoefficientRow[],
  parm: ConfintOptions["parm"],
): readonly CoefficientRow[] {
  if (parm === undefined) return rows;
  const wanted = typeof parm === "string" ? [parm] : parm;
  const known = new Set(rows.flatMap(({ name, dpar }) => [dpar, name]));
  for (const name of wanted) {
    if (known.has(name)) continue;
    const names = rows.map((row) => row.name).join(", ");
    throw new DrmError(
      "bad_option",
      `parm '${name}' is neither a dpar nor a coefficient of this model (${names})${didYouMean(name, known)}`,
    );
  }
  return rows.filter(({ name, dpar }) => wanted.includes(name) || wanted.includes(dpar));
}
