import { areaY, line, type Markish, ruleX } from "@observablehq/plot";
import { largest as largestOf } from "../../data/range";
import { isSd } from "../../fit/dpars";
import { requireFit } from "../../fit/require-fit";
import { DrmError, type Fit, scaleIntervals } from "../../index";
import { checkOptions, type OptionKinds, optionsFor } from "../../options";
import {
  MODERATOR_OPTIONS,
  type ModeratorCurves,
  type ModeratorOptions,
  moderatorCurves,
} from "../data/moderator-curves";
import { isCategorical, moderatorsOf } from "../data/moderators";
import { groupingsIn, outcomeRows } from "../data/outcome";
import { linearAxis } from "../draw/effect-axis";
import { drawIntervalRows, type IntervalRow } from "../draw/interval-rows";
import { decimals, digitsFor, percent, short, withInterval } from "../draw/numbers";
import { PICTURE_OPTIONS, type PictureOptions } from "../draw/svg";
import { seriesColor } from "../draw/theme";
import { drawXy, padded } from "../draw/xy-picture";

/** How the heterogeneity is drawn along a moderator, or by group. */
export interface HeterogeneityPlotOptions extends PictureOptions, ModeratorOptions {
  /**
   * how the intervals of SDs by group are found: "profile" (likelihood ratio) or "wald". Default "profile", and "wald" where
   * profiles would take over a second, and of a fit that did not converge. Bands along a moderator are Wald's
   */
  readonly confint?: "profile" | "wald" | undefined;
  /** label of the horizontal axis; default the moderator, or "SD of true effects" */
  readonly xlab?: string | undefined;
}

const HETEROGENEITY_PLOT_OPTIONS: OptionKinds<HeterogeneityPlotOptions> = {
  confint: "text",
  xlab: "text",
  ...PICTURE_OPTIONS,
  ...MODERATOR_OPTIONS,
};

/**
 * The heterogeneity itself, as an SVG string. Where sigma has a numeric moderator: sigma (an SD) against it with its
 * confidence band, by group where there is one. Otherwise a row for each SD, that is sigma for each combination of its
 * categorical moderators and the SDs of random intercepts, with profile-likelihood intervals.
 *
 * @throws DrmError "not_supported" when no SD is estimated; "bad_option", "unknown_column"
 */
export function heterogeneityPlot(fit: Fit, options: HeterogeneityPlotOptions = {}): string {
  requireFit("heterogeneityPlot", fit);
  checkOptions("heterogeneityPlot", options, HETEROGENEITY_PLOT_OPTIONS);
  const reason = whyNoHeterogeneity(fit);
  if (reason !== null) throw new DrmError("not_supported", reason);
  const { scale } = outcomeRows(fit, options.outcome);
  const numeric = moderatorsOf(fit, [scale]).find((name) => !isCategorical(fit, name));
  const x = options.x ?? numeric;
  return x === undefined ? byGroup(fit, options) : alongModerator(fit, { ...options, x });
}

/** Why there is no heterogeneity to draw, or null. */
export function whyNoHeterogeneity(fit: Fit): string | null {
  const estimated = fit.dpars.some((dpar) => isSd(dpar) && fit.designs[dpar.key] !== undefined);
  return estimated ? null : "every SD of the model is held at a value";
}

