import { sdsOf } from "../../fit/dpars";
import type { Fit } from "../../fit/fit";
import type { CoefficientRow } from "../../inference/coefficient-table";
import type { Outcome } from "../../inference/outcomes";
import { predictionInterval } from "../../inference/prediction-interval";
import type { TestStatistic } from "../../inference/test-basis";
import type { ModelTests } from "../model-tests";
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
    ...jointTest(tests, location),
  ];
}

/** Where SDs have no moderators, and are not all zero, one prediction interval is that of all rows. */
function spread(
  fit: Fit,
  { location, number }: Outcome,
  intercept: CoefficientRow | undefined,
  level: number,
  test: TestStatistic,
): string[] {
  const constant = sdsOf(fit, number).every(({ key }) => (fit.designs[key]?.termLabels.length ?? 0) === 0);
  const shifted = fit.response[location]!.offset !== null;
  if (intercept === undefined || !constant || shifted || fit.knownV.kind === "none") return [];
  const { lower, upper, heterogeneity } = predictionInterval(fit, undefined, { dpar: location, level, test });
  const i = lower.findIndex((value) => Number.isFinite(value));
  if (i < 0 || !(heterogeneity[i]! > 0)) return [];
  return [
    `The ${percentText(level)} prediction interval for the true effect in a new study is ` +
      `${rangeText(lower[i]!, upper[i]!)}, with the SDs as estimated.`,
  ];
}

/** The joint test of several coefficients: one alone has its own. */
export function jointTest({ moderators }: ModelTests, dpar: string): string[] {
  const test = moderators.find((one) => one.dpar === dpar);
  if (test === undefined || test.df < 2 || Number.isNaN(test.statistic)) return [];
  const { df, ddf, statistic, pValue } = test;
  const name = ddf === null ? `QM(${df})` : `F(${df}, ${Number.isInteger(ddf) ? ddf : ddf.toFixed(1)})`;
  return [`Together, the moderators of ${dpar} give ${name} = ${statistic.toFixed(2)}, ${pWords(pValue)}.`];
}
