import { requireFit } from "../../fit/require-fit";
import { type DataInput, DrmError, type Fit } from "../../index";
import { checkOptions, type OptionKinds } from "../../options";
import { type OutcomeRows, outcomeRows } from "../data/outcome";
import { type RowValues, rowGroups, rowLabels } from "../data/row-values";

/** Which points, and how they are called and grouped. */
export interface FunnelPointsOptions {
  /** "mu1" (default) or "mu2" of a bivariate fit */
  readonly outcome?: string | undefined;
  /** the data of the fit, where `labels` or `group` is a column that no formula uses */
  readonly data?: DataInput | undefined;
  /**
   * names of the points: a column, or a value for each data row; default the level of the innermost random
   * intercept, or the data row's number
   */
  readonly labels?: RowValues | undefined;
  /** a column or values: colour and shape of the points */
  readonly group?: RowValues | undefined;
  /**
   * what lies on the horizontal axis: "effect", or "residual", the effect minus the model's mean of its row. Default
   * "residual" where the mean has moderators, since one funnel cannot stand for several means
   */
  readonly of?: "effect" | "residual" | undefined;
}

export const FUNNEL_POINTS_OPTIONS: OptionKinds<FunnelPointsOptions> = {
  outcome: "text",
  data: "data",
  labels: "cells",
  group: "cells",
  of: "text",
};

/** An effect size against its standard error. */
export interface FunnelPoint {
  /** name of the row */
  readonly label: string;
  /** effect or residual */
  readonly x: number;
  /** square root of the sampling variance */
  readonly stdError: number;
  /** place of its group among the labels, -1 without one */
  readonly group: number;
}

/** A funnel plot as numbers. */
export interface Funnel {
  /** the response as written */
  readonly outcome: string;
  /** what lies on the horizontal axis */
  readonly of: "effect" | "residual";
  /** one an effect size, in data order */
  readonly points: readonly FunnelPoint[];
  /** names of the groups; none without */
  readonly groups: readonly string[];
  /** the funnel's middle: the pooled effect, or 0 for residuals */
  readonly centre: number;
}

/**
 * The numbers of a funnel plot.
 * @throws DrmError "not_supported" without known sampling variances; "bad_option", "unknown_column"
 */
export function funnelPoints(fit: Fit, options: FunnelPointsOptions = {}): Funnel {
  requireFit("funnelPoints", fit);
  checkOptions("funnelPoints", options, FUNNEL_POINTS_OPTIONS);
  const outcome = outcomeRows(fit, options.outcome);
  const reason = whyNoFunnel(fit);
  if (reason !== null) throw new DrmError("not_supported", reason);
  const of = options.of ?? (hasOneMean(outcome) ? "effect" : "residual");
  if (of !== "effect" && of !== "residual") {
    throw new DrmError("bad_option", `of '${String(of)}': a funnel is of "effect" or "residual"`);
  }
  const labels = rowLabels(fit, options, outcome.location);
  const groups = options.group === undefined ? null : rowGroups(fit, options.group, options.data);
  return {
    outcome: outcome.label,
    of,
    points: outcome.present.map((i) => ({
      label: labels[i]!,
      x: of === "effect" ? outcome.y[i]! : outcome.y[i]! - outcome.mu[i]!,
      stdError: Math.sqrt(outcome.v[i]!),
      group: groups?.codes[i] ?? -1,
    })),
    groups: groups?.labels ?? [],
    centre: of === "residual" ? 0 : meanOf(outcome),
  };
}

/** Why a fit has no funnel, or null. */
export function whyNoFunnel(fit: Fit): string | null {
  if (fit.knownV.kind !== "none") return null;
  return "a funnel plot needs known sampling variances: add meta_V(V = ...) to the formula";
}

function hasOneMean({ mu, present }: OutcomeRows): boolean {
  return present.every((i) => Math.abs(mu[i]! - mu[present[0]!]!) <= 1e-12 * Math.max(1, Math.abs(mu[i]!)));
}

function meanOf({ mu, present }: OutcomeRows): number {
  return present.reduce((sum, i) => sum + mu[i]! / present.length, 0);
}
