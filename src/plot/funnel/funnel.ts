import { areaX, dot, line, link, type Markish, ruleX } from "@observablehq/plot";
import type { SmallStudy } from "../../bias/small-study";
import type { TrimFill } from "../../bias/trim-fill";
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
  /** what smallStudy() of drmeta/bias found by "sei" (Egger, PET) or "vi" (PEESE): draws the mean against the standard error */
  readonly smallStudy?: Pick<SmallStudy, "predictor" | "slope" | "adjusted"> | undefined;
  /** what trimFill() of drmeta/bias filled in: drawn as open circles */
  readonly trimFill?: Pick<TrimFill, "estimator" | "filledEffects" | "filledVariances"> | undefined;
  /** label of the horizontal axis; default the response as written, or its residual */
  readonly xlab?: string | undefined;
}

const FUNNEL_PLOT_OPTIONS: OptionKinds<FunnelPlotOptions> = {
  contours: "numbers",
  refline: "number",
  smallStudy: "object",
  trimFill: "object",
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
  const filled = filledPoints(options.trimFill, of);
  const largest = largestOf([...points, ...filled].map(({ stdError }) => stdError)) * 1.05 || 1;
  const curve = meanCurve(options.smallStudy, of, largest);
  const reach = (criticals[0] ?? 1.96) * largest;
  const xs = [...points, ...filled, ...curve].map(({ x }) => x);
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
    line(curve, { x: "x", y: "stdError", stroke: COLORS.series[1], strokeWidth: 2 }),
    dot(filled, { x: "x", y: "stdError", r: 4, stroke: COLORS.series[0], fill: "none" }),
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
        ...(curve.length === 0 ? [] : [`Line: the mean by ${options.smallStudy!.predictor}.`]),
        ...(filled.length === 0
          ? []
          : [`Open: ${count(filled.length, "effect size")} filled in (${options.trimFill!.estimator}).`]),
      ],
    },
    options,
  );
}

interface Point {
  readonly x: number;
  readonly stdError: number;
}

function filledPoints(trimFill: FunnelPlotOptions["trimFill"], of: Funnel["of"]): Point[] {
  if (trimFill === undefined) return [];
  requireEffects("trimFill", of);
  return trimFill.filledEffects.map((x, i) => ({ x, stdError: Math.sqrt(trimFill.filledVariances[i]!) }));
}

/** The mean at standard errors from 0 on, other moderators at their averages. */
function meanCurve(smallStudy: FunnelPlotOptions["smallStudy"], of: Funnel["of"], largest: number): Point[] {
  if (smallStudy === undefined) return [];
  requireEffects("smallStudy", of);
  const { predictor, slope, adjusted } = smallStudy;
  if (predictor !== "sei" && predictor !== "vi") {
    throw new DrmError(
      "bad_option",
      `smallStudy: its predictor is ${predictor}, and a funnel has the standard errors only: wanted "sei" or "vi"`,
    );
  }
  const steps = 40;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const stdError = (i / steps) * largest;
    const size = predictor === "sei" ? stdError : stdError ** 2;
    return { x: adjusted.estimate + slope.estimate * size, stdError };
  });
}

function requireEffects(option: string, of: Funnel["of"]): void {
  if (of === "residual") {
    throw new DrmError(
      "bad_option",
      `${option} is of effects, and this funnel is of residuals: of: "effect"`,
    );
  }
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
