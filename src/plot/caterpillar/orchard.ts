import { dot, link, type Markish, ruleX, text } from "@observablehq/plot";
import { requireFit } from "../../fit/require-fit";
import type { Fit } from "../../index";
import { checkOptions, type OptionKinds } from "../../options";
import { count } from "../../words";
import { meanNotes } from "../data/mean-notes";
import { type MeanOfRows, type MeanOptions, meanOfRows } from "../data/mean-of-rows";
import { type OutcomeRows, outcomeRows } from "../data/outcome";
import { ROW_OPTIONS, type RowOptions, rowLabels } from "../data/row-values";
import { SERIES_OPTIONS, type SeriesOptions, seriesOf } from "../data/series";
import { bubbleRadius } from "../draw/bubble";
import { bottomAxis } from "../draw/effect-axis";
import { EFFECT_SCALE_OPTIONS, type EffectScaleOptions, effectScale } from "../draw/effect-scale";
import { decimals, percent, withInterval } from "../draw/numbers";
import { drawSvg, PICTURE_OPTIONS, type PictureOptions, widest, widthOf } from "../draw/svg";
import { wrapText } from "../draw/text-width";
import { COLORS, FONT, seriesColor } from "../draw/theme";
import { padded } from "../draw/xy-picture";

/** How effects by group are drawn. */
export interface OrchardPlotOptions
  extends PictureOptions,
    RowOptions,
    SeriesOptions,
    MeanOptions,
    EffectScaleOptions {
  /** "mu1" (default) or "mu2" of a bivariate fit */
  readonly outcome?: string | undefined;
  /** label of the axis; default the response as written */
  readonly xlab?: string | undefined;
}

const ORCHARD_PLOT_OPTIONS: OptionKinds<OrchardPlotOptions> = {
  outcome: "text",
  level: "number",
  test: "text",
  xlab: "text",
  ...PICTURE_OPTIONS,
  ...ROW_OPTIONS,
  ...SERIES_OPTIONS,
  ...EFFECT_SCALE_OPTIONS,
};

/** A band of the plot as numbers. */
export interface OrchardGroup extends MeanOfRows {
  /** name of the group */
  readonly label: string;
  /** places of its effects among the rows used */
  readonly members: readonly number[];
}

const BAND = 92;
const GAP = 12;

/** The model's mean over the rows of each group, with its intervals. */
export function orchardGroups(fit: Fit, options: OrchardPlotOptions = {}): OrchardGroup[] {
  requireFit("orchardGroups", fit);
  checkOptions("orchardGroups", options, ORCHARD_PLOT_OPTIONS);
  const outcome = outcomeRows(fit, options.outcome);
  const groups = seriesOf(fit, options);
  const all = groups === null ? [{ label: "All", members: outcome.present }] : membersOf(groups, outcome);
  return all.map((group) => ({
    ...group,
    ...meanOfRows(fit, outcome, group.members, options),
  }));
}

function membersOf({ labels, codes }: NonNullable<ReturnType<typeof seriesOf>>, { present }: OutcomeRows) {
  return labels
    .map((label, code) => ({ label, members: present.filter((i) => codes[i] === code) }))
    .filter(({ members }) => members.length > 0);
}

/**
 * Orchard plot (Nakagawa et al. 2021), as an SVG string: for each group its effect sizes, larger for more precise ones,
 * and over them the model's mean with its confidence interval (thick) and the prediction interval of a new study's
 * true effect (thin), which is as wide as the group is heterogeneous.
 *
 * @throws DrmError "bad_option", "unknown_column"
 */
