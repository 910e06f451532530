import { dot, line, link, type Markish } from "@observablehq/plot";
import { largest as largestOf } from "../../data/range";
import { COLORS } from "../draw/theme";
import type { PlacedRow, PlacedSummary } from "./layout";

type Range = readonly [number, number];

/** Intervals and squares whose area follows the weight. What lies beyond the axis ends in an arrow. */
export function rowMarks(
  rows: readonly PlacedRow[],
  [low, high]: Range,
  titleOf: (placed: PlacedRow) => string,
): Markish[] {
  const clamp = (x: number) => Math.min(Math.max(x, low), high);
  const inside = rows.filter(({ row }) => row.upper >= low && row.lower <= high);
  const finite = rows.map(({ row }) => row.weight).filter(Number.isFinite);
  const largest = largestOf(finite, 0);
  const radius = (weight: number) => {
    if (!Number.isFinite(weight)) return 5.5;
    return largest === 0 ? 3 : 1.8 + 3.7 * Math.sqrt(weight / largest);
  };
  const arrow = { y: "y", symbol: "triangle", r: 3, fill: COLORS.ink } as const;
  return [
    link(inside, {
      x1: ({ row }) => clamp(row.lower),
      x2: ({ row }) => clamp(row.upper),
      y1: "y",
      y2: "y",
      stroke: COLORS.ink,
      strokeWidth: 1.2,
    }),
    dot(
      rows.filter(({ row }) => row.lower < low),
      { ...arrow, x: low, rotate: -90 },
    ),
    dot(
      rows.filter(({ row }) => row.upper > high),
      { ...arrow, x: high, rotate: 90 },
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
export function fittedMarks(rows: readonly PlacedRow[], [low, high]: Range, rowHeight: number): Markish[] {
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

/** Diamonds as wide as the interval of the mean, a small one where there is none; prediction intervals as bars. */
export function summaryMarks(summaries: readonly PlacedSummary[], [low, high]: Range): Markish[] {
  const clamp = (x: number) => Math.min(Math.max(x, low), high);
  const corners = summaries.flatMap(({ y, summary: { estimate, lower, upper } }, id) => {
    if (Number.isNaN(lower)) return [];
    return [
      { id, x: clamp(lower), y },
      { id, x: clamp(estimate), y: y - 6 },
      { id, x: clamp(upper), y },
      { id, x: clamp(estimate), y: y + 6 },
    ];
  });
  const points = summaries.filter(({ summary }) => Number.isNaN(summary.lower));
  const bars = summaries.flatMap(({ predictionY, summary }) =>
    predictionY === null
      ? []
      : [{ y: predictionY, lower: summary.predictionLower, upper: summary.predictionUpper }],
  );
  const end = (at: "lower" | "upper") =>
    link(
      bars.filter((bar) => bar[at] >= low && bar[at] <= high),
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
      points.filter(({ summary }) => summary.estimate >= low && summary.estimate <= high),
      {
        x: ({ summary }: PlacedSummary) => summary.estimate,
        y: "y",
        symbol: "diamond",
        r: 5,
        fill: COLORS.series[1],
      },
    ),
    link(bars, {
      x1: ({ lower }) => clamp(lower),
      x2: ({ upper }) => clamp(upper),
      y1: "y",
      y2: "y",
      stroke: COLORS.series[1],
      strokeWidth: 1.5,
    }),
    end("lower"),
    end("upper"),
  ];
}
