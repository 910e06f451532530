import { axisX, type Markish, ruleX, ruleY, text } from "@observablehq/plot";
import { requireFit } from "../../fit/require-fit";
import type { Fit } from "../../index";
import { checkOptions, type OptionKinds, optionsFor } from "../../options";
import { meanNotes } from "../data/mean-notes";
import { type Axis, bottomAxis } from "../draw/effect-axis";
import { EFFECT_SCALE_OPTIONS, type EffectScaleOptions, effectScale } from "../draw/effect-scale";
import { decimals, percent, withInterval } from "../draw/numbers";
import { drawSvg, PICTURE_OPTIONS, type PictureOptions, widest, widthOf } from "../draw/svg";
import { wrapText } from "../draw/text-width";
import { COLORS, FONT } from "../draw/theme";
import { describeForest, forestNotes } from "./describe";
import { effectDomain } from "./domain";
import { type ForestLayout, layOutForest } from "./layout";
import { fittedMarks, rowMarks, summaryMarks } from "./marks";
import {
  FOREST_ROWS_OPTIONS,
  type Forest,
  type ForestRow,
  type ForestRowsOptions,
  type ForestSummary,
  forestRows,
} from "./rows";

/** How a forest plot is drawn. */
export interface ForestPlotOptions extends PictureOptions, ForestRowsOptions, EffectScaleOptions {
  /** name of the effect on the axis, default the response as written */
  readonly xlab?: string | undefined;
  /** range of the axis, on the scale of the response; intervals beyond it end in an arrow */
  readonly xlim?: readonly [number, number] | undefined;
}

const FOREST_PLOT_OPTIONS: OptionKinds<ForestPlotOptions> = {
  xlab: "text",
  xlim: "numbers",
  ...PICTURE_OPTIONS,
  ...FOREST_ROWS_OPTIONS,
  ...EFFECT_SCALE_OPTIONS,
};

const GAP = 12;
const HEADER = 32;
/** Bold letters of a font that stands in for Helvetica are this much wider. */
const BOLD = 1.1;

/**
 * Forest plot of any fit, as an SVG string: a row per effect size with its interval and weight, the model's mean over
 * all rows and over each group as diamonds, prediction intervals as bars below them. With moderators of the mean a tick
 * in each row shows its fitted mean. Rows keep a readable height however many they are.
 *
 * @throws DrmError "bad_option", "unknown_column"
 */
export function forestPlot(fit: Fit, options: ForestPlotOptions = {}): string {
  requireFit("forestPlot", fit);
  checkOptions("forestPlot", options, FOREST_PLOT_OPTIONS);
  const scale = effectScale("forestPlot", options);
  const forest = forestRows(fit, optionsFor(options, FOREST_ROWS_OPTIONS));
  const rows = forest.groups.flatMap((group) => group.rows);
  const summaries = [...forest.groups.flatMap(({ summary }) => summary ?? []), forest.overall];
  const domain = options.xlim ?? effectDomain(rows, summaries);
  const digits = scale.digits([domain[0], domain[1]]);
  const words = (e: number, l: number, u: number) =>
    withInterval(scale.of(e), scale.of(l), scale.of(u), digits);

  const width = widthOf(options);
  const columns = columnsOf(forest, rows, summaries, words, width);
  const { left, right, labelWidth, fontSize, lineHeight } = columns;
  const top = HEADER + (rows.length > 60 ? 18 : 0);
  // bold letters are wider
  const layout = layOutForest(
    forest,
    (label) => wrapText(label, labelWidth / 1.05, fontSize),
    top,
    lineHeight,
  );
  const height = layout.bottom + 44;
  const axis = scale.axis(domain, Math.max(3, Math.floor((width - left - right) / 55)));
  const span = { low: domain[0], high: domain[1], px: (domain[1] - domain[0]) / (width - left - right) };
  const frame = { y1: top, y2: layout.bottom };
  const marks: Markish[] = [
    ...bottomAxis(axis, options.xlab ?? scale.label(forest.outcome)),
    // a tall picture is read from its top, too
    rows.length > 60 ? topAxis(axis) : null,
    domain[0] <= 0 && domain[1] >= 0 ? ruleX([0], { stroke: COLORS.rule, ...frame }) : null,
    forest.hasModerators || forest.overall.estimate < domain[0] || forest.overall.estimate > domain[1]
      ? null
      : ruleX([forest.overall.estimate], { stroke: COLORS.series[1], strokeDasharray: "3,3", ...frame }),
    ...rowMarks(layout.rows, span, ({ row }) => `${row.label}: ${words(row.estimate, row.lower, row.upper)}`),
    ...(forest.hasModerators ? fittedMarks(layout.rows, span, layout.rowHeight) : []),
    ...summaryMarks(layout.summaries, span),
    ...textColumns(forest, layout, columns, words, scale.heading),
    ruleY([HEADER - 6], { stroke: COLORS.rule, insetLeft: GAP - left, insetRight: GAP - right }),
  ];
  return drawSvg(
    {
      name: `Forest plot of ${forest.outcome}`,
      description: describeForest(forest, words),
      marks,
      height,
      margins: { left, right, top, bottom: 44 },
      scales: { x: { domain: [...domain] }, y: { type: "identity", axis: null }, r: { type: "identity" } },
      notes: [
        ...forestNotes(forest, rows, domain, columns.weightAt !== null),
        ...meanNotes(fit, options.test, summaries),
      ],
    },
    options,
  );
}

