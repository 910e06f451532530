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

/** The name of a plot. */
export type PlotName =
  | "forest"
  | "orchard"
  | "caterpillar"
  | "funnel"
  | "location-scale"
  | "heterogeneity"
  | "bivariate"
  | "profile"
  | "residual"
  | "qq"
  | "baujat"
  | "influence";

const PICTURE = ["width", "theme", "title", "description"] as const;
const ROWS = ["outcome", "data", "labels"] as const;
const MEANS = ["level", "test"] as const;
/** what effects are labelled as */
const SCALE = ["transform", "sampleSize"] as const;
const RESIDUALS = [...ROWS, "group"] as const;

/** The plots by their names. */
export const catalogue: Readonly<Record<PlotName, PlotDescription>> = {
  forest: {
    title: "Forest plot",
    describe: "every effect size with its interval and weight; means and prediction intervals, by group too",
    options: [...ROWS, ...MEANS, "group", "sort", ...SCALE, "xlab", "xlim"],
  },
  orchard: {
    title: "Orchard plot",
    describe: "effect sizes by group, with the mean and the prediction interval of each",
    options: [...ROWS, ...MEANS, "group", ...SCALE, "xlab"],
  },
  caterpillar: {
    title: "Caterpillar plot",
    describe: "ordered effect sizes, or the predicted random intercepts (BLUPs) of each grouping",
    options: [...ROWS, ...MEANS, "show", ...SCALE, "xlab"],
  },
  funnel: {
    title: "Funnel plot",
    describe: "effects, or residuals where the mean has moderators, against their standard errors",
    options: [...ROWS, "group", "of", "contours", "refline", ...SCALE, "xlab"],
  },
  "location-scale": {
    title: "Location-scale plot",
    describe: "the mean against a numeric moderator, with a band as wide as the heterogeneity there",
    options: [...ROWS, ...MEANS, "x", "by", "at", "ribbon", ...SCALE, "xlab", "ylab"],
  },
  heterogeneity: {
    title: "Heterogeneity plot",
    describe: "sigma against a moderator with its band, or the SDs by group with profile intervals",
    options: ["outcome", "level", "x", "by", "at", "confint", "xlab"],
  },
  bivariate: {
    title: "Bivariate plot",
    describe: "two outcomes against each other, with ellipses of sampling, true effects and means",
    options: ["data", "labels", ...MEANS, "group", "xlab", "ylab"],
  },
  profile: {
    title: "Profile likelihood plot",
    describe: "the profile log-likelihood of a coefficient, with its likelihood-ratio interval",
    options: ["parm", "level", "xlab"],
  },
  residual: {
    title: "Residual plot",
    describe: "Pearson residuals against the fitted mean, the standard error or a moderator",
    options: [...RESIDUALS, "x", "xlab"],
  },
  qq: {
    title: "Normal quantile plot",
    describe: "Pearson residuals against normal quantiles, with a band",
    options: RESIDUALS,
  },
  baujat: {
    title: "Baujat plot",
    describe: "what each effect size, or study, contributes to the heterogeneity and does to the mean",
    options: [...ROWS, "by"],
  },
  influence: {
    title: "Influence plot",
    describe: "what leaving out each effect size, or study, does to the fit",
    options: [...ROWS, "by"],
  },
};

/** Those of all plots' options that one of them takes: it refuses the others. */
export function optionsOfPlot(name: PlotName, options: PlotOptions): PlotOptions {
  const own = new Set<string>([...PICTURE, ...catalogue[name].options]);
  return Object.fromEntries(Object.entries(options).filter(([option]) => own.has(option)));
}
