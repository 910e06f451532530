/** What went into the fit: rows, design matrices, weights, and rows that outweigh the rest. */

import { outcomeCounts, outcomesOf } from "../../inference/outcomes";
import { totalVariances } from "../../opened/term-variances";
import { count, formatSignificant } from "../format";
import { droppedText } from "../summary-text";
import { type Check, row } from "./check";

const LARGE_DESIGN_MB = 25;
const MANY_COLUMNS = 30;
const EXTREME_WEIGHT_RATIO = 100;
const DOMINANT_SHARE = 0.5;

export const droppedRows: Check = ({ dropped }) => {
  if (dropped.count === 0) return row("dropped_rows", "ok", "0", "Every row was used.");
  return row(
    "dropped_rows",
    "note",
    String(dropped.count),
    `Left out: ${droppedText(dropped)}. Make sure that they are missing for reasons unrelated to the effect.`,
  );
};

/** Selective reporting of an outcome is the usual reason, so it deserves a word. */
export const oneOutcomeOnly: Check = (fit) => {
  const counts = outcomeCounts(fit);
  if (counts === null) return null;
  const { both, onlyFirst, onlySecond } = counts;
  if (both === fit.nobs) return row("one_outcome_only", "ok", "0", "Every study has both outcomes.");
  const [first, second] = outcomesOf(fit).map(({ location }) => fit.response[location].label);
  return row(
    "one_outcome_only",
    "note",
    `${onlyFirst} with ${first}, ${onlySecond} with ${second}`,
    `They inform their own outcome; rho12 rests on the ${both} with both. Make sure that the other outcome is missing for reasons unrelated to its effect.`,
  );
};

export const designSize: Check = ({ designs }) => {
  let bytes = 0;
  let columns = 0;
  for (const { values, names } of Object.values(designs)) {
    bytes += values.byteLength;
    columns += names.length;
  }
  const megabytes = bytes / 1e6;
  const value = `${count(columns, "column")}, ${formatSignificant(megabytes)} MB`;
  if (megabytes < LARGE_DESIGN_MB && columns < MANY_COLUMNS) {
    return row("fixed_effect_design_size", "ok", value, "The design matrices are small.");
  }
  return row(
    "fixed_effect_design_size",
    "note",
    value,
    "Large design matrices: a factor with many levels may be better as a random intercept, (1 | group).",
  );
};

export const weightsExtreme: Check = ({ weights }) => {
  if (weights === null) return null;
  const positive = Array.from(weights)
    .filter((w) => w > 0)
    .sort((a, b) => a - b);
  const ratio = positive[positive.length - 1] / positive[Math.floor(positive.length / 2)];
  if (!(ratio >= EXTREME_WEIGHT_RATIO)) return null;
  return row(
    "weights_extreme",
    "note",
    `largest / median ${formatSignificant(ratio)}`,
    "Weights multiply log-likelihoods; they are not 1 / vi. Sampling variances belong in meta_V(V = vi).",
  );
};

/** Share of one row in the total precision 1 / (v + sigma^2 + omega^2), the weights of the mean. */
export const oneStudyDominates: Check = (fit) => {
  if (fit.nobs < 3) return null;
  for (const outcome of outcomesOf(fit)) {
    const variance = totalVariances(fit, outcome);
    const y = fit.response[outcome.location].values;
    let total = 0;
    let largest = 0;
    let at = 0;
    for (let i = 0; i < fit.nobs; i++) {
      if (Number.isNaN(y[i])) continue;
      const precision = (fit.weights?.[i] ?? 1) / variance[i];
      total += precision;
      if (precision > largest) {
        largest = precision;
        at = i;
      }
    }
    // a variance of zero makes the precision infinite; the known_sampling_covariance row tells of it
    const share = largest / total;
    if (!(share > DOMINANT_SHARE)) continue;
    return row(
      "one_study_dominates",
      "note",
      `row ${fit.rows[at] + 1}: ${(100 * share).toFixed(0)} %`,
      `One row carries most of the information on ${outcome.location}; check its sampling variance and refit without it.`,
    );
  }
  return null;
};
