import type { Column, Table } from "../data/table";
import { type DataInput, newTable } from "../data/table-from";
import { DrmError } from "../errors";
import { dparOf, isMultiplier } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { groupingOf } from "../fit/groupings";
import { requireFit } from "../fit/require-fit";
import { variablesOf } from "../formula/expr";
import type { IntervalMethod } from "../inference/coefficient-table";
import { coefficientIndices, requireDpar } from "../inference/coefficients";
import { type Link, linkOf } from "../inference/links";
import { fittedRows, newRows } from "../inference/new-data";
import { predict } from "../inference/predict";
import { type LimitsMethod, scaleLimits, scaleMethod } from "../inference/scale-limits";
import type { ProfileTarget } from "../opened/profile";
import type { ProfileStatus } from "../opened/profile-limits";
import { checkOptions, type OptionKinds } from "../options";
import { listed } from "../words";
import { formatColumn, limitLabels } from "./format";
import { howWords } from "./limits-line";
import { type Printable, printableTable } from "./printable";
import { numberColumn, type ReportTable } from "./text-table";

/** Of which SDs, variances and correlations intervals are wanted. */
export interface ScaleIntervalsOptions {
  /** "sigma", "sd(study)", "rho12", ... or several; default all that are estimated */
  readonly dpar?: string | readonly string[];
  /** the moderators' values at which intervals are wanted; default every combination of them in the data */
  readonly newdata?: DataInput;
  /** default 0.95 */
  readonly level?: number;
  /** default "profile", and "wald" where profiles would take over a second and of a fit that did not converge */
  readonly method?: IntervalMethod;
}

const SCALE_INTERVALS_OPTIONS: OptionKinds<ScaleIntervalsOptions> = {
  dpar: "texts",
  newdata: "data",
  level: "number",
  method: "text",
};

/** The interval of one SD, variance or correlation. */
export interface ScaleInterval {
  /** "sigma", "sd(study)", "rho12", ... */
  readonly dpar: string;
  /** values of the moderators of the dpar, levels as text; empty without moderators */
  readonly at: Readonly<Record<string, string | number>>;
  /** what `estimate` and the limits are: a multiplier of the sampling variances, the SD, its square, or a correlation */
  readonly quantity: "multiplier" | "sd" | "variance" | "correlation";
  /** response scale; 0 at a boundary */
  readonly estimate: number;
  /** lower confidence limit, response scale; 0 at a boundary */
  readonly lower: number;
  /** upper confidence limit, response scale; NaN where it was not found */
  readonly upper: number;
  /** profile intervals only: whether both limits were found, and which of them is at the boundary */
  readonly status?: ProfileStatus;
}

/** Intervals of SDs, variances and correlations. */
export interface ScaleIntervals {
  /** how the limits were found */
  readonly method: LimitsMethod;
  /** confidence level */
  readonly level: number;
  /** one a quantity and combination of moderators */
  readonly intervals: readonly ScaleInterval[];
}

/** More combinations than this have to be asked for in `newdata`. */
const MOST_COMBINATIONS = 20;

/**
 * Confidence intervals of the heterogeneity on its own scales, as metafor's confint() gives them: sigma (tau) and its
 * square (tau^2), the SD and variance of random intercepts, phi as a multiplier of variances, and rho12 as a correlation. A dpar with moderators has an
 * interval for each combination of their values in the data, or for each row of `newdata`.
 *
 * "profile" (default) is the likelihood-ratio interval, of the restricted likelihood for a REML fit: what is profiled is
 * the linear predictor w'gamma at those values, with everything else optimised, and its limits are transformed, which
 * a likelihood ratio allows exactly. A limit at the boundary is 0 (correlations: +-0.999999), or Infinity above, and
 * `status` says so. "wald" transforms w'gamma -+ z SE; NaN where the SD is estimated as 0.
 *
 * Ratios of SDs between groups are in sdRatio(). Plain data; `String(...)` gives the table.
 *
 * @throws DrmError "bad_option" for an unknown method or level, a dpar that is not a scale parameter or is held at a
 *   value, more than 20 combinations of moderators without `newdata`, and a profile of a fit that did not converge;
 *   "unknown_column" and "bad_factor" for `newdata` that do not fit the formulas
 */
export function scaleIntervals(fit: Fit, options: ScaleIntervalsOptions = {}): Printable<ScaleIntervals> {
  requireFit("scaleIntervals", fit);
  checkOptions("scaleIntervals", options, SCALE_INTERVALS_OPTIONS);
  const { newdata, level = 0.95, method: asked } = options;
  if (asked !== undefined && asked !== "wald" && asked !== "profile") {
    throw new DrmError("bad_option", `method '${String(asked)}': intervals are "wald" or "profile"`);
  }
  const method = scaleMethod(fit, 1, asked);
  const table = newdata === undefined ? null : newTable(newdata);
  const wanted = scaleDpars(fit, options.dpar).flatMap((dpar) => combinations(fit, dpar, table));
  const limits = scaleLimits(
    fit,
    wanted.map(({ target }) => target),
    level,
    method,
  );
  const data: ScaleIntervals = {
    method,
    level,
    intervals: wanted.flatMap((one, k) => onResponseScales(fit, linkOf(fit, one.dpar), one, limits[k]!)),
  };
  return printableTable(data, intervalsTable);
}

