import type { PlotOptions } from "./registry";

/** What a plot is about: all that a menu or a help text needs, without the drawing. */
export interface PlotDescription {
  /** "Forest plot" */
  readonly title: string;
  /** what it shows, in a line */
  readonly describe: string;
  /** the options it takes beside width, theme, title and description */
  readonly options: readonly (keyof PlotOptions)[];
}

const ROWS = ["outcome", "data", "labels"] as const;

/** The plots by their names. */
export const catalogue = {
  forest: {
    title: "Forest plot",
    describe: "every effect size with its interval and weight; means and prediction intervals, by group too",
    options: [...ROWS, "level", "group", "sort", "transform", "xlab", "xlim"],
  },
  funnel: {
    title: "Funnel plot",
    describe: "effects, or residuals where the mean has moderators, against their standard errors",
    options: [...ROWS, "group", "of", "contours", "refline", "transform", "xlab"],
  },
  "location-scale": {
    title: "Location-scale plot",
    describe: "the mean against a numeric moderator, with a band as wide as the heterogeneity there",
    options: [...ROWS, "level", "x", "by", "at", "ribbon", "transform", "xlab", "ylab"],
  },
} as const satisfies Record<string, PlotDescription>;

export type PlotName = keyof typeof catalogue;
