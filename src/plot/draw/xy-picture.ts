import { dot, type Markish } from "@observablehq/plot";
import { type Axis, bottomAxis, leftAxis, linearAxis } from "./effect-axis";
import { legendAbove } from "./legend";
import { placeLabels } from "./place-labels";
import { drawSvg, type PictureOptions, widest, widthOf } from "./svg";
import { COLORS, FONT, seriesColor, seriesSymbol } from "./theme";

export type Range = readonly [number, number];

/** One axis of a picture with two. */
export interface AxisWanted {
  readonly label: string;
  readonly domain: Range;
  /** default round numbers; it is told about how many ticks there is room for */
  readonly ticks?: (domain: Range, count: number) => Axis;
  /** the larger values at the bottom */
  readonly reversed?: boolean;
}

/** A picture with two numeric axes, in Observable Plot's marks. */
export interface XyPicture {
  readonly name: string;
  readonly description: string;
  readonly x: AxisWanted;
  readonly y: AxisWanted;
  readonly marks: readonly Markish[];
  /** names of the series, for the legend */
  readonly series?: readonly string[];
  readonly notes?: readonly string[];
  /** points with a name beside them, the most important first, as far as there is room */
  readonly labels?: readonly { readonly x: number; readonly y: number; readonly label: string }[];
  /** points that names must not cover */
  readonly points?: readonly { readonly x: number; readonly y: number }[];
}

const RIGHT = 16;
const TOP = 14;
const BOTTOM = 44;

/** Axes, legend and marks in a frame of sensible proportions. */
export function drawXy(picture: XyPicture, options: PictureOptions): string {
  const { x, y } = picture;
  const width = widthOf(options);
  const yAxis = (y.ticks ?? linearAxis)(y.domain, 6);
  const tickWidth = widest(yAxis.ticks.map(yAxis.format), FONT.small);
  const left = Math.round(tickWidth + 36);
  const inner = width - left - RIGHT;
  const legend = legendAbove(picture.series ?? [], inner);
  const frame = { width: inner, height: Math.min(420, Math.max(250, 0.56 * width)) };
  const inFrame = (point: { x: number; y: number }) => ({
    x: share(x.domain, point.x) * frame.width,
    y: (y.reversed ? share(y.domain, point.y) : 1 - share(y.domain, point.y)) * frame.height,
  });
  const labels = (picture.labels ?? []).map((point) => ({ ...inFrame(point), label: point.label }));
  const xAxis = (x.ticks ?? linearAxis)(x.domain, Math.max(3, Math.floor(inner / 65)));
  return drawSvg(
    {
      name: picture.name,
      description: picture.description,
      marks: [
        ...picture.marks,
        ...bottomAxis(xAxis, x.label),
        ...leftAxis(yAxis, y.label, left - 10),
        ...legend.marks,
        ...placeLabels(labels, (picture.points ?? []).map(inFrame), frame),
      ],
      height: Math.round(frame.height + TOP + BOTTOM + legend.height),
      margins: { left, right: RIGHT, top: TOP + legend.height, bottom: BOTTOM },
      scales: {
        x: { domain: [...x.domain] },
        y: { domain: y.reversed ? [y.domain[1], y.domain[0]] : [...y.domain] },
        r: { type: "identity" },
      },
      ...(picture.notes && { notes: picture.notes }),
    },
    options,
  );
}

function share([low, high]: Range, value: number): number {
  return (value - low) / (high - low);
}

/** The range of the finite values with a little room at both ends. */
export function padded(values: Iterable<number>, share = 0.04): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  if (low > high) return [-1, 1];
  const pad = share * (high - low) || 0.1 * Math.abs(low) || 1;
  return [low - pad, high + pad];
}

/** Whether a line at zero is within the picture. */
export function holdsZero([low, high]: Range): boolean {
  return low <= 0 && high >= 0;
}

export interface SeriesPoint {
  readonly x: number;
  readonly y: number;
  /** which series, -1 for none */
  readonly series: number;
  /** what a reader sees who points at it */
  readonly title: string;
  /** px, default by how many there are */
  readonly r?: number;
}

/** Points in the colour and shape of their series. */
export function seriesDots(points: readonly SeriesPoint[], seriesCount: number, opacity = 0.7): Markish[] {
  const usual = points.length > 300 ? 2.5 : 3.8;
  return [-1, ...Array(Math.max(seriesCount, 1)).keys()].map((series) => {
    const color = series < 0 ? COLORS.muted : seriesColor(series);
    return dot(
      points.filter((point) => point.series === series),
      {
        x: "x",
        y: "y",
        r: ({ r = usual }: SeriesPoint) => r,
        symbol: series < 0 ? "circle" : seriesSymbol(series),
        fill: color,
        fillOpacity: opacity,
        stroke: color,
        strokeWidth: 0.8,
        title: "title",
      },
    );
  });
}
