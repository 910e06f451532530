import { dot, line, link, type Markish } from "@observablehq/plot";
import { largest as largestOf } from "../../data/range";
import { COLORS } from "../draw/theme";
import type { PlacedRow, PlacedSummary } from "./layout";

/** The axis: its ends, and how much of the effect's scale a px is. */
export interface Span {
  readonly low: number;
  readonly high: number;
  readonly px: number;
}

/** Intervals and squares whose area follows the weight. What lies beyond the axis ends in an arrow. */
export function rowMarks(
  rows: readonly PlacedRow[],
  span: Span,
  titleOf: (placed: PlacedRow) => string,
): Markish[] {
  const { low, high } = span;
  const inside = rows.filter(({ row }) => row.upper >= low && row.lower <= high);
  const finite = rows.map(({ row }) => row.weight).filter(Number.isFinite);
  const largest = largestOf(finite, 0);
  const radius = (weight: number) => {
    if (!Number.isFinite(weight)) return 5.5;
    return largest === 0 ? 3 : 1.8 + 3.7 * Math.sqrt(weight / largest);
  };
  return [
    link(inside, {
      x1: ({ row }) => cut(row, span, SMALL)[0],
      x2: ({ row }) => cut(row, span, SMALL)[1],
      y1: "y",
      y2: "y",
      stroke: COLORS.ink,
      strokeWidth: 1.2,
    }),
    ...arrows(
      rows.map(({ y, row: { lower, upper } }) => ({ y, lower, upper })),
      span,
      SMALL,
      COLORS.ink,
    ),
    dot(
      rows.filter(({ row }) => row.estimate >= low && row.estimate <= high),
      {
        x: ({ row }: PlacedRow) => row.estimate,
        y: "y",
        r: ({ row }: PlacedRow) => radius(row.weight),
        symbol: "square",
        fill: COLORS.series[0],
        title: titleOf,
      },
    ),
  ];
}

/** The model's mean of each row: a tick as high as the row. */
export function fittedMarks(rows: readonly PlacedRow[], { low, high }: Span, rowHeight: number): Markish[] {
  const half = 0.36 * rowHeight;
  return [
    link(
      rows.filter(({ row }) => row.fitted >= low && row.fitted <= high),
      {
        x1: ({ row }: PlacedRow) => row.fitted,
        x2: ({ row }: PlacedRow) => row.fitted,
        y1: ({ y }: PlacedRow) => y - half,
        y2: ({ y }: PlacedRow) => y + half,
        stroke: COLORS.series[1],
        strokeWidth: 2,
      },
    ),
  ];
}

/**
 * Diamonds as wide as the interval of the mean, a small one where there is none; prediction intervals as bars. What lies
 * beyond the axis is cut off there, and ends in an arrow.
 */
export function summaryMarks(summaries: readonly PlacedSummary[], span: Span): Markish[] {
  const { low, high } = span;
  const within = (x: number) => x >= low && x <= high;
  const diamonds = summaries.filter(({ summary }) => !Number.isNaN(summary.lower));
  const corners = diamonds
    .filter(({ summary }) => summary.lower <= high && summary.upper >= low)
    .flatMap(({ y, summary }, id) =>
      outline(summary, span).map(([x, half]) => ({ id, x, y: y + half * HALF })),
    );
  const points = summaries.filter(({ summary }) => Number.isNaN(summary.lower));
  const bars = summaries.flatMap(({ predictionY, summary }) =>
    predictionY === null
      ? []
      : [{ y: predictionY, lower: summary.predictionLower, upper: summary.predictionUpper }],
  );
  const end = (at: "lower" | "upper") =>
    link(
      bars.filter((bar) => within(bar[at])),
      {
        x1: at,
        x2: at,
        y1: ({ y }) => y - 4,
        y2: ({ y }) => y + 4,
        stroke: COLORS.series[1],
        strokeWidth: 1.5,
      },
    );
  return [
    line(corners, {
      x: "x",
      y: "y",
      z: "id",
      curve: "linear-closed",
      fill: COLORS.series[1],
      stroke: "none",
    }),
    dot(
      points.filter(({ summary }) => within(summary.estimate)),
      {
        x: ({ summary }: PlacedSummary) => summary.estimate,
        y: "y",
        symbol: "diamond",
        r: 5,
        fill: COLORS.series[1],
      },
    ),
    link(
      bars.filter(({ lower, upper }) => lower <= high && upper >= low),
      {
        x1: (bar) => cut(bar, span, SMALL)[0],
        x2: (bar) => cut(bar, span, SMALL)[1],
        y1: "y",
        y2: "y",
        stroke: COLORS.series[1],
        strokeWidth: 1.5,
      },
    ),
    end("lower"),
    end("upper"),
    ...arrows(
      [
        ...diamonds.map(({ y, summary: { lower, upper } }) => ({ y, lower, upper })),
        ...points.map(({ y, summary: { estimate } }) => ({ y, lower: estimate, upper: estimate })),
      ],
      span,
      LARGE,
      COLORS.series[1],
    ),
    ...arrows(bars, span, SMALL, COLORS.series[1]),
  ];
}

/** Half the height of a diamond, px. */
const HALF = 6;
/** Sizes of arrowheads, px: of intervals, and of diamonds, which they are higher than. */
const SMALL = 3;
const LARGE = 5;
/** From the middle of a triangle to its tip, two thirds of its height: it has the area of a circle of radius 1. */
const TIP = 2 * Math.sqrt(Math.PI / (3 * Math.sqrt(3)));

/** Corners of the part of a diamond that is on the axis; heights as shares of half its own, -1 is its top. */
function outline(
  { estimate, lower, upper }: PlacedSummary["summary"],
  span: Span,
): readonly (readonly [x: number, height: number])[] {
  // an infinite side is as high everywhere as in the middle
  const heightAt = (x: number) => {
    const tip = x < estimate ? lower : upper;
    return x === estimate || !Number.isFinite(tip) ? 1 : (x - tip) / (estimate - tip);
  };
  const [from, to] = cut({ lower, upper }, span, LARGE);
  const places = estimate > from && estimate < to ? [from, estimate, to] : [from, to];
  const above = places.map((x) => [x, -heightAt(x)] as const);
  const below = places.map((x) => [x, heightAt(x)] as const).filter(([, height]) => height > 0);
  return [...above, ...below.reverse()];
}

/** What is drawn of an interval: up to the base of its arrowhead, where there is one. */
function cut(
  { lower, upper }: { readonly lower: number; readonly upper: number },
  { low, high, px }: Span,
  r: number,
): readonly [number, number] {
  const head = 1.5 * TIP * r * px;
  return [lower < low ? low + head : lower, upper > high ? high - head : upper];
}

/** Arrowheads with their tips at the ends of the axis, where intervals go on beyond it. */
function arrows(
  intervals: readonly { readonly y: number; readonly lower: number; readonly upper: number }[],
  { low, high }: Span,
  r: number,
  fill: string,
): Markish[] {
  const tip = TIP * r;
  const head = { y: "y", symbol: "triangle", r, fill } as const;
  return [
    dot(
      intervals.filter(({ lower }) => lower < low),
      { ...head, x: low, rotate: -90, dx: tip },
    ),
    dot(
      intervals.filter(({ upper }) => upper > high),
      { ...head, x: high, rotate: 90, dx: -tip },
    ),
  ];
}
