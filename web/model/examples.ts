import { type Choices, NO_CHOICES } from "./choices";

/** A data set that comes with the page; its file is examples/<id>.csv. */
export interface Example {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly choices: Choices;
  /** The CSV text, in a part of the page of its own that is loaded when it is asked for. */
  load(): Promise<string>;
}

type CsvModule = { readonly default: string };
const text = ({ default: csv }: CsvModule) => csv;
const yiVi = { effect: "yi", uncertainty: "vi", kind: "variance" } as const;

export const EXAMPLES: readonly Example[] = [
  {
    id: "restoration",
    title: "Restoration: heterogeneity differs by habitat",
    source: "80 simulated studies of how ecological restoration changes biodiversity.",
    choices: {
      ...NO_CHOICES,
      first: yiVi,
      moderators: ["habitat", "duration"],
      scaleModerators: ["habitat"],
      reference: { habitat: "grassland" },
    },
    load: () => import("../../examples/restoration.csv?raw").then(text),
  },
  {
    id: "bcg",
    title: "BCG vaccine: 13 trials, a moderator",
    source:
      "Log risk ratios of tuberculosis in vaccinated and control groups. Colditz et al. (1994), JAMA 271, 698-702.",
    choices: { ...NO_CHOICES, first: yiVi, moderators: ["ablat"], method: "REML" },
    load: () => import("../../examples/bcg.csv?raw").then(text),
  },
  {
    id: "konstantopoulos",
    title: "School calendar: schools within districts",
    source: "56 schools in 11 districts. Konstantopoulos (2011), Research Synthesis Methods 2, 61-76.",
    choices: { ...NO_CHOICES, first: yiVi, study: "district" },
    load: () => import("../../examples/konstantopoulos.csv?raw").then(text),
  },
  {
    id: "assink",
    title: "Recidivism: correlated effect sizes within studies",
    source:
      "100 effect sizes of 17 studies. Assink & Wibbelink (2016), The Quantitative Methods for Psychology 12, 154-174.",
    choices: { ...NO_CHOICES, first: yiVi, moderators: ["deltype"], study: "study", correlation: "0.6" },
    load: () => import("../../examples/assink.csv?raw").then(text),
  },
  {
    id: "bangertdrowns",
    title: "Writing to learn: 48 studies, missing cells",
    source: "Bangert-Drowns, Hurley & Wilkinson (2004), Review of Educational Research 74, 29-58.",
    choices: { ...NO_CHOICES, first: yiVi, moderators: ["length"], scaleModerators: ["ni"] },
    load: () => import("../../examples/bangertdrowns.csv?raw").then(text),
  },
  {
    id: "berkey",
    title: "Periodontal surgery: two outcomes",
    source:
      "5 trials, attachment level and probing depth. Berkey et al. (1998), Statistics in Medicine 17, 2537-2550.",
    choices: {
      ...NO_CHOICES,
      first: { effect: "al", uncertainty: "v_al", kind: "variance" },
      second: { effect: "pd", uncertainty: "v_pd", kind: "variance" },
      correlation: "r",
    },
    load: () => import("../../examples/berkey.csv?raw").then(text),
  },
];
