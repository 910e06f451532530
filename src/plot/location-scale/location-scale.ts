import { areaY, line, type Markish, ruleY } from "@observablehq/plot";
import { requireFit } from "../../fit/require-fit";
import { DrmError, type Fit } from "../../index";
import { checkOptions, type OptionKinds, optionsFor } from "../../options";
import { count } from "../../words";
import { testNotes, vanishingNotes } from "../data/mean-notes";
import {
  MODERATOR_OPTIONS,
  type ModeratorCurve,
  type ModeratorCurves,
  type ModeratorOptions,
  moderatorCurves,
} from "../data/moderator-curves";
import { ROW_OPTIONS, type RowOptions, rowLabels } from "../data/row-values";
import { bubbleRadius } from "../draw/bubble";
import { EFFECT_SCALE_OPTIONS, type EffectScaleOptions, effectScale } from "../draw/effect-scale";
import { decimals, percent, short, withInterval } from "../draw/numbers";
import { PICTURE_OPTIONS, type PictureOptions } from "../draw/svg";
import { COLORS, seriesColor } from "../draw/theme";
import { drawXy, holdsZero, padded, type SeriesPoint, seriesDots } from "../draw/xy-picture";

/** How mean and heterogeneity are drawn along a moderator. */
export interface LocationScalePlotOptions
  extends PictureOptions,
    ModeratorOptions,
    RowOptions,
    EffectScaleOptions {
  /**
   * what the wide band around the mean is: "sigma" (default), the mean -+ the SD of true effects; "prediction", where a
   * new study's true effect lies; "none"
   */
  readonly ribbon?: "sigma" | "prediction" | "none" | undefined;
  /** label of the horizontal axis; default the moderator */
  readonly xlab?: string | undefined;
  /** label of the vertical axis; default the response as written */
  readonly ylab?: string | undefined;
}

const LOCATION_SCALE_PLOT_OPTIONS: OptionKinds<LocationScalePlotOptions> = {
  ribbon: "text",
  xlab: "text",
  ylab: "text",
  ...PICTURE_OPTIONS,
  ...MODERATOR_OPTIONS,
  ...ROW_OPTIONS,
  ...EFFECT_SCALE_OPTIONS,
};

const RIBBONS = ["sigma", "prediction", "none"];

/**
 * Mean and heterogeneity together, as an SVG string: effects against a moderator, larger bubbles for more precise
 * ones, with the model's mean, its confidence band, and a band as wide as the SD of true effects, which narrows and
 * widens with sigma. A curve for each level of a categorical moderator.
 *
 * @throws DrmError "not_supported" without a numeric moderator; "bad_option", "unknown_column"
 */
export function locationScalePlot(fit: Fit, options: LocationScalePlotOptions = {}): string {
  requireFit("locationScalePlot", fit);
  checkOptions("locationScalePlot", options, LOCATION_SCALE_PLOT_OPTIONS);
  const { ribbon = "sigma", level = 0.95 } = options;
  const scale = effectScale("locationScalePlot", options);
  if (!RIBBONS.includes(ribbon)) {
    throw new DrmError("bad_option", `ribbon '${ribbon}': it is ${RIBBONS.join(", ")}`);
  }
  const found = moderatorCurves(fit, optionsFor(options, MODERATOR_OPTIONS));
  const points = bubbles(fit, found, options, scale.of);
  const curves = found.curves.map((curve) => samples(curve, ribbon));
  const domain = padded([
    ...points.map(({ y }) => y),
    ...curves.flat().flatMap((at) => [at.low, at.high, at.lower, at.upper, at.mean]),
  ]);
  const to = scale.of;
  const outcome = found.outcome.label;
  const marks: Markish[] = [
    ruleY(holdsZero(domain) ? [0] : [], { stroke: COLORS.rule }),
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
    ...seriesDots(points, found.curves.length, 0.45),
    ...curves.map((at, i) => line(at, { x: "x", y: "mean", stroke: seriesColor(i), strokeWidth: 2.2 })),
  ];
  return drawXy(
    {
      name: `${outcome} against ${found.x}`,
      description: describe(found, ribbon, to),
      x: { label: options.xlab ?? found.x, domain: padded(points.map(({ x }) => x)) },
      y: {
        label: options.ylab ?? scale.label(outcome),
        domain,
        ticks: scale.axis,
      },
      marks,
      series: found.by === null ? [] : found.curves.map(({ label }) => label),
      notes: [
        ...notesOf(found, ribbon, level),
        ...testNotes(fit, options.test),
        ...vanishingNotes(fit, withoutLimits(found)),
      ],
    },
    options,
  );
}

function bubbles(
  fit: Fit,
  { x, outcome, curveOf }: ModeratorCurves,
  options: RowOptions,
  to: (x: number) => number,
): SeriesPoint[] {
  const { y, v, present, location } = outcome;
  const values = (fit.data[x] as { values: Float64Array }).values;
  const labels = rowLabels(fit, options, location);
  const radius = bubbleRadius(present.map((i) => v[i]!));
  return present.map((i) => ({
    x: values[i]!,
    y: y[i]!,
    r: radius(v[i]!),
    series: curveOf[i]!,
    title: `${labels[i]}: ${decimals(to(y[i]!))}, ${x} ${short(values[i]!, 4)}`,
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

/** Curves somewhere without a confidence band: the mean there rests on one cluster. */
function withoutLimits({ curves }: ModeratorCurves): string[] {
  return curves.flatMap(({ label, lower }) =>
    lower.some(Number.isNaN) ? [label === "" ? "the mean" : label] : [],
  );
}

function describe(
  { x, curves, outcome }: ModeratorCurves,
  ribbon: string,
  to: (x: number) => number,
): string {
  const sentences = curves.map((curve) => {
    const where = (i: number) => {
      const mean = withInterval(to(curve.mean[i]!), to(curve.lower[i]!), to(curve.upper[i]!));
      return `${mean} with SD of true effects ${decimals(curve.heterogeneity[i]!)} at ${x} = ${short(curve.x[i]!, 3)}`;
    };
    const last = curve.x.length - 1;
    const name = curve.label === "" ? "Mean" : `Mean of ${curve.label}`;
    return `${name}: ${where(0)}${last > 0 ? `, ${where(last)}` : ""}.`;
  });
  const band = ribbon === "none" ? "" : " and a band that shows the heterogeneity";
  return `${count(outcome.present.length, "effect size")} (${outcome.label}) against ${x}, with the model's mean${band}. ${sentences.join(" ")}`;
}
