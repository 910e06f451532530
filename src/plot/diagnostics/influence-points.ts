import { requireFit } from "../../fit/require-fit";
import { type DeletionOptions, type Fit, influence } from "../../index";
import { checkOptions, type OptionKinds } from "../../options";
import { outcomeRows } from "../data/outcome";
import { ROW_OPTIONS, type RowOptions, rowLabels } from "../data/row-values";

/** What is left out at a time. */
export interface InfluencePointsOptions extends RowOptions {
  /** "mu1" (default) or "mu2" of a bivariate fit */
  readonly outcome?: string | undefined;
  /** what is left out at a time: "row" (default) or a column of the formulas, such as the study */
  readonly by?: string | null | undefined;
}

export const INFLUENCE_POINTS_OPTIONS: OptionKinds<InfluencePointsOptions> = {
  outcome: "text",
  by: "text?",
  ...ROW_OPTIONS,
};

/** What a row or a group does to the heterogeneity and to the pooled effect. */
export interface BaujatPoint {
  /** name of the row or group */
  readonly label: string;
  /** sum of the squared Pearson residuals of what is left out */
  readonly heterogeneity: number;
  /** squared change of the pooled effect over its variance without it; Cook's distance where there are several means */
  readonly influence: number;
}

/** A Baujat plot as numbers. */
export interface Baujat {
  /** the response as written */
  readonly outcome: string;
  /** what `influence` of the points is */
  readonly measure: "pooled effect" | "Cook's distance";
  /** one a row or group left out */
  readonly points: readonly BaujatPoint[];
  /** deletions that left nothing that can be estimated */
  readonly failed: number;
}

/** The deletions that an option asks for, as influence() wants it. */
export function deletionsBy({ by }: InfluencePointsOptions): DeletionOptions {
  return by === undefined || by === null || by === "row" ? {} : { by };
}

/** Names of deletions: those of the rows, unless it is groups that are left out. */
export function deletionLabels(fit: Fit, options: InfluencePointsOptions): (label: string) => string {
  if (deletionsBy(options).by !== undefined) return (label) => label;
  const { location } = outcomeRows(fit, options.outcome);
  const labels = rowLabels(fit, options, location);
  const byRow = new Map(Array.from(fit.rows, (row, i) => [String(row + 1), labels[i]!]));
  return (label) => byRow.get(label) ?? label;
}

/**
 * The numbers of a Baujat plot (Baujat, Mahe, Pignon and Hill 2002, Statistics in Medicine 21, 2641-2652), with every
 * deletion an exact refit:
 *
 *   heterogeneity   sum of (y - mu)^2 / (v + sigma^2 + omega^2) over what is left out
 *   influence       (b - b(-i))^2 / var(b(-i)), b the pooled effect, which is Cook's distance over the covariance
 *                   ratio; with moderators, or two outcomes, Cook's distance
 *
 * @throws DrmError "bad_option" for a fit that did not converge, "unknown_column"
 */
export function baujatPoints(fit: Fit, options: InfluencePointsOptions = {}): Baujat {
  requireFit("baujatPoints", fit);
  checkOptions("baujatPoints", options, INFLUENCE_POINTS_OPTIONS);
  const outcome = outcomeRows(fit, options.outcome);
  const { location, y, mu, totalVariance } = outcome;
  const deletions = deletionsBy(options);
  const nameOf = deletionLabels(fit, options);
  const place = new Map(Array.from(fit.rows, (row, i) => [row + 1, i]));
  const squared = (rows: readonly number[]) =>
    rows.reduce((sum, row) => {
      const i = place.get(row)!;
      const pearson2 = (y[i]! - mu[i]!) ** 2 / totalVariance[i]!;
      return sum + (Number.isFinite(pearson2) ? pearson2 : 0);
    }, 0);
  const names = fit.designs[location]!.names;
  const isPooled = fit.family === "gaussian" && names.length === 1 && names[0] === "(Intercept)";
  const found = influence(fit, deletions).rows;
  const points = found.flatMap(({ label, rows, status, cooksDistance, covRatio }) => {
    const change = isPooled ? cooksDistance / covRatio : cooksDistance;
    if (status !== "ok" || !Number.isFinite(change)) return [];
    return [{ label: nameOf(label), heterogeneity: squared(rows), influence: change }];
  });
  return {
    outcome: outcome.label,
    measure: isPooled ? "pooled effect" : "Cook's distance",
    points,
    failed: found.length - points.length,
  };
}