function alongModerator(fit: Fit, options: HeterogeneityPlotOptions): string {
  const found = moderatorCurves(fit, optionsFor(options, MODERATOR_OPTIONS));
  const { curves, outcome, by, x, at, curveOf } = found;
  const curveLines = curves.map((curve) =>
    curve.x.map((value, i) => ({
      x: value,
      sigma: curve.sigma[i]!,
      lower: curve.sigmaLower[i]!,
      upper: curve.sigmaUpper[i]!,
    })),
  );
  const all = curveLines.flat();
  const highest = largestOf(all.map(({ sigma }) => sigma));
  // a band that shoots up where there are few studies would flatten the rest
  const top = Math.min(
    largestOf(all.map(({ sigma, upper }) => (upper > 0 ? upper : sigma))),
    4 * highest || 1,
  );
  const values = (fit.data[x] as { values: Float64Array }).values;
  const rug = outcome.present.map((i) => ({ x: values[i]!, series: curveOf[i]! }));
  const domain = [0, 1.05 * top] as const;
  const marks: Markish[] = [
    ...curveLines.map((points, i) =>
      areaY(points, {
        x: "x",
        y1: "lower",
        y2: ({ upper }) => Math.min(upper, domain[1]),
        fill: seriesColor(i),
        fillOpacity: curveLines.length > 1 ? 0.18 : 0.25,
      }),
    ),
    ...curveLines.map((points, i) =>
      line(points, { x: "x", y: "sigma", stroke: seriesColor(i), strokeWidth: 2.2 }),
    ),
    // a tick for each effect: where the curve rests on data
    ...curveLines.map((_, i) =>
      ruleX(
        rug.filter(({ series }) => series === i),
        { x: "x", y1: 0, y2: 0.03 * domain[1], stroke: seriesColor(i), strokeOpacity: 0.6 },
      ),
    ),
  ];
  return drawXy(
    {
      name: `${outcome.scale} against ${x}`,
      description: describeCurves(found),
      x: { label: options.xlab ?? x, domain: padded(rug.map((tick) => tick.x)) },
      y: { label: `${outcome.scale} (SD of true effects)`, domain },
      marks,
      series: by === null ? [] : curves.map(({ label }) => label),
      notes: [`Band: ${percent(options.level ?? 0.95)} Wald limits.`, ...(at === "" ? [] : [`At ${at}.`])],
    },
    options,
  );
}

function describeCurves({ curves, outcome, x }: ModeratorCurves): string {
  const sentences = curves.map((curve) => {
    const at = (i: number) => {
      const value = withInterval(curve.sigma[i]!, curve.sigmaLower[i]!, curve.sigmaUpper[i]!);
      return `${value} at ${x} = ${short(curve.x[i]!, 3)}`;
    };
    const last = curve.x.length - 1;
    return `${curve.label === "" ? outcome.scale : curve.label}: ${at(0)}${last > 0 ? `, ${at(last)}` : ""}.`;
  });
  return `Heterogeneity ${outcome.scale}, an SD, against ${x} with a band of Wald limits. ${sentences.join(" ")}`;
}

function byGroup(fit: Fit, options: HeterogeneityPlotOptions): string {
  const { level = 0.95 } = options;
  const { location, scale, label } = outcomeRows(fit, options.outcome);
  const own = [scale, ...groupingsIn(fit, location).map(({ dpar }) => dpar)];
  const wanted = own.filter((dpar) => fit.designs[dpar] !== undefined);
  const asked = fit.optim.code === 0 ? options.confint : "wald";
  const { intervals, method } = scaleIntervals(fit, { dpar: wanted, level, ...(asked && { method: asked }) });
  const sds = intervals.filter(({ quantity }) => quantity === "sd");
  const largest = largestOf(sds.map(({ estimate }) => estimate));
  const highest = largestOf(sds.map(({ upper, estimate }) => (Number.isFinite(upper) ? upper : estimate)));
  const top = Math.min(highest, 5 * largest || highest) || 1;
  const digits = digitsFor(top);
  const rows = sds.map(({ dpar, at, estimate, lower, upper }): IntervalRow => {
    const place = Object.values(at).join(", ");
    return {
      label: place === "" ? dpar : `${dpar}, ${place}`,
      estimate,
      lower,
      upper,
      words: withInterval(estimate, lower, upper, digits),
      series: wanted.indexOf(dpar),
    };
  });
  const how = method === "profile" ? "profile-likelihood" : "Wald";
  return drawIntervalRows(
    {
      name: `Heterogeneity of ${label}`,
      description: `Standard deviations of true effects (${label}) with ${percent(level)} ${how} intervals. ${rows
        .map((row) => `${row.label}: ${row.words}.`)
        .join(" ")}`,
      sections: [{ label: "", rows }],
      domain: [0, 1.03 * top],
      ticks: linearAxis,
      xlab: options.xlab ?? "SD of true effects",
      refline: 0,
      column: `SD [${percent(level)} CI]`,
      notes: [
        `Intervals: ${how}.`,
        ...(rows.some(({ upper }) => upper > 1.03 * top) ? ["Some go on beyond the axis."] : []),
        ...(rows.some(({ estimate }) => estimate === 0)
          ? [`An SD of ${decimals(0, 0)} is at its boundary.`]
          : []),
      ],
    },
    options,
  );
}
