import { dot, line, link, type Markish, ruleY, text } from "@observablehq/plot";
import { requireFit } from "../../fit/require-fit";
import { DrmError, type Fit, type InfluenceRow, influence } from "../../index";
import { checkOptions, type OptionKinds } from "../../options";
import { outcomeRows } from "../data/outcome";
import { linearAxis } from "../draw/effect-axis";
import { decimals } from "../draw/numbers";
import { drawSvg, PICTURE_OPTIONS, type PictureOptions, widest, widthOf } from "../draw/svg";
import { COLORS, FONT } from "../draw/theme";
import { padded, type Range } from "../draw/xy-picture";
import { whyNoDeletions } from "./baujat";
import {
  deletionLabels,
  deletionsBy,
  INFLUENCE_POINTS_OPTIONS,
  type InfluencePointsOptions,
} from "./influence-points";

/** How influence is drawn. */
export interface InfluencePlotOptions extends PictureOptions, InfluencePointsOptions {}

const INFLUENCE_PLOT_OPTIONS: OptionKinds<InfluencePlotOptions> = {
  ...PICTURE_OPTIONS,
  ...INFLUENCE_POINTS_OPTIONS,
};

interface Panel {
  readonly label: string;
  readonly of: (row: InfluenceRow) => number;
  /** what nothing unusual looks like */
  readonly usual: readonly number[];
}

const PANEL = 92;
const BETWEEN = 26;
const TOP = 26;

/**
 * What leaving out each effect size, or each level of `by`, does, as an SVG string: studentized deleted residual, Cook's
 * distance, covariance ratio, and the heterogeneity without it. Marked are those that influence() calls influential.
 * One refit for each.
 *
 * @throws DrmError "not_supported" for a fit that did not converge; "bad_option", "unknown_column"
 */
export function influencePlot(fit: Fit, options: InfluencePlotOptions = {}): string {
  requireFit("influencePlot", fit);
  checkOptions("influencePlot", options, INFLUENCE_PLOT_OPTIONS);
  const reason = whyNoDeletions(fit);
  if (reason !== null) throw new DrmError("not_supported", reason);
  const found = influence(fit, deletionsBy(options));
  const nameOf = deletionLabels(fit, options);
  const rows = found.rows.map((row, i) => ({ ...row, at: i + 1, name: nameOf(row.label) }));
  const panels = panelsOf(rows, fit, outcomeRows(fit, options.outcome).scale);
  const width = widthOf(options);
  const domains = panels.map(({ of, usual }) => padded([...rows.map(of), ...usual], 0.08));
  const ticks = domains.map((domain) => linearAxis(domain, 3));
  const left =
    widest(
      ticks.flatMap(({ ticks: at, format }) => at.map(format)),
      FONT.small,
    ) + 22;
  const [right, bottom] = [16, 44];
  const offset = (p: number) => TOP + p * (PANEL + BETWEEN);
  const yOf = (p: number, value: number) => offset(p) + PANEL * (1 - share(domains[p]!, value));
  const marks = panels.flatMap(({ label, of, usual }, p): Markish[] => {
    const points = rows.flatMap((row) => {
      const value = of(row);
      return Number.isFinite(value) ? [{ x: row.at, y: yOf(p, value), row, value }] : [];
    });
    const flagged = points.filter(({ row }) => row.influential);
    const { ticks: at, format } = ticks[p]!;
    const scale = at.map((value) => ({ y: yOf(p, value), label: format(value) }));
    return [
      text([label], {
        y: offset(p) - 10,
        frameAnchor: "left",
        textAnchor: "start",
        fontWeight: "bold",
        fontSize: FONT.small,
      }),
      text(scale, {
        y: "y",
        text: "label",
        frameAnchor: "left",
        textAnchor: "end",
        dx: -8,
        fontSize: FONT.small,
      }),
      ruleY(scale, { y: "y", stroke: COLORS.grid }),
      ruleY(
        usual.map((value) => yOf(p, value)),
        { stroke: COLORS.rule, strokeDasharray: "4,3" },
      ),
      points.length > 60 ? null : line(points, { x: "x", y: "y", stroke: COLORS.rule, strokeWidth: 0.8 }),
      dot(points, {
        x: "x",
        y: "y",
        r: points.length > 60 ? 2 : 3,
        fill: ({ row }) => (row.influential ? COLORS.series[1] : COLORS.series[0]),
        title: ({ row, value }) => `${row.name}: ${decimals(value, 3)}`,
      }),
      ...(flagged.length > 12
        ? []
        : [
            text(flagged, {
              x: "x",
              y: "y",
              text: ({ row }) => row.name,
              dy: -9,
              fontSize: 10,
              fill: COLORS.series[1],
            }),
          ]),
    ];
  });
  const last = offset(panels.length - 1) + PANEL;
  const xAxis = linearAxis([0.5, rows.length + 0.5], Math.max(3, Math.floor((width - left) / 65)));
  const whole = xAxis.ticks.filter((tick) => Number.isInteger(tick) && tick >= 1);
  return drawSvg(
    {
      name: "Influence plot",
      description: describe(rows, found.by),
      marks: [
        ...marks,
        link([0], { x1: 0.5, x2: rows.length + 0.5, y1: last, y2: last, stroke: COLORS.rule }),
        text(whole, {
          x: (d: number) => d,
          y: () => last + 12,
          text: (d: number) => String(d),
          fontSize: FONT.small,
        }),
        text([found.by === "row" ? "Row used" : `Level of ${found.by}`], { frameAnchor: "bottom", dy: 34 }),
      ],
      height: last + bottom,
      margins: { left, right, top: TOP, bottom },
      scales: {
        x: { domain: [0.5, rows.length + 0.5], axis: null },
        y: { type: "identity", axis: null },
        r: { type: "identity" },
        color: { type: "identity" },
      },
      notes: rows.some(({ influential }) => influential)
        ? ["Named: influential by the rules of influence()."]
        : [],
    },
    options,
  );
}

