import { dparOf, isLocation, isMultiplier, isSd } from "../../fit/dpars";
import type { Fit } from "../../fit/fit";
import { groupingOf, hasGroupings, valuesByDesignRow } from "../../fit/groupings";
import type { CoefficientRow } from "../../inference/coefficient-table";
import { count } from "../../words";
import { howWords } from "../limits-line";
import type { ModelTests } from "../model-tests";
import { varianceShares } from "../variance-shares";
import { hasLevelValues, moderatorSentences, referencePoint, sdName } from "./coefficient-words";
import { jointTest } from "./mean-words";
import { multiplierSentences } from "./multiplier-words";
import { estimateText, extremes, list, number, percentText, pWords } from "./numbers";
import { scaleEstimate } from "./scale-words";

/** The SDs of true effects, and the correlation of two outcomes. */
export function heterogeneitySentences(
  fit: Fit,
  rows: readonly CoefficientRow[],
  tests: ModelTests,
  level: number,
): string[] {
  const sentences = Object.entries(fit.fixed).map(([dpar, held]) => heldSentence(fit, dpar, held));
  for (const one of fit.dpars) {
    const dpar = one.key;
    if (isLocation(one) || fit.designs[dpar] === undefined) continue;
    const own = rows.filter((row) => row.dpar === dpar);
    const found = [
      ...(isMultiplier(one)
        ? multiplierSentences(fit, dpar, own, level)
        : isSd(one)
          ? standardDeviation(fit, dpar, own, level)
          : correlation(fit, dpar, own, level)),
      ...(own.some((row) => row.atBoundary) ? [] : moderatorSentences(fit, dpar, rows, level)),
      ...jointTest(tests, dpar),
    ];
    for (const sentence of found) sentences.push(sentence);
  }
  return [...sentences, ...shareSentences(fit, tests, level), ...qSentences(fit, tests)];
}

function heldSentence(fit: Fit, dpar: string, held: number): string {
  if (isMultiplier(dparOf(fit, dpar))) {
    return `The sampling variances were multiplied by ${dpar} = ${number(held)}, which was not estimated but held.`;
  }
  const name = sdName(fit, dpar);
  return held === 0
    ? `${capital(name)} (${dpar}) was not estimated but held at 0.`
    : `${capital(name)} (${dpar}) was held at ${number(held)}.`;
}

function standardDeviation(fit: Fit, dpar: string, own: readonly CoefficientRow[], level: number): string[] {
  const name = capital(sdName(fit, dpar));
  const values = valuesByDesignRow(fit, dpar)!;
  const known = values.filter((value) => !Number.isNaN(value));
  const zeros = known.filter((value) => value === 0).length;
  if (zeros === known.length) {
    const shown = own.length === 1 ? scaleEstimate(fit, own[0]!, level) : null;
    if (shown !== null && !Number.isNaN(shown.upper)) {
      const text = estimateText(shown, level).replace(/^\S+ /, "");
      return [`${name} (${dpar}) is estimated at zero, its boundary ${text}, and has no standard error.`];
    }
    return [
      `${name} (${dpar}) is estimated at zero, its boundary, so that it has no standard error or interval.`,
    ];
  }
  if (own.some((row) => row.atBoundary)) {
    const entity = groupingOf(fit, dpar) === null ? "row" : "level";
    const [least, most] = extremes(known.filter((value) => value > 0));
    const rest = least === most ? number(most) : `${number(least)} to ${number(most)}`;
    const part = zeros === 0 ? "" : ` at zero for ${zeros} of ${count(known.length, entity)} and`;
    return [
      `${name} (${dpar}) is estimated${part} as ${rest}${zeros === 0 ? "" : " for the others"}; coefficients at their boundary have no interval.`,
    ];
  }
  const intercept = own.find(({ term }) => term === "(Intercept)");
  const at = referencePoint(fit, dpar);
  if (at === null || intercept === undefined) {
    // without an intercept each level has its own sentence
    if (hasLevelValues(fit.designs[dpar]!)) return [];
    const [least, most] = extremes(known);
    return [
      `${name} (${dpar}) is estimated as ${number(least)} to ${number(most)}, depending on ${dparOf(fit, dpar).within === undefined ? "its moderators" : "the level"}.`,
    ];
  }
  const where = at.length === 0 ? name : `Where ${list(at)}, ${sdName(fit, dpar)}`;
  const shown = scaleEstimate(fit, intercept, level);
  return [`${where} (${dpar}) is estimated as ${estimateText(shown, level)}.`];
}

