import { dparOf, effectsName } from "../../fit/dpars";
import { requireFit } from "../../fit/require-fit";
import { DrmError, type Fit, ranef, testBasis } from "../../index";
import { limitsAt } from "../../inference/limits";
import { checkOptions, type OptionKinds } from "../../options";
import type { MeanOptions } from "../data/mean-of-rows";
import { groupingsIn, outcomeRows } from "../data/outcome";
import { ROW_OPTIONS, type RowOptions, rowLabels } from "../data/row-values";
import { EFFECT_SCALE_OPTIONS, type EffectScaleOptions, effectScale } from "../draw/effect-scale";
import { drawIntervalRows, type IntervalSection } from "../draw/interval-rows";
import { percent, withInterval } from "../draw/numbers";
import { PICTURE_OPTIONS, type PictureOptions } from "../draw/svg";
import { padded } from "../draw/xy-picture";

/** How ordered intervals are drawn. */
export interface CaterpillarPlotOptions extends PictureOptions, RowOptions, MeanOptions, EffectScaleOptions {
  /** "mu1" (default) or "mu2" of a bivariate fit */
  readonly outcome?: string | undefined;
  /**
   * "effects", or a grouping of the random intercepts ("study"), whose predicted intercepts are shown. Default all
   * groupings of a model that has them, else "effects"
   */
  readonly show?: string | undefined;
  /** label of the axis; default the response as written, or the grouping of the random intercepts */
  readonly xlab?: string | undefined;
}

const CATERPILLAR_PLOT_OPTIONS: OptionKinds<CaterpillarPlotOptions> = {
  outcome: "text",
  show: "text",
  level: "number",
  test: "text",
  xlab: "text",
  ...PICTURE_OPTIONS,
  ...ROW_OPTIONS,
  ...EFFECT_SCALE_OPTIONS,
};

/**
 * Caterpillar plot, as an SVG string: effect sizes, or the predicted random intercepts (BLUPs) of each grouping, in
 * order of size with their intervals. Those of effects are y -+ z sqrt(v); those of BLUPs are of prediction errors, by z or,
 * with test "t", the t distribution with residual degrees of freedom, as metafor's ranef() has them. robust() has no
 * prediction errors: theirs are the model's, by z. Several hundred rows stay readable as a shape.
 *
 * @throws DrmError "bad_option" for a grouping that the model does not have
 */
export function caterpillarPlot(fit: Fit, options: CaterpillarPlotOptions = {}): string {
  requireFit("caterpillarPlot", fit);
  checkOptions("caterpillarPlot", options, CATERPILLAR_PLOT_OPTIONS);
  const { level = 0.95 } = options;
  const sections = caterpillarRows(fit, options, level);
  const isEffects = sections[0]!.of === "effects";
  // a predicted intercept is a difference from the mean
  const scale = effectScale("caterpillarPlot", options, isEffects ? "effects" : "differences");
  const rows = sections.flatMap((section) => section.rows);
  const domain = padded(rows.flatMap(({ lower, upper, estimate }) => [lower, upper, estimate]));
  const to = scale.of;
  const digits = scale.digits(domain);
  const words = (row: (typeof rows)[number]) =>
    withInterval(to(row.estimate), to(row.lower), to(row.upper), digits);
  const { label } = outcomeRows(fit, options.outcome);
  // a section of slopes is called by its SD
  const hasSlopes = sections.some(({ of }) => fit.dpars.some(({ key }) => key === of));
  const effects = hasSlopes ? "random effects" : "random intercepts";
  const what = isEffects ? "effect sizes" : `predicted ${effects}`;
  const counts = sections.map((section) => {
    const [first, last] = [section.rows[0]!, section.rows.at(-1)!];
    const name = section.label === "" ? "" : `${section.label}: `;
    return `${name}${section.rows.length} from ${words(first)} (${first.label}) to ${words(last)} (${last.label}).`;
  });
  return drawIntervalRows(
    {
      name: `Caterpillar plot of ${label}`,
      description: `Ordered ${what} (${label}) with ${percent(level)} intervals. ${counts.join(" ")}`,
      sections: sections.map(
        (section): IntervalSection => ({
          label: section.label,
          rows: section.rows.map((row) => ({ ...row, words: words(row) })),
        }),
      ),
      domain,
      ticks: scale.axis,
      xlab:
        options.xlab ??
        scale.label(isEffects ? label : `Random ${hasSlopes ? "effect" : "intercept"} of ${label}`),
      refline: domain[0] <= 0 && domain[1] >= 0 ? 0 : null,
      column: `${isEffects ? "Effect" : "BLUP"} [${percent(level)}]`,
      notes: isEffects
        ? []
        : [`Predicted ${effects} ± ${reach(fit, options, level).toFixed(2)} prediction SEs.`],
    },
    options,
  );
}

/** A section of the plot as numbers, smallest first. */
export interface CaterpillarSection {
  /** "effects", or the grouping */
  readonly of: string;
  /** what is ordered: the response, or a grouping */
  readonly label: string;
  /** ascending; each with its `label`, `estimate` and limits `lower` and `upper` */
  readonly rows: readonly {
    readonly label: string;
    readonly estimate: number;
    readonly lower: number;
    readonly upper: number;
  }[];
}

/** The numbers of a caterpillar plot. */
export function caterpillarRows(
  fit: Fit,
  options: CaterpillarPlotOptions = {},
  level = options?.level ?? 0.95,
): CaterpillarSection[] {
  requireFit("caterpillarRows", fit);
  checkOptions("caterpillarRows", options, CATERPILLAR_PLOT_OPTIONS);
  const outcome = outcomeRows(fit, options.outcome);
  const limitsOf = limitsAt(level);
  const interval = (label: string, estimate: number, stdError: number, df = Number.POSITIVE_INFINITY) => {
    return { label, estimate, ...limitsOf({ estimate, stdError, df }) };
  };
  const df = predictionDf(fit, options);
  const groupings = groupingsIn(fit, outcome.location);
  const { show = groupings.length > 0 ? undefined : "effects" } = options;
  if (show === "effects") {
    const labels = rowLabels(fit, options, outcome.location);
    const rows = outcome.present.map((i) => interval(labels[i]!, outcome.y[i]!, Math.sqrt(outcome.v[i]!)));
    return [{ of: "effects", label: "", rows: rows.sort((a, b) => a.estimate - b.estimate) }];
  }
  const wanted = groupings.filter(({ group, dpar }) => show === undefined || group === show || dpar === show);
  if (wanted.length === 0) {
    const known = ["effects", ...new Set(groupings.map(({ group }) => group))].join(", ");
    throw new DrmError("bad_option", `show '${show}': this model has ${known} to show`);
  }
  return wanted.map(({ dpar, group, levels }) => ({
    of: dparOf(fit, dpar).slope === undefined ? group : dpar,
    label: `${effectsName(dparOf(fit, dpar))} (${levels.length})`,
    // names of a tree that no row has would be many, and all near 0
    rows: ranef(fit, dpar)
      .slice(0, levels.length)
      .map(({ level: name, estimate, stdError }) => interval(name, estimate, stdError, df))
      .sort((a, b) => a.estimate - b.estimate),
  }));
}

/** Of the intervals of BLUPs. */
function predictionDf(fit: Fit, { test }: MeanOptions): number {
  const basis = testBasis(fit, test);
  return fit.robust === undefined ? basis.df[0]! : Number.POSITIVE_INFINITY;
}

function reach(fit: Fit, options: MeanOptions, level: number): number {
  return limitsAt(level)({ estimate: 0, stdError: 1, df: predictionDf(fit, options) }).upper;
}