function panelsOf(rows: readonly InfluenceRow[], fit: Fit, sigma: string): Panel[] {
  const first: Panel = rows.some(({ rstudent }) => Number.isFinite(rstudent))
    ? { label: "Studentized residual", of: (row) => row.rstudent, usual: [-1.96, 1.96] }
    : {
        label: "Chi-squared of the residuals over its df",
        of: (row) => row.chiSquared / row.effects,
        usual: [1],
      };
  return [
    first,
    { label: "Cook's distance", of: (row) => row.cooksDistance, usual: [0] },
    { label: "Covariance ratio", of: (row) => row.covRatio, usual: [1] },
    ...(sigma in fit.fixed
      ? []
      : [{ label: `${sigma} without it`, of: (row: InfluenceRow) => row.spreads[sigma]!, usual: [] }]),
  ];
}

function share([low, high]: Range, value: number): number {
  return (value - low) / (high - low);
}

function describe(rows: readonly (InfluenceRow & { name: string })[], by: string): string {
  const influential = rows.filter((row) => row.influential).map(({ name }) => name);
  const failed = rows.filter(({ status }) => status !== "ok").length;
  const which = influential.length === 0 ? "None is influential." : `Influential: ${influential.join(", ")}.`;
  const most = [...rows]
    .filter((row) => Number.isFinite(row.cooksDistance))
    .sort((a, b) => b.cooksDistance - a.cooksDistance)[0];
  const largest =
    most === undefined ? "" : ` Largest Cook's distance: ${decimals(most.cooksDistance)} (${most.name}).`;
  const unable = failed === 0 ? "" : ` Without ${failed} of them the model cannot be fitted.`;
  return `Influence of ${rows.length} ${by === "row" ? "effect sizes" : `levels of ${by}`}, each left out in turn. ${which}${largest}${unable}`;
}