type Words = (estimate: number, lower: number, upper: number) => string;

interface Columns {
  readonly fontSize: number;
  readonly lineHeight: number;
  readonly labelWidth: number;
  /** margins that hold the columns of text */
  readonly left: number;
  readonly right: number;
  /** distance of the columns' right edges from the frame */
  readonly effectAt: number;
  readonly weightAt: number | null;
}

/** Widths of the columns of text; the picture gets the rest, at least a third. A phone has no room for weights. */
function columnsOf(
  forest: Forest,
  rows: readonly ForestRow[],
  summaries: readonly ForestSummary[],
  words: Words,
  width: number,
): Columns {
  const fontSize = width < 480 ? 10 : FONT.small;
  const hasWeights = width >= 560;
  const wordsOf = (items: readonly (ForestRow | ForestSummary)[]) =>
    items.map(({ estimate, lower, upper }) => words(estimate, lower, upper));
  const bold = [...wordsOf(summaries), `Estimate [${percent(forest.level)} CI]`];
  const effectWidth = Math.max(widest(wordsOf(rows), fontSize), BOLD * widest(bold, fontSize));
  const weightWidth = hasWeights ? widest([weightTitle(forest)], fontSize) + GAP : 0;
  const right = effectWidth + weightWidth + 2 * GAP;
  const labels = [...rows, ...summaries, ...forest.groups].map(({ label }) => label);
  const room = Math.max(60, Math.min(0.4 * width, 0.67 * width - right - 2 * GAP));
  const labelWidth = Math.min(1.05 * widest([...labels, predictionLabel(forest)], fontSize), room);
  return {
    fontSize,
    lineHeight: 1.25 * fontSize,
    labelWidth,
    left: labelWidth + 2 * GAP,
    right,
    effectAt: right - GAP - weightWidth,
    weightAt: hasWeights ? right - GAP : null,
  };
}

function weightTitle({ weighted }: Forest): string {
  return weighted ? "Weight" : "Precision";
}

function predictionLabel({ level }: Forest): string {
  return `${percent(level)} prediction interval`;
}

function textColumns(
  forest: Forest,
  { headings, rows, summaries }: ForestLayout,
  { left, effectAt, weightAt, fontSize, labelWidth }: Columns,
  words: Words,
  heading: string,
): Markish[] {
  const style = { y: "y", fontSize, lineHeight: 1.25 } as const;
  const onLeft = { ...style, frameAnchor: "left", textAnchor: "start", dx: GAP - left } as const;
  const onRight = (dx: number) => ({ ...style, frameAnchor: "right", textAnchor: "end", dx }) as const;
  const bold = { fontWeight: "bold" } as const;
  const predictions = summaries.flatMap(({ predictionY, summary }) =>
    predictionY === null ? [] : [{ ...summary, y: predictionY }],
  );
  const prediction =
    wrapText(predictionLabel(forest), labelWidth, fontSize).length > 1
      ? "Prediction"
      : predictionLabel(forest);
  const header = [{ y: HEADER - 17 }];
  const estimate = `${heading} [${percent(forest.level)} CI]`;
  const interval = (lower: number, upper: number) => words(Number.NaN, lower, upper).replace(/^\S+ /, "");
  return [
    text(rows, { ...onLeft, text: "label" }),
    text([...headings, ...summaries], { ...onLeft, ...bold, text: "label" }),
    text(predictions, { ...onLeft, text: () => prediction, fill: COLORS.muted }),
    text(rows, { ...onRight(effectAt), text: ({ row }) => words(row.estimate, row.lower, row.upper) }),
    text(summaries, {
      ...onRight(effectAt),
      ...bold,
      text: ({ summary }) => words(summary.estimate, summary.lower, summary.upper),
    }),
    text(predictions, {
      ...onRight(effectAt),
      fill: COLORS.muted,
      text: ({ predictionLower, predictionUpper }) => interval(predictionLower, predictionUpper),
    }),
    text(header, { ...onRight(effectAt), ...bold, text: () => estimate }),
    ...(weightAt === null
      ? []
      : [
          text(rows, { ...onRight(weightAt), text: ({ row }) => `${decimals(row.weight, 1)}%` }),
          text(header, { ...onRight(weightAt), ...bold, text: () => weightTitle(forest) }),
        ]),
  ];
}

function topAxis(axis: Axis): Markish {
  return axisX([...axis.ticks], {
    anchor: "top",
    tickFormat: axis.format,
    label: null,
    fontSize: FONT.small,
    tickSize: 4,
  });
}
