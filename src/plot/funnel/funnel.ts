import { areaX, link, type Markish, ruleX } from "@observablehq/plot";
import { largest as largestOf, smallest } from "../../data/range";
import { requireFit } from "../../fit/require-fit";
import { DrmError, type Fit } from "../../index";
import { criticalValue } from "../../inference/level";
import { checkOptions, type OptionKinds, optionsFor } from "../../options";
import { count } from "../../words";
import { EFFECT_SCALE_OPTIONS, type EffectScaleOptions, effectScale } from "../draw/effect-scale";
import { decimals, digitsFor, percent } from "../draw/numbers";
import { PICTURE_OPTIONS, type PictureOptions } from "../draw/svg";
import { COLORS } from "../draw/theme";
import { drawXy, padded, seriesDots } from "../draw/xy-picture";
import { FUNNEL_POINTS_OPTIONS, type Funnel, type FunnelPointsOptions, funnelPoints } from "./points";

/** How a funnel plot is drawn. */
export interface FunnelPlotOptions extends PictureOptions, FunnelPointsOptions, EffectScaleOptions {
  /**
   * levels of the shaded regions. Default [0.95]: the funnel around the mean. With `refline: 0` and [0.9, 0.95, 0.99] it
   * is the contour-enhanced funnel of Peters et al. (2008)
   */
  readonly contours?: readonly number[] | undefined;
  /** middle of the regions on the scale of the response; default the pooled effect, 0 for residuals */
  readonly refline?: number | undefined;
  /** label of the horizontal axis; default the response as written, or its residual */
  readonly xlab?: string | undefined;
}

const FUNNEL_PLOT_OPTIONS: OptionKinds<FunnelPlotOptions> = {
  contours: "numbers",
  refline: "number",
  xlab: "text",
  ...PICTURE_OPTIONS,
  ...FUNNEL_POINTS_OPTIONS,
  ...EFFECT_SCALE_OPTIONS,
};

/**
 * Funnel plot, as an SVG string: effects, or residuals where the mean has moderators, against their standard errors, the
 * precise ones on top. The regions, refline -+ z se, hold 95% of the effects if sampling error is all that makes them
 * differ; with heterogeneity more lie outside without anything being amiss.
 *
 * @throws DrmError "not_supported" without known sampling variances; "bad_option", "unknown_column"
 */
export function funnelPlot(fit: Fit, options: FunnelPlotOptions = {}): string {
  requireFit("funnelPlot", fit);
  checkOptions("funnelPlot", options, FUNNEL_PLOT_OPTIONS);
  const { contours = [0.95] } = options;
  const funnel = funnelPoints(fit, optionsFor(options, FUNNEL_POINTS_OPTIONS));
  const { points, groups, of } = funnel;
  const refline = options.refline ?? funnel.centre;
  const scale = effectScale("funnelPlot", options, of === "residual" ? "differences" : "effects");
  const to = scale.of;
  const criticals = contours.map(checkedCritical).sort((a, b) => b - a);
  const largest = largestOf(points.map(({ stdError }) => stdError)) * 1.05 || 1;
  const reach = (criticals[0] ?? 1.96) * largest;
  const xs = points.map(({ x }) => x);
  const marks: Markish[] = [
    // the widest region first, so that narrower ones lie on it
    ...criticals.map((critical) =>
      areaX(
        [0, largest].map((se) => ({ se, x1: refline - critical * se, x2: refline + critical * se })),
        { y: "se", x1: "x1", x2: "x2", fill: COLORS.rule, fillOpacity: 0.22 },
      ),
    ),
    ...criticals.flatMap((critical) =>
      [-1, 1].map((side) =>
        link([0], {
          x1: refline,
          y1: 0,
          x2: refline + side * critical * largest,
          y2: largest,
          stroke: COLORS.rule,
        }),
      ),
    ),
    refline === funnel.centre
      ? null
      : ruleX([funnel.centre], { stroke: COLORS.series[1], strokeDasharray: "3,3" }),
    ruleX([refline], { stroke: COLORS.muted }),
    ...seriesDots(
      points.map(({ label, x, stdError, group }) => ({
        x,
        y: stdError,
        series: groups.length === 0 ? 0 : group,
        title: `${label}: ${decimals(to(x), 3)}, SE ${decimals(stdError, 3)}`,
      })),
      groups.length,
    ),
  ];
  const name = of === "residual" ? `Residual of ${funnel.outcome}` : funnel.outcome;
  return drawXy(
    {
      name: `Funnel plot of ${funnel.outcome}`,
      description: describe(funnel, refline, criticals, contours, to),
      x: {
        label: options.xlab ?? scale.label(name),
        domain: padded([...xs, refline - reach, refline + reach], 0.03),
        ticks: scale.axis,
      },
      y: { label: "Standard error", domain: [0, largest], reversed: true },
      marks,
      series: groups,
      notes: [
        `Shaded: ${regions(contours)} around ${decimals(to(refline), 2)} if sampling error were all.`,
        ...(refline === funnel.centre ? [] : ["Dashed: the model's mean."]),
      ],
    },
    options,
  );
}

function checkedCritical(level: number): number {
  if (!(level > 0 && level < 1)) {
    throw new DrmError("bad_option", `contours: ${level} is not between 0 and 1`);
  }
  return criticalValue(level);
}

function regions(levels: readonly number[]): string {
  const names = [...levels].sort((a, b) => a - b).map(percent);
  return names.length === 1
    ? `${names[0]} region`
    : `${names.slice(0, -1).join(", ")} and ${names.at(-1)} regions`;
}

function describe(
  { points, outcome, of, groups }: Funnel,
  refline: number,
  criticals: readonly number[],
  levels: readonly number[],
  to: (x: number) => number,
): string {
  const critical = criticals[0];
  const outside = points.filter(
    ({ x, stdError }) => Math.abs(x - refline) > (critical ?? 0) * stdError,
  ).length;
  const ses = points.map(({ stdError }) => stdError);
  const digits = digitsFor(largestOf(ses));
  const what = of === "residual" ? "residual" : "effect size";
  return [
    `Funnel plot of ${count(points.length, what)} (${outcome}) against their standard errors,`,
    `${decimals(smallest(ses), digits)} to ${decimals(largestOf(ses), digits)}`,
    groups.length > 1 ? `, in ${groups.length} groups: ${groups.join(", ")}` : "",
    `. The funnel is around ${decimals(to(refline), 2)};`,
    critical === undefined
      ? ""
      : ` ${outside} of ${points.length} lie outside its ${percent(largestOf(levels))} region.`,
  ]
    .join(" ")
    .replace(/ +([.,])/g, "$1")
    .replace(/ +/g, " ");
}