/** One a correlation of random effects. */
function effectsCorrelations(fit: Fit, own: readonly CoefficientRow[], level: number): string[] {
  return own.map((row) => {
    const which = row.term === "(Intercept)" ? "" : ` of ${row.term.split(",").join(" and ")}`;
    const name = `The correlation of random effects${which} (${row.dpar})`;
    if (row.atBoundary || !Number.isFinite(row.estimate)) {
      return `${name} is at the edge of what is possible, so that it has no standard error.`;
    }
    const shown = scaleEstimate(fit, row, level);
    const includes = shown.lower <= 0 && shown.upper >= 0 ? "; the interval includes 0" : "";
    return `${name} is estimated as ${estimateText(shown, level)}${includes}.`;
  });
}

function correlation(fit: Fit, dpar: string, own: readonly CoefficientRow[], level: number): string[] {
  if (dparOf(fit, dpar).kind === "cor") return effectsCorrelations(fit, own, level);
  const name = `The residual correlation of ${list(Object.values(fit.response).map(({ label }) => label))}`;
  const values = fit.fitted[dpar]!.filter((value) => !Number.isNaN(value));
  if (own.some((row) => row.atBoundary)) {
    const [least, most] = extremes(values).map((value) => number(value, 2));
    const range = least === most ? least : `${least} to ${most}`;
    return [`${name} (${dpar}) is estimated as ${range}, at its boundary, so that it has no interval.`];
  }
  const intercept = own.find(({ term }) => term === "(Intercept)");
  const at = referencePoint(fit, dpar);
  if (intercept === undefined || at === null) {
    if (hasLevelValues(fit.designs[dpar]!)) return [];
    const [least, most] = extremes(values).map((value) => number(value, 2));
    return [`${name} (${dpar}) is estimated as ${least} to ${most}, depending on its moderators.`];
  }
  const shown = scaleEstimate(fit, intercept, level);
  const where = at.length === 0 ? name : `Where ${list(at)}, t${name.slice(1)}`;
  const includes = shown.lower <= 0 && shown.upper >= 0 ? "; the interval includes 0" : "";
  return [`${where} (${dpar}) is estimated as ${estimateText(shown, level)}${includes}.`];
}

/** I2, or with random intercepts the share of each level. */
function shareSentences(fit: Fit, { heterogeneity, basis, confint }: ModelTests, level: number): string[] {
  if (heterogeneity === null) return [];
  const { i2, tau2, tau2Lower, tau2Upper, i2Lower, i2Upper } = heterogeneity;
  // of a heterogeneity that multiplies sampling variances
  if (Number.isNaN(tau2))
    return ["With a multiplier alone there is no variance of true effects, and no I^2."];
  if (hasGroupings(fit) && Number.isNaN(i2)) return [];
  if (!hasGroupings(fit)) {
    const from = basis === "Q" ? ", computed from Q" : "";
    const variance =
      basis === "Q" || tau2 === 0
        ? ""
        : `The variance of true effects (tau^2) is ${estimateText({ estimate: tau2, lower: tau2Lower, upper: tau2Upper, how: howWords(confint) }, level)}. `;
    if (Number.isNaN(i2)) return variance === "" ? [] : [variance.trim()];
    const range = `${i2Lower.toFixed(1)}% to ${i2Upper.toFixed(1)}%`;
    const interval = Number.isNaN(i2Lower)
      ? ""
      : ` (${percentText(level)} CI ${range}, ${howWords(confint)})`;
    return [`${variance}I^2 is ${i2.toFixed(1)}%${from}${interval}.`];
  }
  const parts = varianceShares(fit).groups[0]!.parts.map(({ part, source, percent }) => {
    return `${percent.toFixed(1)}% is ${part === "sampling" ? "sampling error" : source}`;
  });
  return [`Of the variance of an effect size of typical precision, ${list(parts)}.`];
}

function qSentences(fit: Fit, { q, moderators }: ModelTests): string[] {
  if (q === null || Number.isNaN(q.pValue)) return [];
  const residual = moderators.some(({ dpar }) => isLocation(dparOf(fit, dpar)));
  const name = residual ? "residual heterogeneity: QE" : "heterogeneity: Q";
  return [`Cochran's test of ${name}(${q.df}) = ${q.statistic.toFixed(2)}, ${pWords(q.pValue)}.`];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
