import { dot, line, type Markish, ruleX, ruleY } from "@observablehq/plot";
import { requireFit } from "../../fit/require-fit";
import type { Fit } from "../../index";
import { checkOptions, type OptionKinds, optionsFor } from "../../options";
import { count } from "../../words";
import { testNotes } from "../data/mean-notes";
import { decimals, percent } from "../draw/numbers";
import { PICTURE_OPTIONS, type PictureOptions } from "../draw/svg";
import { COLORS, seriesColor } from "../draw/theme";
import { drawXy, holdsZero, padded, seriesDots } from "../draw/xy-picture";
import {
  BIVARIATE_REGIONS_OPTIONS,
  type BivariateRegionsOptions,
  bivariateRegions,
  type Covariance,
} from "./regions";

/** How two outcomes are drawn against each other. */
export interface BivariatePlotOptions extends PictureOptions, BivariateRegionsOptions {
  /** label of the horizontal axis; default the first response as written */
  readonly xlab?: string | undefined;
  /** label of the vertical axis; default the second response as written */
  readonly ylab?: string | undefined;
}

const BIVARIATE_PLOT_OPTIONS: OptionKinds<BivariatePlotOptions> = {
  xlab: "text",
  ylab: "text",
  ...PICTURE_OPTIONS,
  ...BIVARIATE_REGIONS_OPTIONS,
};

const CORNERS = 72;
/** Of more studies the sampling ellipses hide each other. */
const MOST_ELLIPSES = 150;

/**
 * The two outcomes of a bivariate fit against each other, as an SVG string: each study with its sampling ellipse (one
 * standard error), the model's means with their confidence ellipse, and the ellipse that holds 95% of the true effects,
 * whose tilt is rho12.
 *
 * @throws DrmError "not_supported" for a fit of one outcome; "bad_option", "unknown_column"
 */
export function bivariatePlot(fit: Fit, options: BivariatePlotOptions = {}): string {
  requireFit("bivariatePlot", fit);
  checkOptions("bivariatePlot", options, BIVARIATE_PLOT_OPTIONS);
  const { level = 0.95 } = options;
  const { labels, points, regions, series, incomplete } = bivariateRegions(
    fit,
    optionsFor(options, BIVARIATE_REGIONS_OPTIONS),
  );
  // chi-squared quantile of two degrees of freedom
  const radius = Math.sqrt(-2 * Math.log(1 - level));
  const sampling = points.length > MOST_ELLIPSES ? [] : points.map((p) => ellipse(p.y1, p.y2, p.sampling, 1));
  const effects = regions.map(({ mu1, mu2, between }) => ellipse(mu1, mu2, between, radius));
  const means = regions.map((region) => ellipse(region.mu1, region.mu2, region.ofMean, region.radius));
  const colorOf = (label: string) => seriesColor(Math.max(series.indexOf(label), 0));
  const all = [...sampling, ...effects, ...means].flat();
  const x = padded([...points.map((p) => p.y1), ...all.map((p) => p.x)]);
  const y = padded([...points.map((p) => p.y2), ...all.map((p) => p.y)]);
  const marks: Markish[] = [
    ruleX(holdsZero(x) ? [0] : [], { stroke: COLORS.grid }),
    ruleY(holdsZero(y) ? [0] : [], { stroke: COLORS.grid }),
    ...sampling.map((corners) =>
      line(corners, { x: "x", y: "y", stroke: COLORS.rule, strokeOpacity: 0.55, strokeWidth: 0.8 }),
    ),
    ...regions.flatMap(({ label }, i) => [
      line(effects[i]!, { x: "x", y: "y", stroke: colorOf(label), strokeWidth: 1.8, strokeDasharray: "6,3" }),
      line(means[i]!, { x: "x", y: "y", stroke: colorOf(label), fill: colorOf(label), fillOpacity: 0.3 }),
    ]),
    ...seriesDots(
      points.map(({ label, y1, y2, series: at }) => ({
        x: y1,
        y: y2,
        series: at,
        title: `${label}: ${decimals(y1)}, ${decimals(y2)}`,
      })),
      series.length,
    ),
    ...regions.map(({ label, mu1, mu2 }) =>
      dot([0], {
        x: mu1,
        y: mu2,
        r: 5.5,
        symbol: "diamond",
        fill: colorOf(label),
        stroke: COLORS.background,
      }),
    ),
  ];
  const sentences = regions.map(({ label, mu1, mu2, between }) => {
    const correlation = between.v12 / Math.sqrt(between.v1 * between.v2);
    const tilt = Number.isNaN(correlation) ? "" : `, correlation of true effects ${decimals(correlation)}`;
    return `${label === "" ? "Means" : `Means of ${label}`}: ${decimals(mu1)} and ${decimals(mu2)}; SDs ${decimals(Math.sqrt(between.v1))} and ${decimals(Math.sqrt(between.v2))}${tilt}.`;
  });
  return drawXy(
    {
      name: `${labels[0]} and ${labels[1]}`,
      description: `${count(points.length, "study")} with both outcomes, ${labels[0]} and ${labels[1]}, with ellipses for sampling error, true effects and means. ${sentences.join(" ")}`,
      x: { label: options.xlab ?? labels[0], domain: x },
      y: { label: options.ylab ?? labels[1], domain: y },
      marks,
      series,
      notes: [
        `Dashed: ${percent(level)} of true effects. Filled: ${percent(level)} confidence region of the means.`,
        ...testNotes(fit, options.test),
        ...(sampling.length > 0 ? ["Thin: one standard error around each study."] : []),
        ...(incomplete > 0
          ? [`${incomplete} of ${count(points.length + incomplete, "study")} have one outcome only.`]
          : []),
      ],
    },
    options,
  );
}

/** Where z' C^-1 z = radius^2 around a centre; a line where C is singular. */
function ellipse(x: number, y: number, { v1, v12, v2 }: Covariance, radius: number) {
  const l11 = Math.sqrt(v1);
  const l21 = l11 === 0 ? 0 : v12 / l11;
  const l22 = Math.sqrt(Math.max(v2 - l21 * l21, 0));
  return Array.from({ length: CORNERS + 1 }, (_, i) => {
    const angle = (2 * Math.PI * i) / CORNERS;
    const [c, s] = [radius * Math.cos(angle), radius * Math.sin(angle)];
    return { x: x + l11 * c, y: y + l21 * c + l22 * s };
  });
}
