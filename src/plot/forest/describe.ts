import { count } from "../../words";
import { percent } from "../draw/numbers";
import type { Forest, ForestRow } from "./rows";

/** The alternative text, with the numbers a reader would look for. */
export function describeForest(
  forest: Forest,
  words: (estimate: number, lower: number, upper: number) => string,
): string {
  const effects = forest.groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const grouped = forest.groups.length > 1 ? ` in ${forest.groups.length} groups` : "";
  const sentences = [
    `Forest plot of ${count(effects, "effect size")}${grouped} with ${percent(forest.level)} confidence intervals (${forest.outcome}).`,
  ];
  for (const { summary } of [...forest.groups, { summary: forest.overall }]) {
    if (summary === null) continue;
    const { label, estimate, lower, upper, predictionLower, predictionUpper, heterogeneity } = summary;
    const prediction =
      heterogeneity > 0 && !Number.isNaN(predictionLower)
        ? `, prediction interval ${words(Number.NaN, predictionLower, predictionUpper).replace(/^\S+ /, "")}`
        : "";
    sentences.push(`${label}: ${words(estimate, lower, upper)}${prediction}.`);
  }
  return sentences.join(" ");
}

/** What the picture cannot say by itself. */
export function forestNotes(
  forest: Forest,
  rows: readonly ForestRow[],
  [low, high]: readonly [number, number],
): string[] {
  const notes: string[] = [];
  if (forest.hasModerators) {
    notes.push("Vertical ticks: the model's mean of each row. Diamonds: its average over the rows.");
  }
  if (forest.groups.some(({ summary }) => summary?.label.startsWith("Predicted"))) {
    notes.push(
      "Small diamonds: the predicted mean of the group, the overall mean plus its random intercept.",
    );
  }
  if (rows.some(({ lower, upper }) => lower < low || upper > high)) {
    notes.push("Arrows: the interval goes on beyond the axis.");
  }
  if (!forest.weighted) notes.push("Precision: share of the sum of 1 / total variance.");
  return notes;
}
