import { line, type Markish, ruleX } from "@observablehq/plot";
import { type Selection, selectionCurve } from "../../bias/selection/selection";
import { checkOptions, type OptionKinds } from "../../options";
import { decimals } from "../draw/numbers";
import { PICTURE_OPTIONS, type PictureOptions } from "../draw/svg";
import { COLORS } from "../draw/theme";
import { drawXy } from "../draw/xy-picture";
import { requireResult } from "./require-result";

/** How a selection curve is drawn. */
export type SelectionPlotOptions = PictureOptions;

const SELECTION_PLOT_OPTIONS: OptionKinds<SelectionPlotOptions> = { ...PICTURE_OPTIONS };

/** Of p-values along the axis; steps are drawn where they are. */
const POINTS = 400;

/**
 * The selection curve, as an SVG string: the relative probability that an effect size with this p-value is reported, 1 where it is
 * highest.
 */
export function selectionPlot(fitted: Selection, options: SelectionPlotOptions = {}): string {
  requireResult("selectionPlot", fitted, "selection", ["coefficients", "delta"]);
  checkOptions("selectionPlot", options, SELECTION_PLOT_OPTIONS);
  const inner = fitted.steps.slice(0, -1);
  const even = Array.from({ length: POINTS }, (_, i) => (i + 0.5) / POINTS);
  // on both sides of each step, and small p-values, where smooth curves bend
  const ps = [...even, ...even.map((p) => p / POINTS), ...inner.flatMap((step) => [step, step + 1e-9])].sort(
    (a, b) => a - b,
  );
  const weights = selectionCurve(fitted, ps);
  const points = ps.map((p, i) => ({ p, weight: weights[i]! }));
  const marks: Markish[] = [
    ruleX(inner, { stroke: COLORS.rule, strokeDasharray: "2,3" }),
    line(points, { x: "p", y: "weight", stroke: COLORS.series[0], strokeWidth: 2.2 }),
  ];
  const sided = fitted.alternative === "two.sided" ? "two-sided" : "one-sided";
  const at = (p: number) => `${decimals(selectionCurve(fitted, [0.001, p])[1]!, 2)} at p = ${p}`;
  return drawXy(
    {
      name: "Selection curve",
      description: `Relative probability of being reported against the ${sided} p-value (${fitted.type}): ${at(0.05)}, ${at(0.5)}, beside p = 0.001.`,
      x: { label: `p-value (${sided})`, domain: [0, 1] },
      y: { label: "Relative probability of being reported", domain: [0, 1.05] },
      marks,
      notes: inner.length === 0 ? [] : [`Dotted: p = ${inner.join(", ")}.`],
    },
    options,
  );
}
