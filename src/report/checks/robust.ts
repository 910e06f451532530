/** What robust errors cannot know: a sandwich needs several clusters for whatever it is the error of. */
import type { Fit } from "../../fit/fit";
import { coefficientIndices, coefficientName } from "../../inference/coefficients";
import { outcomesOf } from "../../inference/outcomes";
import { vanishingVariance } from "../../inference/robust/cluster-terms";
import { type Check, row } from "./check";

const LISTED = 5;

/** Coefficients, and fitted means where the coefficients are differences from them, whose robust variance is 0. */
export const robustSingleCluster: Check = (fit) => {
  if (fit.robust === undefined) return null;
  const names = outcomesOf(fit).flatMap(({ location }) =>
    coefficientIndices(fit, location)
      .filter((i) => fit.coefficients[i]!.stdError === 0)
      .map((i) => coefficientName(fit.coefficients[i]!)),
  );
  if (names.length > 0) {
    return row(
      "robust_single_cluster",
      "warning",
      names.join(", "),
      `One cluster alone says what ${names.join(", ")} is (or clusters that agree exactly), so that its robust variance is ` +
        "0: it has no test and no limits. Merge its level with another, or use the fit's own errors, without robust().",
    );
  }
  const rows = certainRows(fit);
  if (rows.length === 0) return null;
  const what = `mean of row ${rows.slice(0, LISTED).join(", ")}${rows.length > LISTED ? ", ..." : ""}`;
  return row(
    "robust_single_cluster",
    "warning",
    what,
    `One cluster alone says what the ${what} is (or clusters that agree exactly), so that its robust variance is 0: robust ` +
      "errors of differences from it count it as known. Merge its level with another, or use the fit's own errors.",
  );
};

/** Data rows, from 1, whose fitted mean has no robust variance. */
function certainRows(fit: Fit): number[] {
  const found = new Set<number>();
  for (const { location } of outcomesOf(fit)) {
    const { values, nrow, present } = fit.designs[location]!;
    const indices = coefficientIndices(fit, location);
    const vanishes = vanishingVariance(fit, indices);
    for (let i = 0; i < nrow; i++) {
      if (present?.[i] === 0) continue;
      if (vanishes(indices.map((_, j) => values[j * nrow + i]!))) found.add(fit.rows[i]! + 1);
    }
  }
  return [...found].sort((a, b) => a - b);
}
