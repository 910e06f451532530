import { largest } from "../../data/range";
import { requireFit } from "../../fit/require-fit";
import { DrmError, type Fit } from "../../index";
import { checkOptions, type OptionKinds, optionsFor } from "../../options";
import { count } from "../../words";
import { decimals } from "../draw/numbers";
import { PICTURE_OPTIONS, type PictureOptions } from "../draw/svg";
import { drawXy, seriesDots } from "../draw/xy-picture";
import { baujatPoints, INFLUENCE_POINTS_OPTIONS, type InfluencePointsOptions } from "./influence-points";

/** How a Baujat plot is drawn. */
export interface BaujatPlotOptions extends PictureOptions, InfluencePointsOptions {}

const BAUJAT_PLOT_OPTIONS: OptionKinds<BaujatPlotOptions> = {
  ...PICTURE_OPTIONS,
  ...INFLUENCE_POINTS_OPTIONS,
};

/** The most prominent points have their names beside them. */
const NAMED = 8;

/**
 * Baujat plot, as an SVG string: what each effect size, or each level of `by`, contributes to the heterogeneity against
 * what it does to the pooled effect (with moderators, to the mean: Cook's distance). Look at what is on the upper right.
 * One refit for each point.
 *
 * @throws DrmError "not_supported" for a fit that did not converge; "bad_option", "unknown_column"
 */
export function baujatPlot(fit: Fit, options: BaujatPlotOptions = {}): string {
  requireFit("baujatPlot", fit);
  checkOptions("baujatPlot", options, BAUJAT_PLOT_OPTIONS);
  const reason = whyNoDeletions(fit);
  if (reason !== null) throw new DrmError("not_supported", reason);
  const { outcome, measure, points, failed } = baujatPoints(
    fit,
    optionsFor(options, INFLUENCE_POINTS_OPTIONS),
  );
  const [right, top] = [
    largest(
      points.map(({ heterogeneity }) => heterogeneity),
      0,
    ),
    largest(
      points.map(({ influence }) => influence),
      0,
    ),
  ];
  const prominence = (p: (typeof points)[number]) =>
    p.heterogeneity / (right || 1) + p.influence / (top || 1);
  const named = [...points].sort((a, b) => prominence(b) - prominence(a)).slice(0, NAMED);
  const words = named
    .slice(0, 3)
    .map((p) => `${p.label} (${decimals(p.heterogeneity)}, ${decimals(p.influence)})`)
    .join(", ");
  return drawXy(
    {
      name: `Baujat plot of ${outcome}`,
      description: `Baujat plot of ${count(points.length, "point")} (${outcome}): contribution to the heterogeneity against ${measure === "pooled effect" ? "influence on the pooled effect" : measure}. The most prominent: ${words}.`,
      x: { label: "Squared Pearson residual", domain: [-0.03 * right, 1.08 * right || 1] },
      y: {
        label: measure === "pooled effect" ? "Influence on the pooled effect" : measure,
        domain: [-0.03 * top, 1.08 * top || 1],
      },
      marks: [
        ...seriesDots(
          points.map(({ label, heterogeneity, influence }) => ({
            x: heterogeneity,
            y: influence,
            series: 0,
            title: `${label}: ${decimals(heterogeneity)}, ${decimals(influence)}`,
          })),
          1,
        ),
      ],
      labels: named.map((p) => ({ x: p.heterogeneity, y: p.influence, label: p.label })),
      points: points.map((p) => ({ x: p.heterogeneity, y: p.influence })),
      notes:
        failed === 0 ? [] : [`${failed} could not be left out: the model cannot be fitted without them.`],
    },
    options,
  );
}

/** Why nothing can be left out, or null. */
export function whyNoDeletions(fit: Fit): string | null {
  return fit.optim.code === 0 ? null : "leaving rows out needs a fit that converged";
}
