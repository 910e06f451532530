import { areaY, dot, line, type Markish, ruleY } from "@observablehq/plot";
import { DrmError, type Fit } from "../../index";
import {
  type ModeratorCurve,
  type ModeratorCurves,
  type ModeratorOptions,
  moderatorCurves,
} from "../data/moderator-curves";
import { type RowOptions, rowLabels } from "../data/row-values";
import {
  bottomAxis,
  checkTransform,
  effectAxis,
  leftAxis,
  linearAxis,
  shown,
  type Transform,
} from "../draw/effect-axis";
import { legendAbove } from "../draw/legend";
import { decimals, percent, withInterval } from "../draw/numbers";
import { drawSvg, type PictureOptions, widthOf } from "../draw/svg";
import { COLORS, seriesColor, seriesSymbol } from "../draw/theme";

export interface LocationScalePlotOptions extends PictureOptions, ModeratorOptions, RowOptions {
  /**
   * what the wide band around the mean is: "sigma" (default), the mean -+ the SD of true effects; "prediction", where a
   * new study's true effect lies; "none"
   */
  readonly ribbon?: "sigma" | "prediction" | "none" | undefined;
  /** "exp" labels effects on a log scale as ratios */
  readonly transform?: Transform | undefined;
  readonly xlab?: string | undefined;
  readonly ylab?: string | undefined;
}

const RIBBONS = ["sigma", "prediction", "none"];

/**
 * Mean and heterogeneity together, as an SVG string: effects against a moderator, larger bubbles for more precise
 * ones, with the model's mean, its confidence band, and a band as wide as the SD of true effects, which narrows and
 * widens with sigma. A curve for each level of a categorical moderator.
 *
 * @throws DrmError "not_supported" without a numeric moderator; "bad_option", "unknown_column"
 */
export function locationScalePlot(fit: Fit, options: LocationScalePlotOptions = {}): string {
  const { transform = "none", ribbon = "sigma", level = 0.95 } = options;
  checkTransform(transform);
  if (!RIBBONS.includes(ribbon)) {
    throw new DrmError("bad_option", `ribbon '${ribbon}': it is ${RIBBONS.join(", ")}`);
  }
  const found = moderatorCurves(fit, options);
  const points = bubbles(fit, found, options);
  const curves = found.curves.map((curve) => samples(curve, ribbon));
  const ys = [
    ...points.map(({ y }) => y),
    ...curves.flat().flatMap((at) => [at.low, at.high, at.lower, at.upper]),
  ];
  const domain = padded(ys.filter(Number.isFinite));
  const xDomain = padded(points.map(({ x }) => x));
  const width = widthOf(options);
  const [left, right] = [62, 16];
  const legend = legendAbove(
    found.by === null ? [] : found.curves.map(({ label }) => label),
    width - left - right,
  );
  const to = shown(transform);
  const outcome = found.outcome.label;
  const ylab = options.ylab ?? (transform === "exp" ? `exp(${outcome})` : outcome);
  const marks: Markish[] = [
    domain[0] < 0 && domain[1] > 0 ? ruleY([0], { stroke: COLORS.rule }) : null,
    ...curves.map((at, i) =>
      areaY(at, {
        x: "x",
        y1: "low",
        y2: "high",
        fill: seriesColor(i),
        fillOpacity: curves.length > 2 ? 0.1 : 0.16,
      }),
    ),
    ...curves.map((at, i) =>
      areaY(at, { x: "x", y1: "lower", y2: "upper", fill: seriesColor(i), fillOpacity: 0.3 }),
    ),
    ...[-1, ...found.curves.keys()].map((series) => {
      const color = series < 0 ? COLORS.muted : seriesColor(series);
      return dot(
        points.filter((point) => point.series === series),
        {
          x: "x",
          y: "y",
          r: "r",
          symbol: series < 0 ? "circle" : seriesSymbol(series),
          fill: color,
          fillOpacity: 0.45,
          stroke: color,
          strokeWidth: 0.8,
          title: "title",
        },
      );
    }),
    ...curves.map((at, i) => line(at, { x: "x", y: "mean", stroke: seriesColor(i), strokeWidth: 2.2 })),
    ...bottomAxis(
      linearAxis(xDomain, Math.max(3, Math.floor((width - left - right) / 80))),
      options.xlab ?? found.x,
    ),
    ...leftAxis(effectAxis(domain, transform, 6), ylab, 52),
    ...legend.marks,
  ];
  return drawSvg(
    {
      name: `${outcome} against ${found.x}`,
      description: describe(found, ribbon, to),
      marks,
      height: Math.round(Math.min(480, Math.max(300, 0.62 * width))) + legend.height,
      margins: { left, right, top: 14 + legend.height, bottom: 44 },
      scales: { x: { domain: [...xDomain] }, y: { domain: [...domain] }, r: { type: "identity" } },
      notes: notesOf(found, ribbon, level),
    },
    options,
  );
}

