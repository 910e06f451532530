import { count } from "../../words";
import { percent } from "../draw/numbers";
import { hasPrediction } from "./layout";
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
    const { label, estimate, lower, upper, predictionLower, predictionUpper } = summary;
    const prediction = hasPrediction(summary)
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
  hasWeights: boolean,
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
  const means = [...forest.groups.flatMap(({ summary }) => summary ?? []), forest.overall];
  const limits = [
    ...rows.flatMap(({ lower, upper }) => [lower, upper]),
    ...means.flatMap((mean) => [mean.estimate, mean.lower, mean.upper]),
    ...means.filter(hasPrediction).flatMap((mean) => [mean.predictionLower, mean.predictionUpper]),
  ];
  if (limits.some((limit) => limit < low || limit > high)) {
    notes.push("Arrows: intervals that go on beyond the axis.");
  }
  if (hasWeights && !forest.weighted) notes.push("Precision: share of the sum of 1 / total variance.");
  return notes;
}
