import { type Markish, type PlotOptions as ObservableOptions, plot, text } from "@observablehq/plot";
import { DOMImplementation, XMLSerializer } from "@xmldom/xmldom";
import { DrmError } from "../../index";
import type { OptionKinds } from "../../options";
import { textWidth, wrapText } from "./text-width";
import { autoStyle, COLORS, checkTheme, darkColor, FONT, FONT_FAMILY, type Theme } from "./theme";

/** Options of every plot. */
export interface PictureOptions {
  /** px, default 720; 360 suits a phone */
  readonly width?: number | undefined;
  /** "light" (default), "dark", or "auto": dark where the reader's system asks for it */
  readonly theme?: Theme | undefined;
  /** a heading drawn above the picture; without it there is none, as journals want it */
  readonly title?: string | undefined;
  /** alternative text for readers who do not see the picture, in place of the generated one */
  readonly description?: string | undefined;
}

export const PICTURE_OPTIONS: OptionKinds<PictureOptions> = {
  width: "number",
  theme: "text",
  title: "text",
  description: "text",
};

/** What a plot hands to drawSvg(): marks and scales in Observable Plot's terms, and words. */
export interface Picture {
  /** for the <title> element, where no title is given */
  readonly name: string;
  /** for the <desc> element: what the picture shows, with numbers */
  readonly description: string;
  readonly marks: readonly Markish[];
  /** px of the frame with its margins, heading and notes not counted */
  readonly height: number;
  readonly margins: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
  readonly scales?: Pick<ObservableOptions, "x" | "y" | "r" | "color" | "symbol">;
  /** small lines under the picture: what a reader must know to read it rightly */
  readonly notes?: readonly string[];
}

const MIN_WIDTH = 240;
const DEFAULT_WIDTH = 720;
const LINE = 1.35;
const PADDING = 10;

/** The width asked for, checked. */
export function widthOf({ width = DEFAULT_WIDTH }: PictureOptions): number {
  if (!(width >= MIN_WIDTH && width <= 10_000)) {
    throw new DrmError("bad_option", `width ${width}: pictures are ${MIN_WIDTH} to 10000 px wide`);
  }
  return width;
}

/** An SVG document as a string, with title, description and colours of the theme. */
export function drawSvg(picture: Picture, options: PictureOptions): string {
  const { theme = "light", title } = options;
  checkTheme(theme);
  const width = widthOf(options);
  const heading = title === undefined ? [] : wrapText(title, width - 2 * PADDING, FONT.heading);
  const notes = (picture.notes ?? []).flatMap((note) => wrapText(note, width - 2 * PADDING, FONT.small));
  const above = heading.length === 0 ? 0 : heading.length * FONT.heading * LINE + PADDING;
  const below = notes.length === 0 ? 0 : notes.length * FONT.small * LINE + PADDING;
  const { left, right, top, bottom } = picture.margins;
  const shared = {
    frameAnchor: "top-left",
    textAnchor: "start",
    lineAnchor: "top",
    lineHeight: LINE,
  } as const;
  const svg = plot({
    document: xmlDocument(),
    className: "drmeta",
    width,
    height: picture.height + below,
    marginLeft: left,
    marginRight: right,
    marginTop: top,
    marginBottom: bottom + below,
    ...picture.scales,
    marks: [
      ...picture.marks,
      text([heading.join("\n")], {
        ...shared,
        fontSize: FONT.heading,
        fontWeight: "bold",
        dx: PADDING - left,
        dy: PADDING - top - above,
      }),
      text([notes.join("\n")], {
        ...shared,
        frameAnchor: "bottom-left",
        fontSize: FONT.small,
        fill: COLORS.muted,
        dx: PADDING - left,
        dy: bottom + PADDING / 2,
      }),
    ],
  });
  return finish(svg as unknown as SVGElement, above, picture, options);
}

/** The widest of several texts, px. */
export function widest(texts: Iterable<string>, fontSize: number): number {
  let width = 0;
  for (const one of texts) width = Math.max(width, textWidth(one, fontSize));
  return width;
}

/** Neither Node nor a worker has a document, and a page's own may print numbers and names differently: always this one. */
function xmlDocument(): Document {
  return new DOMImplementation().createDocument(SVG, "svg", null) as unknown as Document;
}

/** The document around the marks, moved down by `above` px to make room for the heading. */
function finish(svg: SVGElement, above: number, picture: Picture, options: PictureOptions): string {
  const { theme = "light" } = options;
  const width = svg.getAttribute("width");
  const height = Math.ceil(Number(svg.getAttribute("height")) + above);
  const style = svg.getElementsByTagName("style")[0];
  if (style !== undefined) svg.removeChild(style);
  for (const element of Array.from(svg.getElementsByTagName("*"))) tidy(element, theme === "dark");
  const inner = Array.from(svg.childNodes, (child) => serializer.serializeToString(child as never))
    .join("")
    .replaceAll(` xmlns="${SVG}"`, "")
    .replace(NOT_XML, "");
  const title = escapeXml(options.title ?? picture.name);
  const description = escapeXml(options.description ?? picture.description);
  const id = `drmeta-${hash(inner + title + description)}`;
  const color = (light: string) => (theme === "dark" ? darkColor(light) : light);
  return [
    `<svg xmlns="${SVG}" id="${id}" role="img" aria-labelledby="${id}-title ${id}-desc"`,
    ` width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ` font-family="${FONT_FAMILY}" font-size="${FONT.normal}" text-anchor="middle" fill="${color(COLORS.ink)}">`,
    `<title id="${id}-title">${title}</title>`,
    `<desc id="${id}-desc">${description}</desc>`,
    theme === "auto" ? `<style>${autoStyle(`#${id}`)}</style>` : "",
    `<rect width="${width}" height="${height}" fill="${color(COLORS.background)}"/>`,
    above === 0 ? inner : `<g transform="translate(0,${above})">${inner}</g>`,
    "</svg>\n",
  ].join("");
}

const SVG = "http://www.w3.org/2000/svg";
const serializer = new XMLSerializer();
/** characters that no XML may have, not even escaped */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const GEOMETRY = ["d", "transform", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height"];

/** Colours of the theme; positions to hundredths of a pixel, which shortens files and hides the rounding of machines. */
function tidy(element: Element, isDark: boolean): void {
  for (const name of ["fill", "stroke"]) {
    const value = element.getAttribute(name);
    if (value === null || value === "none") continue;
    const light = value === "currentColor" ? COLORS.ink : value.toLowerCase();
    element.setAttribute(name, isDark ? (darkColor(light) ?? light) : light);
  }
  for (const name of GEOMETRY) {
    const value = element.getAttribute(name);
    if (value === null || !value.includes(".")) continue;
    element.setAttribute(
      name,
      value.replace(/-?\d*\.\d{3,}(?:e-?\d+)?/g, (number) => `${Number(Number(number).toFixed(2))}`),
    );
  }
}

/** Text that XML can hold. */
function escapeXml(value: string): string {
  return value.replace(NOT_XML, "").replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** FNV-1a: ids must differ between the pictures of one page, and be the same whenever one is drawn again. */
function hash(value: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < value.length; i++) h = Math.imul(h ^ value.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(36);
}