interface Bubble {
  readonly x: number;
  readonly y: number;
  /** px; its area follows the precision 1 / v */
  readonly r: number;
  readonly series: number;
  readonly title: string;
}

function bubbles(fit: Fit, { x, outcome, curveOf }: ModeratorCurves, options: RowOptions): Bubble[] {
  const { y, v, present, location } = outcome;
  const values = (fit.data[x] as { values: Float64Array }).values;
  const labels = rowLabels(fit, options, location);
  const precise = Math.max(...present.map((i) => 1 / v[i]!).filter(Number.isFinite), 0);
  const crowded = present.length > 300 ? 0.6 : 1;
  const radius = (variance: number) => {
    if (precise === 0) return 4 * crowded;
    return crowded * Math.max(1.5, 9 * Math.sqrt(variance === 0 ? 1 : 1 / variance / precise));
  };
  return present.map((i) => ({
    x: values[i]!,
    y: y[i]!,
    r: radius(v[i]!),
    series: curveOf[i]!,
    title: `${labels[i]}: ${decimals(y[i]!)}, ${x} ${Number(values[i]!.toPrecision(4))}`,
  }));
}

function samples(curve: ModeratorCurve, ribbon: string) {
  return curve.x.map((x, i) => {
    const [mean, reach] = [curve.mean[i]!, curve.heterogeneity[i]!];
    const [low, high] =
      ribbon === "prediction"
        ? [curve.predictionLower[i]!, curve.predictionUpper[i]!]
        : [mean - reach, mean + reach];
    const none = ribbon === "none" ? Number.NaN : 0;
    return { x, mean, lower: curve.lower[i]!, upper: curve.upper[i]!, low: low + none, high: high + none };
  });
}

/** The range of the values with a little room at both ends. */
function padded(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const pad = 0.04 * (high - low) || 1;
  return [low - pad, high + pad];
}

function notesOf({ at }: ModeratorCurves, ribbon: string, level: number): string[] {
  const wide = {
    sigma: "Wide band: mean ± SD of true effects.",
    prediction: `Wide band: ${percent(level)} prediction interval of a new study's true effect.`,
  }[ribbon];
  return [
    ["Line and narrow band: mean with its", `${percent(level)} confidence band.`, wide]
      .filter(Boolean)
      .join(" "),
    ...(at === "" ? [] : [`At ${at}.`]),
  ];
}

function describe(
  { x, curves, outcome }: ModeratorCurves,
  ribbon: string,
  to: (x: number) => number,
): string {
  const sentences = curves.map((curve) => {
    const where = (i: number) => {
      const mean = withInterval(to(curve.mean[i]!), to(curve.lower[i]!), to(curve.upper[i]!));
      return `${mean} with SD of true effects ${decimals(curve.heterogeneity[i]!)} at ${x} = ${Number(curve.x[i]!.toPrecision(3))}`;
    };
    const last = curve.x.length - 1;
    const name = curve.label === "" ? "Mean" : `Mean of ${curve.label}`;
    return `${name}: ${where(0)}${last > 0 ? `, ${where(last)}` : ""}.`;
  });
  const band = ribbon === "none" ? "" : " and a band that shows the heterogeneity";
  return `${outcome.present.length} effect sizes (${outcome.label}) against ${x}, with the model's mean${band}. ${sentences.join(" ")}`;
}
