import type { PlotName } from "../../src/plot/catalogue";
import type { PlotOptions } from "../../src/plot/index";
import type { DataOverview } from "./columns";

/** What the reader has chosen of the pictures. */
export interface PlotChoices {
  readonly name: PlotName;
  /** columns; "" for none */
  readonly labels: string;
  readonly group: string;
  /** with two outcomes */
  readonly outcome: "mu1" | "mu2";
  readonly sort: "data" | "estimate" | "precision";
  /** effects are logs, and labelled as ratios */
  readonly ratios: boolean;
}

export const NO_PLOT_CHOICES: PlotChoices = {
  name: "forest",
  labels: "",
  group: "",
  outcome: "mu1",
  sort: "data",
  ratios: false,
};

/** A picture with more rows than this is not drawn unless it is asked for. */
const MANY_ROWS = 300;
const LABEL = /^(author|authors|study|study_?name|trial|paper|label|slab)$/i;

/** Where pictures of new data start: rows by the name of their study, and no forest of thousands. */
export function guessPlot({ nrow, columns }: DataOverview): PlotChoices {
  const named = columns.filter(({ name }) => LABEL.test(name));
  const text = named.find(({ kind }) => kind === "category") ?? named[0];
  const name = nrow > MANY_ROWS ? "funnel" : "forest";
  return { ...NO_PLOT_CHOICES, name, labels: text?.name ?? "" };
}

/** As the plots take them; what a plot has no use for it ignores. */
export function plotOptions(
  { labels, group, outcome, sort, ratios }: PlotChoices,
  bivariate: boolean,
): Omit<PlotOptions, "data"> {
  return {
    ...(labels !== "" && { labels }),
    ...(group !== "" && { group }),
    ...(bivariate && { outcome }),
    sort,
    transform: ratios ? "exp" : "none",
  };
}
