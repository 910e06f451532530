import type { PlotName, PlotOptions } from "../../src/plot/index";

/** A picture of the gallery: a plot of a reference case, which holds a published data set. */
export interface GalleryPicture {
  /** name of the file */
  readonly name: string;
  readonly plot: PlotName;
  readonly id: string;
  readonly options: PlotOptions;
  /** what to see in it */
  readonly caption: string;
}

/** The data, as the captions call them. */
export const DATA: Readonly<Record<string, string>> = {
  "v01-re-intercept-bcg": "13 trials of the BCG vaccine against tuberculosis (log risk ratios)",
  "v06-ls-bangertdrowns": "48 studies of writing-to-learn, by sample size in hundreds",
  "v07-ls-curtis": "102 effects of elevated carbon dioxide on the growth of trees",
  "v08-ls-boundary-bakdash": "453 correlations of situation awareness with performance, by measure",
  "v15-multilevel-konstantopoulos": "56 schools in 11 districts: the effect of a modified school calendar",
  "v28-bivariate-missing-outcomes-riley": "81 studies with one or both of two outcomes",
  "drm-a-restoration": "80 simulated studies of ecological restoration (`examples/restoration.csv`)",
};

const AUTHORS = { labels: "author" } as const;

export const GALLERY: readonly GalleryPicture[] = [
  {
    name: "forest",
    plot: "forest",
    id: "v01-re-intercept-bcg",
    options: { ...AUTHORS, transform: "exp", xlab: "Risk ratio" },
    caption:
      'Effects are log risk ratios; `transform: "exp"` labels them as ratios. The bar below the diamond is where the true effect of a new study would lie.',
  },
  {
    name: "forest-multilevel",
    plot: "forest",
    id: "v15-multilevel-konstantopoulos",
    options: { group: "district", labels: "school" },
    caption:
      "Schools within districts, a random intercept per district: the small diamonds are the districts' predicted means.",
  },
  {
    name: "orchard",
    plot: "orchard",
    id: "v08-ls-boundary-bakdash",
    options: {},
    caption:
      "Means by measure with confidence intervals (thick) and prediction intervals (thin). `sigma ~ measure` gives each measure a heterogeneity of its own; of one it is 0.",
  },
  {
    name: "heterogeneity-groups",
    plot: "heterogeneity",
    id: "v08-ls-boundary-bakdash",
    options: {},
    caption: "The same heterogeneities with profile-likelihood intervals, which know what to do at 0.",
  },
  {
    name: "heterogeneity",
    plot: "heterogeneity",
    id: "v07-ls-curtis",
    options: { xlab: "log days of exposure" },
    caption: "`sigma ~ meth + logt`: the SD of true effects grows with the length of the exposure.",
  },
  {
    name: "location-scale",
    plot: "location-scale",
    id: "drm-a-restoration",
    options: {},
    caption: "Mean and heterogeneity at once: the wide bands are mean ± SD of true effects.",
  },
  {
    name: "prediction",
    plot: "location-scale",
    id: "v06-ls-bangertdrowns",
    options: { ribbon: "prediction", xlab: "Sample size (hundreds)" },
    caption:
      "A prediction interval that narrows with sigma: small studies disagree far more than large ones.",
  },
  {
    name: "funnel",
    plot: "funnel",
    id: "v01-re-intercept-bcg",
    options: {
      ...AUTHORS,
      group: "alloc",
      refline: 0,
      contours: [0.9, 0.95, 0.99],
      transform: "exp",
      xlab: "Risk ratio",
    },
    caption: "Contours of significance around no effect, by how patients were allocated.",
  },
  {
    name: "bivariate",
    plot: "bivariate",
    id: "v28-bivariate-missing-outcomes-riley",
    options: {},
    caption:
      "Sampling ellipses, the ellipse of true effects (its tilt is rho12) and the confidence region of the means.",
  },
  {
    name: "caterpillar",
    plot: "caterpillar",
    id: "v15-multilevel-konstantopoulos",
    options: {},
    caption: "Predicted random intercepts of the districts, in order.",
  },
  {
    name: "profile",
    plot: "profile",
    id: "drm-a-restoration",
    options: {},
    caption:
      "A log SD whose likelihood falls slowly on the left: the Wald interval would be too short there.",
  },
  {
    name: "residual",
    plot: "residual",
    id: "drm-a-restoration",
    options: { x: "duration" },
    caption: "Pearson residuals, over the SD of their own row.",
  },
  {
    name: "qq",
    plot: "qq",
    id: "drm-a-restoration",
    options: {},
    caption: "The same residuals against normal quantiles.",
  },
  {
    name: "baujat",
    plot: "baujat",
    id: "v01-re-intercept-bcg",
    options: AUTHORS,
    caption: "Which trials make the heterogeneity, and which move the pooled effect.",
  },
  {
    name: "influence",
    plot: "influence",
    id: "v01-re-intercept-bcg",
    options: AUTHORS,
    caption: "Each trial left out in turn, with the heterogeneity that remains.",
  },
];
