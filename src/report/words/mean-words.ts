import type { Fit } from "../../fit/fit";
import type { CoefficientRow } from "../../inference/coefficient-table";
import type { Outcome } from "../../inference/outcomes";
import type { TestStatistic } from "../../inference/test-basis";
import type { Back } from "../../stats/back-transforms";
import { type BackTransformedRow, backTransformed } from "../back-transformed";
import type { ModelTests } from "../model-tests";
import { onePredictionInterval } from "../one-prediction-interval";
import {
  hasLevelValues,
  moderatorSentences,
  referencePoint,
  responseName,
  testWords,
} from "./coefficient-words";
import { estimateText, extremes, list, percentText, pWords, rangeText } from "./numbers";

/** The mean of one outcome: its intercept, the spread of true effects around it, its moderators. */
export function meanSentences(
  fit: Fit,
  outcome: Outcome,
  rows: readonly CoefficientRow[],
  tests: ModelTests,
  level: number,
  test: TestStatistic,
  back: Back | null,
): string[] {
  const { location } = outcome;
  const design = fit.designs[location]!;
  const of = fit.family === "gaussian" ? "" : ` of ${responseName(fit, location)}`;
  const intercept = rows.find((row) => row.dpar === location && row.term === "(Intercept)");
  const at = referencePoint(fit, location);
  const sentences: string[] = [];
  if (intercept !== undefined && at !== null) {
    const offset = fit.response[location]!.offset === null ? [] : ["the offset is 0"];
    const all = [...at, ...offset];
    const where = all.length === 0 ? "The estimated mean" : `Where ${list(all)}, the estimated mean`;
    const includes = intercept.lower <= 0 && intercept.upper >= 0 ? "; the interval includes 0" : "";
    sentences.push(`${where}${of} is ${estimateText(intercept, level, testWords(intercept))}${includes}.`);
  }
  if (at === null && !hasLevelValues(design)) {
    const known = fit.fitted[location]!.filter((value) => !Number.isNaN(value));
    const [least, most] = extremes(known);
    sentences.push(`The fitted means${of} range from ${rangeText(least, most)}.`);
  }
  return [
    ...sentences,
    ...(design.termLabels.length === 0 ? spread(fit, outcome, intercept, level, test) : []),
    ...moderatorSentences(fit, location, rows, level),
    ...(back === null ? [] : backSentences(fit, location, rows, back, level, test)),
    ...jointTest(tests, location),
  ];
}

function spread(
  fit: Fit,
  outcome: Outcome,
  intercept: CoefficientRow | undefined,
  level: number,
  test: TestStatistic,
): string[] {
  const interval = intercept === undefined ? null : onePredictionInterval(fit, outcome, level, test);
  if (interval === null) return [];
  return [
    `The ${percentText(level)} prediction interval for the true effect in a new study is ` +
      `${rangeText(interval.lower, interval.upper)}, with the SDs as estimated.`,
  ];
}

/** "On the scale exp(yi): mean 0.49 (95% CI 0.34 to 0.70), prediction interval 0.15 to 1.55." */
function backSentences(
  fit: Fit,
  location: string,
  coefficients: readonly CoefficientRow[],
  back: Back,
  level: number,
  test: TestStatistic,
): string[] {
  const { rows } = backTransformed(fit, coefficients, back, level, test);
  const own = rows.filter(({ dpar }) => dpar === location);
  if (own.length === 0) return [];
  const words = (row: BackTransformedRow) =>
    row.is === "prediction"
      ? `prediction interval ${rangeText(row.lower, row.upper)}`
      : `${row.is}${row.term === "(Intercept)" ? "" : ` of ${row.term}`} ${estimateText(row, level)}`;
  return [`On the scale ${back.label(responseName(fit, location))}: ${own.map(words).join("; ")}.`];
}

/** The joint test of several coefficients: one alone has its own. */
export function jointTest({ moderators }: ModelTests, dpar: string): string[] {
  const test = moderators.find((one) => one.dpar === dpar);
  if (test === undefined || test.df < 2 || Number.isNaN(test.statistic)) return [];
  const { df, ddf, statistic, pValue } = test;
  const name = ddf === null ? `QM(${df})` : `F(${df}, ${Number.isInteger(ddf) ? ddf : ddf.toFixed(1)})`;
  return [`Together, the moderators of ${dpar} give ${name} = ${statistic.toFixed(2)}, ${pWords(pValue)}.`];
}
