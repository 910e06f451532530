import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { coefficientTable, type IntervalMethod, type IntervalStatus } from "../inference/coefficient-table";
import type { TestStatistic } from "../inference/test-basis";
import { checkOptions, type OptionKinds } from "../options";
import { orNull } from "./missing";

/** Which columns tidy() gives. */
export interface TidyOptions {
  /** add conf.low and conf.high; default false, as in broom */
  readonly conf_int?: boolean;
  /** default 0.95 */
  readonly conf_level?: number;
  /** of the limits, default "wald"; "profile" implies conf_int unless that is false, and adds conf.status */
  readonly conf_method?: IntervalMethod;
  /** "z" (default), "t", "knha", "adhoc"; after robust() "t" is the default */
  readonly test?: TestStatistic;
}

const TIDY_OPTIONS: OptionKinds<TidyOptions> = {
  conf_int: "flag",
  conf_level: "number",
  conf_method: "text",
  test: "text",
};

/** broom's column names; `component` is the dpar. Link scale. null where a number does not exist. */
export interface TidyRow {
  /** the dpar: "mu", "sigma", ... */
  readonly component: string;
  /** "(Intercept)", "habitatforest", ... */
  readonly term: string;
  /** link scale: log-SD for sigma and sd(group) */
  readonly estimate: number | null;
  /** link scale */
  readonly "std.error": number | null;
  /** estimate over standard error: z or t */
  readonly statistic: number | null;
  /** two-sided */
  readonly "p.value": number | null;
  /** of a t test; absent where the distribution is normal */
  readonly "df.error"?: number;
  /** lower confidence limit, link scale; absent unless asked for */
  readonly "conf.low"?: number | null;
  /** upper confidence limit, link scale; absent unless asked for */
  readonly "conf.high"?: number | null;
  /** profile limits only: whether both were found, and which is infinite */
  readonly "conf.status"?: IntervalStatus;
}

/**
 * One row per coefficient, in the order of `vcov(fit)`: Wald statistics, link scale (log-SD for sigma).
 * Throws DrmError("bad_option") for a conf_level outside (0, 1), and what confint() throws for a profile or
 * a test.
 */
export function tidy(fit: Fit, options: TidyOptions = {}): TidyRow[] {
  requireFit("tidy", fit);
  checkOptions("tidy", options, TIDY_OPTIONS);
  const { conf_level = 0.95, conf_method = "wald", conf_int = conf_method === "profile", test } = options;
  return coefficientTable(fit, conf_level, conf_int ? conf_method : "wald", test).map((row) => ({
    component: row.dpar,
    term: row.term,
    estimate: orNull(row.estimate),
    "std.error": orNull(row.stdError),
    statistic: orNull(row.statistic),
    "p.value": orNull(row.pValue),
    ...(Number.isFinite(row.df) && { "df.error": row.df }),
    ...(conf_int && { "conf.low": orNull(row.lower), "conf.high": orNull(row.upper) }),
    ...(row.status !== undefined && { "conf.status": row.status }),
  }));
}