/** The dpars asked for, after a look whether they have intervals; default all that are estimated. */
export function scaleDpars(fit: Fit, wanted: ScaleIntervalsOptions["dpar"]): readonly string[] {
  const estimated = Object.keys(fit.designs).filter((dpar) => fit.response[dpar] === undefined);
  if (wanted === undefined) return estimated;
  const dpars = typeof wanted === "string" ? [wanted] : wanted;
  for (const dpar of dpars) {
    requireDpar(fit, dpar);
    if (fit.response[dpar] !== undefined) {
      throw new DrmError(
        "bad_option",
        `'${dpar}' is a mean, not a scale parameter${listed(estimated)}: use confint()`,
      );
    }
    if (!estimated.includes(dpar)) {
      throw new DrmError("bad_option", `${dpar} is held at ${fit.fixed[dpar]} and has no interval`);
    }
  }
  return dpars;
}

/** One linear predictor, link scale. */
interface Combination {
  readonly dpar: string;
  readonly at: ScaleInterval["at"];
  readonly target: ProfileTarget;
}

/** The distinct rows of a dpar's design, or the rows of new data. Throws DrmError("bad_option") when they are too many. */
export function combinations(fit: Fit, dpar: string, table: Table | null): Combination[] {
  const { values, nrow, present } =
    table === null ? fittedRows(fit, dpar) : newRows(fit, dpar, table, undefined);
  const indices = coefficientIndices(fit, dpar);
  const rows = new Map<string, number>();
  for (let i = 0; i < nrow; i++) {
    if (present?.[i] === 0) continue;
    if (Number.isNaN(values[i]!)) {
      throw new DrmError("bad_data", `row ${i + 1} of newdata: a moderator of ${dpar} is missing`);
    }
    const key = table === null ? indices.map((_, j) => values[j * nrow + i]).join() : String(i);
    if (!rows.has(key)) rows.set(key, i);
    if (table === null && rows.size > MOST_COMBINATIONS) throw tooMany(fit, dpar);
  }
  const predicted = predict(fit, table ?? undefined, { dpar, type: "link" });
  return [...rows.values()].map((i) => {
    const weights = new Float64Array(fit.coefficients.length);
    indices.forEach((position, j) => {
      weights[position] = values[j * nrow + i]!;
    });
    return {
      dpar,
      at: moderatorsAt(fit, dpar, table, i),
      target: { weights, estimate: predicted.estimate[i]!, stdError: predicted.stdError[i]! },
    };
  });
}

function tooMany(fit: Fit, dpar: string): DrmError {
  const names = moderatorsOf(fit, dpar);
  const example = names.map((name) => `${name}: ...`).join(", ");
  return new DrmError(
    "bad_option",
    `the moderators of ${dpar} (${names.join(", ")}) have more than ${MOST_COMBINATIONS} combinations of values: say at ` +
      `which intervals are wanted, newdata: [{ ${example} }]`,
  );
}

function moderatorsOf(fit: Fit, dpar: string): string[] {
  return [...new Set(fit.designs[dpar]!.recipe.variables.flatMap(({ expr }) => [...variablesOf(expr)]))];
}

/** The moderators' values in a row of new data, or of the design: of an SD of random intercepts, the rows are levels. */
function moderatorsAt(fit: Fit, dpar: string, table: Table | null, row: number): ScaleInterval["at"] {
  const codes = groupingOf(fit, dpar)?.codes;
  const at = table === null && codes !== undefined ? codes.indexOf(row) : row;
  return Object.fromEntries(
    moderatorsOf(fit, dpar).map((name) => [
      name,
      cell(table === null ? fit.data[name]! : table.column(name)!, at),
    ]),
  );
}

function cell(column: Column, row: number): string | number {
  if (column.kind === "factor") return column.levels[column.codes[row]!]!;
  return column.kind === "logical" ? String(column.values[row] === 1) : column.values[row]!;
}

function onResponseScales(
  fit: Fit,
  link: Link,
  { dpar, at, target }: Combination,
  limits: { readonly lower: number; readonly upper: number; readonly status?: ProfileStatus },
): ScaleInterval[] {
  const row = (quantity: ScaleInterval["quantity"], response: Link["response"]): ScaleInterval => ({
    dpar,
    at,
    quantity,
    estimate: response(target.estimate),
    lower: response(limits.lower),
    upper: response(limits.upper),
    ...(limits.status !== undefined && { status: limits.status }),
  });
  if (isMultiplier(dparOf(fit, dpar))) return [row("multiplier", link.response)];
  if (link.name === "atanh") return [row("correlation", link.response)];
  return [row("sd", link.response), row("variance", (eta) => link.response(2 * eta))];
}

function intervalsTable({ method, level, intervals }: ScaleIntervals): ReportTable {
  const [low, high] = limitLabels(level);
  const name = ({ dpar, quantity, at }: ScaleInterval) => {
    const where = Object.entries(at).map(([moderator, value]) => `${moderator} = ${value}`);
    const parameter = quantity === "variance" ? `${dpar}^2` : dpar;
    return where.length === 0 ? parameter : `${parameter} at ${where.join(", ")}`;
  };
  const significant = (header: string, values: readonly number[], digits?: number) =>
    numberColumn(header, values, (own) => formatColumn(own, digits));
  const notes = [
    method === "wald" ? "Wald limits on the link scale, transformed" : `Limits by ${howWords(method)}`,
  ];
  for (const one of intervals) {
    if (one.quantity !== "variance" && one.status !== undefined && one.status !== "ok")
      notes.push(`  ${name(one)}: ${one.status}`);
  }
  return {
    caption: "Intervals of the heterogeneity",
    columns: [
      { header: "", cells: intervals.map(name), align: "left", name: "parameter" },
      significant(
        "estimate",
        intervals.map(({ estimate }) => estimate),
      ),
      significant(
        low,
        intervals.map(({ lower }) => lower),
        5,
      ),
      significant(
        high,
        intervals.map(({ upper }) => upper),
        5,
      ),
    ],
    notes,
  };
}
