import { DrmError } from "../../index";

/** "auto" is light, and dark where the reader's system asks for dark (prefers-color-scheme). */
export type Theme = "light" | "dark" | "auto";

/**
 * Pictures are drawn with these colours, and restyled() turns them into the dark ones: attribute for attribute, because
 * variables of CSS are unknown to most programs that place an SVG in a manuscript. Each must differ from all others.
 * Series: Okabe and Ito's palette, safe for colour-blind readers, black and yellow left out.
 */
export const COLORS = {
  background: "#ffffff",
  ink: "#1a1a1a",
  muted: "#595959",
  rule: "#9a9a9a",
  grid: "#e4e4e4",
  series: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"],
} as const;

const DARK: Readonly<Record<string, string>> = {
  "#ffffff": "#15171c",
  "#1a1a1a": "#ededed",
  "#595959": "#b3b3b3",
  "#9a9a9a": "#7d7d7d",
  "#e4e4e4": "#34373d",
  "#0072b2": "#4da6e0",
  "#d55e00": "#f5894a",
  "#009e73": "#2fc59b",
  "#cc79a7": "#e5a3c6",
  "#e69f00": "#f2b93f",
  "#56b4e9": "#97d3f5",
};

/** Colour of a series; they repeat after six, where shapes and labels must tell them apart. */
export function seriesColor(index: number): string {
  return COLORS.series[index % COLORS.series.length]!;
}

const SYMBOLS = ["circle", "square", "triangle", "diamond", "cross", "star"] as const;

/** Shape of a series: groups are told apart without colour too. */
export function seriesSymbol(index: number): (typeof SYMBOLS)[number] {
  return SYMBOLS[index % SYMBOLS.length]!;
}

export const FONT_FAMILY = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/** Font sizes in px; 12 px on a picture of 720 px is 9 pt on a page's width of 7.5 inches. */
export const FONT = { normal: 12, small: 11, heading: 15 } as const;

/** Colours of an element in a theme that is not light. */
export function darkColor(color: string): string | undefined {
  return DARK[color];
}

/** The rules that "auto" adds: presentation attributes give way to any rule. */
export function autoStyle(scope: string): string {
  const rules = Object.entries(DARK).flatMap(([light, dark]) => [
    `${scope} [fill="${light}"]{fill:${dark}}`,
    `${scope} [stroke="${light}"]{stroke:${dark}}`,
  ]);
  // text without a colour of its own has the root's
  rules.push(`${scope}{fill:${DARK[COLORS.ink]}}`);
  return `@media (prefers-color-scheme: dark){${rules.join("")}}`;
}

/** Throws DrmError("bad_option") for an unknown theme. */
export function checkTheme(theme: string): asserts theme is Theme {
  if (theme !== "light" && theme !== "dark" && theme !== "auto") {
    throw new DrmError("bad_option", `theme '${theme}': themes are "light", "dark" and "auto"`);
  }
}
