import type { Fit } from "../fit/fit";
import { coefficientTable } from "../inference/coefficient-table";
import { orNull } from "./missing";

export interface TidyOptions {
  /** add conf.low and conf.high; default false, as in broom */
  readonly conf_int?: boolean;
  /** default 0.95 */
  readonly conf_level?: number;
}

/** broom's column names; `component` is the dpar. Link scale. null where a number does not exist. */
export interface TidyRow {
  readonly component: string;
  readonly term: string;
  readonly estimate: number | null;
  readonly "std.error": number | null;
  readonly statistic: number | null;
  readonly "p.value": number | null;
  readonly "conf.low"?: number | null;
  readonly "conf.high"?: number | null;
}

/**
 * One row per coefficient, in the order of `vcov(fit)`: Wald z statistics, link scale (log-SD for sigma).
 * Throws DrmError("bad_option") for a conf_level outside (0, 1).
 */
export function tidy(fit: Fit, { conf_int = false, conf_level = 0.95 }: TidyOptions = {}): TidyRow[] {
  return coefficientTable(fit, conf_level).map((row) => {
    const tidied: TidyRow = {
      component: row.dpar,
      term: row.term,
      estimate: orNull(row.estimate),
      "std.error": orNull(row.stdError),
      statistic: orNull(row.statistic),
      "p.value": orNull(row.pValue),
    };
    return conf_int ? { ...tidied, "conf.low": orNull(row.lower), "conf.high": orNull(row.upper) } : tidied;
  });
}
