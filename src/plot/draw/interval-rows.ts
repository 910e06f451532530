import { dot, link, type Markish, ruleX, text } from "@observablehq/plot";
import { type Axis, bottomAxis } from "./effect-axis";
import { drawSvg, type PictureOptions, widest, widthOf } from "./svg";
import { wrapText } from "./text-width";
import { COLORS, FONT, seriesColor } from "./theme";
import type { Range } from "./xy-picture";

/** A line of the picture: a name, a number with its interval, and the two in words. */
export interface IntervalRow {
  readonly label: string;
  readonly estimate: number;
  /** NaN without an interval; infinite limits go on beyond the axis */
  readonly lower: number;
  readonly upper: number;
  readonly words: string;
  /** colour, default the first */
  readonly series?: number;
}

export interface IntervalSection {
  /** a heading above its rows, "" for none */
  readonly label: string;
  readonly rows: readonly IntervalRow[];
}

export interface IntervalPicture {
  readonly name: string;
  readonly description: string;
  readonly sections: readonly IntervalSection[];
  readonly domain: Range;
  readonly ticks: (domain: Range, count: number) => Axis;
  readonly xlab: string;
  /** a vertical line */
  readonly refline: number | null;
  /** head of the column of words */
  readonly column: string;
  readonly notes: readonly string[];
}

/** More rows than this are drawn close together and without words: their shape is what counts. */
const MOST_NAMED = 120;
const GAP = 12;

/** Numbers with intervals one below the other, named on the left and in words on the right. */
export function drawIntervalRows(picture: IntervalPicture, options: PictureOptions): string {
  const { sections, domain, column } = picture;
  const rows = sections.flatMap((section) => section.rows);
  const isNamed = rows.length <= MOST_NAMED;
  const width = widthOf(options);
  const fontSize = width < 480 ? 10 : FONT.small;
  const right = isNamed ? widest([column, ...rows.map(({ words }) => words)], fontSize) + 2 * GAP : 20;
  const names = [...sections.map(({ label }) => label), ...(isNamed ? rows.map(({ label }) => label) : [])];
  const room = Math.max(60, Math.min(0.4 * width, 0.67 * width - right - 2 * GAP));
  const labelWidth = Math.min(1.05 * widest(names, fontSize), room);
  const left = labelWidth + 2 * GAP;
  const top = isNamed ? 30 : 12;
  const rowHeight = isNamed ? (rows.length > 60 ? 15 : 20) : rows.length > 300 ? 2.5 : 4;
  const lines = isNamed ? 1.25 * fontSize : 0;

  let y = top;
  const place = (label: string, height: number) => {
    const wrapped = isNamed || height > 12 ? wrapText(label, labelWidth / 1.05, fontSize) : [""];
    const total = height + (wrapped.length - 1) * lines;
    y += total;
    return { label: wrapped.join("\n"), y: y - total / 2 };
  };
  const headings: { label: string; y: number }[] = [];
  const placed = sections.flatMap((section) => {
    if (section.label !== "") headings.push(place(section.label, 22));
    const inside = section.rows.map((row) => ({ ...row, full: row.label, ...place(row.label, rowHeight) }));
    y += section.label === "" ? 0 : 8;
    return inside;
  });
  const bottom = y + 6;
  const clamp = (x: number) => Math.min(Math.max(x, domain[0]), domain[1]);
  const visible = placed.filter(({ estimate }) => estimate >= domain[0] && estimate <= domain[1]);
  const axis = picture.ticks(domain, Math.max(3, Math.floor((width - left - right) / 60)));
  const color = ({ series = 0 }: IntervalRow) => seriesColor(series);
  const onRight = { frameAnchor: "right", textAnchor: "end", dx: right - GAP, fontSize } as const;
  const marks: Markish[] = [
    ...bottomAxis(axis, picture.xlab),
    picture.refline === null ? null : ruleX([picture.refline], { stroke: COLORS.rule, y1: top, y2: bottom }),
    link(
      placed.filter(({ lower, upper }) => !Number.isNaN(lower) && !Number.isNaN(upper)),
      {
        x1: ({ lower }) => clamp(lower),
        x2: ({ upper }) => clamp(upper),
        y1: "y",
        y2: "y",
        stroke: color,
        strokeWidth: isNamed ? 1.8 : 1,
        strokeOpacity: isNamed ? 1 : 0.45,
      },
    ),
    dot(visible, {
      x: "estimate",
      y: "y",
      r: isNamed ? 4 : 1.6,
      fill: color,
      title: ({ full, words }) => `${full}: ${words}`,
    }),
    text(headings, {
      y: "y",
      text: "label",
      frameAnchor: "left",
      textAnchor: "start",
      dx: GAP - left,
      fontSize,
      fontWeight: "bold",
    }),
    ...(isNamed
      ? [
          text(placed, {
            y: "y",
            text: "label",
            frameAnchor: "left",
            textAnchor: "start",
            dx: GAP - left,
            fontSize,
            lineHeight: 1.25,
          }),
          text(placed, { ...onRight, y: "y", text: "words" }),
          text([{ y: top - 14 }], { ...onRight, y: "y", text: () => column, fontWeight: "bold" }),
        ]
      : []),
  ];
  return drawSvg(
    {
      name: picture.name,
      description: picture.description,
      marks,
      height: bottom + 44,
      margins: { left, right, top, bottom: 44 },
      scales: {
        x: { domain: [...domain] },
        y: { type: "identity", axis: null },
        r: { type: "identity" },
        color: { type: "identity" },
      },
      notes: picture.notes,
    },
    options,
  );
}
