import type { PlotName } from "../../src/plot/catalogue";
import type { PlotOptions } from "../../src/plot/index";
import type { Analysis } from "../worker/session";
import type { DataOverview } from "./columns";

/** What the reader has chosen of the pictures. */
export interface PlotChoices {
  readonly name: PlotName;
  /** columns; "" for none */
  readonly labels: string;
  readonly group: string;
  /** moderator of the horizontal axis; "" for the plot's own choice */
  readonly x: string;
  /** coefficient of the profile; "" for the plot's own choice */
  readonly parm: string;
  /** with two outcomes the key of a mean */
  readonly outcome: string;
  readonly sort: "data" | "estimate" | "precision";
  /** effects are logs, and labelled as ratios */
  readonly ratios: boolean;
}

export const NO_PLOT_CHOICES: PlotChoices = {
  name: "forest",
  labels: "",
  group: "",
  x: "",
  parm: "",
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

/** As the plots take them, without choices that were made for another model; what a plot has no use for it ignores. */
export function plotOptions(
  { labels, group, x, parm, outcome, sort, ratios }: PlotChoices,
  { summary, groupColumns, numericModerators }: Analysis,
): Omit<PlotOptions, "data"> {
  const groups = groupsOf({ summary, groupColumns });
  return {
    ...(labels !== "" && { labels }),
    ...(groups.includes(group) && { group }),
    ...(numericModerators.includes(x) && { x }),
    ...(summary.coefficients.some(({ name }) => name === parm) && { parm }),
    ...(summary.family !== "gaussian" && { outcome }),
    sort,
    transform: ratios ? "exp" : "none",
  };
}

/** Categories that the model uses, and the groupings of its random intercepts. */
export function groupsOf({ summary, groupColumns }: Pick<Analysis, "summary" | "groupColumns">): string[] {
  return [...new Set([...groupColumns, ...summary.random.map(({ group }) => group)])];
}
