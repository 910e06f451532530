import { DrmError, didYouMean } from "../errors";
import type { Fit } from "../fit/fit";
import { type CoefficientRow, coefficientTable } from "./coefficient-table";

export interface ConfintOptions {
  /** a dpar ("sigma"), a coefficient ("mu:duration"), or several of them; default all */
  readonly parm?: string | readonly string[];
  /** default 0.95 */
  readonly level?: number;
  /** default "wald" */
  readonly method?: "wald" | "profile";
}

export interface ConfidenceInterval {
  readonly dpar: string;
  readonly term: string;
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * Confidence intervals on the link scale: Wald, estimate -+ z * SE. In the order of `vcov(fit)`; the limits of a
 * coefficient at its boundary are NaN.
 * Throws DrmError("bad_option") for an unknown parm or level, DrmError("not_supported") for profile intervals.
 */
export function confint(fit: Fit, options: ConfintOptions = {}): ConfidenceInterval[] {
  const { parm, level = 0.95, method = "wald" } = options;
  if (method === "profile") {
    throw new DrmError(
      "not_supported",
      'method "profile" is not available in this version; use method: "wald"',
    );
  }
  if (method !== "wald") {
    throw new DrmError("bad_option", `method '${String(method)}': intervals are "wald" or "profile"`);
  }
  return selectRows(coefficientTable(fit, level), parm).map(({ dpar, term, estimate, lower, upper }) => {
    return { dpar, term, estimate, lower, upper };
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
