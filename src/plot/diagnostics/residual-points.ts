import { didYouMean } from "../../errors";
import { requireFit } from "../../fit/require-fit";
import { DrmError, type Fit } from "../../index";
import { checkOptions, type OptionKinds } from "../../options";
import { outcomeRows } from "../data/outcome";
import { ROW_OPTIONS, type RowOptions, rowLabels } from "../data/row-values";
import { SERIES_OPTIONS, type SeriesOptions, seriesOf } from "../data/series";

/** Of which residuals, against what. */
export interface ResidualPointsOptions extends RowOptions, SeriesOptions {
  /** "mu1" (default) or "mu2" of a bivariate fit */
  readonly outcome?: string | undefined;
  /** horizontal axis: "fitted" (default), "se", or a numeric column of the formulas */
  readonly x?: string | undefined;
}

export const RESIDUAL_POINTS_OPTIONS: OptionKinds<ResidualPointsOptions> = {
  outcome: "text",
  x: "text",
  ...ROW_OPTIONS,
  ...SERIES_OPTIONS,
};

/** A Pearson residual and where it stands. */
export interface ResidualPoint {
  /** name of the row */
  readonly label: string;
  /** on the horizontal axis: fitted mean, standard error or moderator */
  readonly x: number;
  /** (y - mu) / sqrt(v + sigma^2 + omega^2) */
  readonly residual: number;
  /** place of its group, -1 without one */
  readonly series: number;
}

/** Residuals as numbers to draw. */
export interface ResidualPoints {
  /** the response as written */
  readonly outcome: string;
  /** label of the horizontal axis */
  readonly x: string;
  /** one an effect size, in data order */
  readonly points: readonly ResidualPoint[];
  /** names of the groups; none without */
  readonly groups: readonly string[];
}

/**
 * The numbers of a residual plot: Pearson residuals, as residuals(fit, { type: "pearson" }). A row whose variance is 0
 * has none and is left out.
 *
 * @throws DrmError "unknown_column", "bad_option"
 */
export function residualPoints(fit: Fit, options: ResidualPointsOptions = {}): ResidualPoints {
  requireFit("residualPoints", fit);
  checkOptions("residualPoints", options, RESIDUAL_POINTS_OPTIONS);
  const outcome = outcomeRows(fit, options.outcome);
  const { y, mu, v, totalVariance, present } = outcome;
  const { x = "fitted" } = options;
  const labels = rowLabels(fit, options, outcome.location);
  const groups = seriesOf(fit, options);
  const at = horizontal(fit, x, mu, v);
  const points = present.map((i) => ({
    label: labels[i]!,
    x: at[i]!,
    residual: (y[i]! - mu[i]!) / Math.sqrt(totalVariance[i]!),
    series: groups === null ? 0 : groups.codes[i]!,
  }));
  return {
    outcome: outcome.label,
    x: { fitted: "Fitted mean", se: "Standard error" }[x] ?? x,
    points: points.filter((point) => Number.isFinite(point.residual)),
    groups: groups?.labels ?? [],
  };
}

function horizontal(fit: Fit, x: string, mu: Float64Array, v: Float64Array): Float64Array {
  if (x === "fitted") return mu;
  if (x === "se") return v.map(Math.sqrt);
  const column = Object.hasOwn(fit.data, x) ? fit.data[x]! : undefined;
  if (column === undefined) {
    const known = ["fitted", "se", ...Object.keys(fit.data)];
    throw new DrmError(
      "unknown_column",
      `x '${x}' is neither "fitted", "se" nor a column that the formulas use${didYouMean(x, known)}`,
    );
  }
  if (column.kind === "factor") {
    throw new DrmError("bad_option", `x '${x}' is categorical: give it as group, and a number as x`);
  }
  return column.values;
}