export function orchardPlot(fit: Fit, options: OrchardPlotOptions = {}): string {
  requireFit("orchardPlot", fit);
  checkOptions("orchardPlot", options, ORCHARD_PLOT_OPTIONS);
  const { level = 0.95 } = options;
  const scale = effectScale("orchardPlot", options);
  const outcome = outcomeRows(fit, options.outcome);
  const groups = orchardGroups(fit, options);
  const labels = rowLabels(fit, options, outcome.location);
  const width = widthOf(options);
  const name = ({ label, members }: OrchardGroup) => `${label} (${members.length})`;
  const labelWidth = Math.min(widest(groups.map(name), FONT.normal), 0.3 * width);
  const left = labelWidth + 2 * GAP;
  const right = 16;
  const middle = (i: number) => 12 + BAND * (i + 0.5);
  const bottom = 12 + BAND * groups.length;
  const domain = padded([
    ...outcome.present.map((i) => outcome.y[i]!),
    ...groups.flatMap((group) => [group.predictionLower, group.predictionUpper]),
  ]);
  const to = scale.of;
  const digits = scale.digits(domain);
  const words = (g: OrchardGroup) => withInterval(to(g.estimate), to(g.lower), to(g.upper), digits);
  const prediction = ({ predictionLower, predictionUpper }: OrchardGroup) =>
    Number.isNaN(predictionLower)
      ? ""
      : `, prediction interval ${decimals(to(predictionLower), digits)} to ${decimals(to(predictionUpper), digits)}`;
  const radius = bubbleRadius(outcome.present.map((i) => outcome.v[i]!));
  const marks: Markish[] = [
    ...bottomAxis(
      scale.axis(domain, Math.max(3, Math.floor((width - left) / 75))),
      options.xlab ?? scale.label(outcome.label),
    ),
    domain[0] < 0 && domain[1] > 0 ? ruleX([0], { stroke: COLORS.rule, y1: 12, y2: bottom }) : null,
    ...groups.flatMap((group, i) => {
      const color = seriesColor(i);
      const y = middle(i);
      const across = (from: number, to_: number, strokeWidth: number) =>
        link([0], { x1: from, x2: to_, y1: y, y2: y, stroke: COLORS.ink, strokeWidth });
      return [
        dot(
          group.members.map((row, k) => ({ row, k })),
          {
            x: ({ row }) => outcome.y[row]!,
            y: ({ k }) => y + spread(k) * 0.36 * BAND,
            r: ({ row }) => radius(outcome.v[row]!),
            fill: color,
            fillOpacity: 0.4,
            stroke: color,
            strokeWidth: 0.6,
            title: ({ row }) => `${labels[row]}: ${decimals(to(outcome.y[row]!), digits)}`,
          },
        ),
        across(group.predictionLower, group.predictionUpper, 1.2),
        across(group.lower, group.upper, 4.5),
        dot([0], { x: group.estimate, y, r: 6, fill: color, stroke: COLORS.ink, strokeWidth: 1.8 }),
        text([wrapText(name(group), labelWidth, FONT.normal).join("\n")], {
          y,
          frameAnchor: "left",
          textAnchor: "start",
          dx: GAP - left,
          lineHeight: 1.2,
        }),
      ];
    }),
  ];
  return drawSvg(
    {
      name: `Orchard plot of ${outcome.label}`,
      description: `Orchard plot of ${count(outcome.present.length, "effect size")} (${outcome.label}). ${groups
        .map((g) => `${name(g)}: mean ${words(g)}${prediction(g)}.`)
        .join(" ")}`,
      marks,
      height: bottom + 44,
      margins: { left, right, top: 12, bottom: 44 },
      scales: { x: { domain: [...domain] }, y: { type: "identity", axis: null }, r: { type: "identity" } },
      notes: [
        `Thick: ${percent(level)} confidence interval of the mean. Thin: ${percent(level)} prediction interval.`,
        ...meanNotes(fit, options.test, groups),
      ],
    },
    options,
  );
}

/** Van der Corput's sequence between -1 and 1: spreads points evenly, the same way each time. */
function spread(k: number): number {
  let [value, base, rest] = [0, 0.5, k + 1];
  while (rest > 0) {
    value += base * (rest % 2);
    rest = Math.floor(rest / 2);
    base /= 2;
  }
  return 2 * value - 1;
}
