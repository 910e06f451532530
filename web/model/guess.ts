import { type Choices, NO_CHOICES, type Outcome } from "./choices";
import type { ColumnOverview, DataOverview } from "./columns";

const EFFECT =
  /^(yi|y|es|effect|effect_?size|lnrr|lnor|logor|logrr|smd|g|d|hedges_?g|cohen_?d|zi?|est(imate)?)$/i;
const VARIANCE = /^(vi|v|var|variance|sampling_?variance|v_?(yi|es|effect))$/i;
const STANDARD_ERROR = /^(sei|se|std_?err(or)?|stderr|standard_?error|se_?(yi|es|effect))$/i;

/** Where to start with new data: the columns that are called as effect sizes and their variances usually are. */
export function guessChoices({ columns }: DataOverview): Choices {
  const numbers = columns.filter(({ kind }) => kind === "number");
  const effect = called(numbers, EFFECT);
  const variance = called(numbers, VARIANCE);
  const first: Outcome = {
    effect,
    uncertainty: variance === "" ? called(numbers, STANDARD_ERROR) : variance,
    kind: variance === "" && called(numbers, STANDARD_ERROR) !== "" ? "se" : "variance",
  };
  return { ...NO_CHOICES, first };
}

function called(columns: readonly ColumnOverview[], pattern: RegExp): string {
  return columns.find(({ name }) => pattern.test(name.trim()))?.name ?? "";
}
