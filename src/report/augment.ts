import type { Column } from "../data/table";
import { correlations, phisOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { outcomesOf } from "../inference/outcomes";
import { predict } from "../inference/predict";
import { residuals } from "../inference/residuals";
import type { TestStatistic } from "../inference/test-basis";
import { checkOptions, type OptionKinds } from "../options";
import { orNull } from "./missing";

/** The data columns as the user had them, plus the dotted ones. */
export type AugmentRow = Readonly<Record<string, number | string | boolean | null>>;

/** How the intervals of the fitted means are found. */
export interface AugmentOptions {
  /** of the standard errors of means: "z" (default), "t", "knha", "adhoc"; after robust() "t" is the default */
  readonly test?: TestStatistic;
}

const AUGMENT_OPTIONS: OptionKinds<AugmentOptions> = { test: "text" };

/**
 * One row per row used: `.row` (1-based data row), the columns that the formulas use, and
 *
 *   .fitted   mean, offset included         .se.fit   its standard error
 *   .sigma    SD of extra heterogeneity     .resid    y - .fitted
 *   .pearson  .resid over the SD of y       .phi      multiplier of the sampling variance, where V is known up to it
 *
 * In a bivariate fit each appears twice, `.fitted_mu1` ... `.pearson_mu2`, and `.rho12` once. null where a cell is
 * missing. Throws what testBasis() throws.
 */
export function augment(fit: Fit, options: AugmentOptions = {}): AugmentRow[] {
  requireFit("augment", fit);
  checkOptions("augment", options, AUGMENT_OPTIONS);
  const computed = computedColumns(fit, options.test);
  return Array.from({ length: fit.nobs }, (_, i) => {
    const row: Record<string, number | string | boolean | null> = { ".row": fit.rows[i] + 1 };
    for (const [name, column] of Object.entries(fit.data)) row[name] = cell(column, i);
    for (const [name, values] of computed) row[name] = orNull(values[i]);
    return row;
  });
}

function computedColumns(fit: Fit, test: TestStatistic | undefined): [string, Float64Array][] {
  const raw = perOutcome(residuals(fit));
  const pearson = perOutcome(residuals(fit, { type: "pearson" }));
  const columns = outcomesOf(fit).flatMap(({ location, scale }, o): [string, Float64Array][] => {
    const phi = phisOf(fit)[o];
    const suffix = fit.family === "gaussian" ? "" : `_${location}`;
    return [
      [`.fitted${suffix}`, fit.fitted[location]],
      [`.se.fit${suffix}`, predict(fit, undefined, { dpar: location, ...(test && { test }) }).stdError],
      ...(phi === undefined ? [] : [[`.phi${suffix}`, fit.fitted[phi.key]] as [string, Float64Array]]),
      [`.sigma${suffix}`, fit.fitted[scale]],
      [`.resid${suffix}`, raw[o]],
      [`.pearson${suffix}`, pearson[o]],
    ];
  });
  if (fit.family === "gaussian") return columns;
  // a sigma held at 0 leaves no correlation
  return [...columns, [".rho12", correlations(fit) ?? new Float64Array(fit.nobs).fill(Number.NaN)]];
}

function perOutcome(values: Float64Array | Readonly<Record<"mu1" | "mu2", Float64Array>>): Float64Array[] {
  return values instanceof Float64Array ? [values] : Object.values(values);
}

function cell(column: Column, row: number): number | string | boolean | null {
  if (column.kind === "factor") return column.codes[row] < 0 ? null : column.levels[column.codes[row]];
  const value = column.values[row];
  return column.kind === "logical" && !Number.isNaN(value) ? value === 1 : orNull(value);
}
