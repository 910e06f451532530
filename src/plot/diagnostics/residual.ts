import { ruleY } from "@observablehq/plot";
import { largest as largestOf } from "../../data/range";
import { requireFit } from "../../fit/require-fit";
import type { Fit } from "../../index";
import { checkOptions, type OptionKinds, optionsFor } from "../../options";
import { count } from "../../words";
import { decimals } from "../draw/numbers";
import { PICTURE_OPTIONS, type PictureOptions } from "../draw/svg";
import { COLORS } from "../draw/theme";
import { drawXy, padded, seriesDots } from "../draw/xy-picture";
import { RESIDUAL_POINTS_OPTIONS, type ResidualPointsOptions, residualPoints } from "./residual-points";

/** How residuals are drawn. */
export interface ResidualPlotOptions extends PictureOptions, ResidualPointsOptions {
  /** label of the horizontal axis; default what lies on it */
  readonly xlab?: string | undefined;
}

const RESIDUAL_PLOT_OPTIONS: OptionKinds<ResidualPlotOptions> = {
  xlab: "text",
  ...PICTURE_OPTIONS,
  ...RESIDUAL_POINTS_OPTIONS,
};

const CRITICAL = 1.959963984540054;

/**
 * Residual plot, as an SVG string: Pearson residuals, which take the known and the estimated variance of their row into
 * account, against the fitted mean, the standard error or a moderator. About 95% lie between the dashed lines, at every
 * place along the axis, if the model for the mean and for the heterogeneity is right.
 *
 * @throws DrmError "unknown_column", "bad_option"
 */
export function residualPlot(fit: Fit, options: ResidualPlotOptions = {}): string {
  requireFit("residualPlot", fit);
  checkOptions("residualPlot", options, RESIDUAL_PLOT_OPTIONS);
  const { outcome, x, points, groups } = residualPoints(fit, optionsFor(options, RESIDUAL_POINTS_OPTIONS));
  const reach =
    largestOf(
      points.map(({ residual }) => Math.abs(residual)),
      2.5,
    ) * 1.06;
  const outside = points.filter(({ residual }) => Math.abs(residual) > CRITICAL).length;
  const extreme = [...points].sort((a, b) => Math.abs(b.residual) - Math.abs(a.residual))[0];
  const largest =
    extreme === undefined ? "" : ` The largest is ${decimals(extreme.residual)} (${extreme.label}).`;
  return drawXy(
    {
      name: `Residuals of ${outcome}`,
      description: `Pearson residuals of ${count(points.length, "effect size")} (${outcome}) against ${x.toLowerCase()}; ${outside} are beyond ±1.96.${largest}`,
      x: { label: options.xlab ?? x, domain: padded(points.map((point) => point.x)) },
      y: { label: "Pearson residual", domain: [-reach, reach] },
      marks: [
        ruleY([0], { stroke: COLORS.rule }),
        ruleY([-CRITICAL, CRITICAL], { stroke: COLORS.rule, strokeDasharray: "4,3" }),
        ...seriesDots(
          points.map(({ label, residual, series, x: at }) => ({
            x: at,
            y: residual,
            series,
            title: `${label}: ${decimals(residual)}`,
          })),
          groups.length,
        ),
      ],
      series: groups,
      notes: ["Dashed: ±1.96. Residuals are over the SD of their effect size, heterogeneity included."],
    },
    options,
  );
}
