import { areaY, link } from "@observablehq/plot";
import { requireFit } from "../../fit/require-fit";
import type { Fit } from "../../index";
import { checkOptions, type OptionKinds, optionsFor } from "../../options";
import { normalQuantile } from "../../stats/normal";
import { ROW_OPTIONS } from "../data/row-values";
import { SERIES_OPTIONS } from "../data/series";
import { decimals } from "../draw/numbers";
import { PICTURE_OPTIONS, type PictureOptions } from "../draw/svg";
import { COLORS } from "../draw/theme";
import { drawXy, padded, seriesDots } from "../draw/xy-picture";
import {
  RESIDUAL_POINTS_OPTIONS,
  type ResidualPoint,
  type ResidualPointsOptions,
  residualPoints,
} from "./residual-points";

/** How a quantile plot is drawn. */
export interface QqPlotOptions extends PictureOptions, Omit<ResidualPointsOptions, "x"> {}

const QQ_PLOT_OPTIONS: OptionKinds<QqPlotOptions> = {
  outcome: "text",
  ...PICTURE_OPTIONS,
  ...ROW_OPTIONS,
  ...SERIES_OPTIONS,
};

/** A residual against the normal quantile at its rank. */
export interface QqPoint extends ResidualPoint {
  /** normal quantile at its rank */
  readonly theoretical: number;
  /** SD of the order statistic were the residuals independent and standard normal */
  readonly stdError: number;
}

/**
 * Pearson residuals in order, with the normal quantiles of (i - a) / (n + 1 - 2 a), a = 3/8 up to ten residuals and 1/2
 * beyond (R's ppoints()), and the SD of the i-th of n normal values, sqrt(p (1 - p) / n) / phi(z) (Fox 2016, Applied
 * Regression Analysis, section 3.1.3).
 */
export function qqPoints(fit: Fit, options: QqPlotOptions = {}): QqPoint[] {
  requireFit("qqPoints", fit);
  checkOptions("qqPoints", options, QQ_PLOT_OPTIONS);
  const points = [...residualPoints(fit, optionsFor(options, RESIDUAL_POINTS_OPTIONS)).points].sort(
    (a, b) => a.residual - b.residual,
  );
  const n = points.length;
  const a = n <= 10 ? 3 / 8 : 1 / 2;
  return points.map((point, i) => {
    const p = (i + 1 - a) / (n + 1 - 2 * a);
    const z = normalQuantile(p);
    const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    return { ...point, theoretical: z, stdError: Math.sqrt((p * (1 - p)) / n) / density };
  });
}

/**
 * Normal quantile plot of the Pearson residuals, as an SVG string, with the line of equality and its pointwise 95%
 * band. Residuals of one study share errors, so that the band is only a guide where rows depend on each other.
 *
 * @throws DrmError "unknown_column", "bad_option"
 */
export function qqPlot(fit: Fit, options: QqPlotOptions = {}): string {
  requireFit("qqPlot", fit);
  checkOptions("qqPlot", options, QQ_PLOT_OPTIONS);
  const { outcome, groups } = residualPoints(fit, optionsFor(options, RESIDUAL_POINTS_OPTIONS));
  const points = qqPoints(fit, options);
  const band = points.map(({ theoretical, stdError }) => ({
    x: theoretical,
    low: theoretical - 1.96 * stdError,
    high: theoretical + 1.96 * stdError,
  }));
  const outside = points.filter((p) => Math.abs(p.residual - p.theoretical) > 1.96 * p.stdError).length;
  const x = padded(points.map(({ theoretical }) => theoretical));
  return drawXy(
    {
      name: `Normal quantile plot of ${outcome}`,
      description: `Normal quantile plot of ${points.length} Pearson residuals (${outcome}); ${outside} are outside the pointwise 95% band around the line of equality.`,
      x: { label: "Normal quantile", domain: x },
      y: {
        label: "Pearson residual",
        domain: padded([
          ...points.map(({ residual }) => residual),
          ...band.flatMap(({ low, high }) => [low, high]),
        ]),
      },
      marks: [
        areaY(band, { x: "x", y1: "low", y2: "high", fill: COLORS.rule, fillOpacity: 0.2 }),
        link([0], { x1: x[0], y1: x[0], x2: x[1], y2: x[1], stroke: COLORS.rule }),
        ...seriesDots(
          points.map(({ label, theoretical, residual, series }) => ({
            x: theoretical,
            y: residual,
            series,
            title: `${label}: ${decimals(residual)}`,
          })),
          groups.length,
        ),
      ],
      series: groups,
      notes: ["Band: pointwise 95% for independent residuals."],
    },
    options,
  );
}
