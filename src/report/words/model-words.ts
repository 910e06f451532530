import { dparOf, effectsName, isLocation, phisOf, responseOf } from "../../fit/dpars";
import type { Fit } from "../../fit/fit";
import { hasGroupings } from "../../fit/groupings";
import { formulaFrom } from "../../formula/formula";
import { outcomeCounts } from "../../inference/outcomes";
import type { TestBasis } from "../../inference/test-basis";
import { methodWords } from "../../method";
import { article, count } from "../../words";
import { isUnrestrictedLeastSquares, proportionalWords } from "./multiplier-words";
import { list, number } from "./numbers";

/** What was fitted, to what, and what was left out. */
export function modelSentences(fit: Fit, { test, factor }: TestBasis): string[] {
  const method = methodWords(fit.method);
  const sentences = [`${title(fit)} was fitted to ${dataWords(fit)} by ${method}.`, knownVWords(fit)];
  const counts = outcomeCounts(fit);
  if (counts !== null && counts.both < fit.nobs) {
    const [first, second] = Object.values(fit.response).map(({ label }) => label);
    const only = [
      ...(counts.onlyFirst > 0 ? [`${count(counts.onlyFirst, "study")} only ${first}`] : []),
      ...(counts.onlySecond > 0 ? [`${count(counts.onlySecond, "study")} only ${second}`] : []),
    ];
    sentences.push(`${count(counts.both, "study")} had both outcomes, ${list(only)}.`);
  }
  if (fit.dropped.count > 0) {
    const { count: left, byColumn } = fit.dropped;
    const reasons = Object.entries(byColumn).map(([column, n]) => `${column} in ${n}`);
    sentences.push(
      `${count(left, "row")} ${left === 1 ? "was" : "were"} left out for missing values (${list(reasons)}).`,
    );
  }
  if (fit.weights !== null) sentences.push("Rows were weighted by likelihood weights.");
  if (fit.robust !== undefined) {
    const { type, cluster, clusters } = fit.robust;
    const by = cluster === "" ? "" : ` by ${cluster}`;
    sentences.push(
      `Standard errors of the mean are cluster-robust (${type}${by}, ${count(clusters, "cluster")}).`,
    );
  }
  if (test === "knha" || test === "adhoc") {
    sentences.push(knappHartungWords(test, factor!));
  }
  return sentences.filter((sentence) => sentence !== "");
}

function knappHartungWords(test: "knha" | "adhoc", factor: number): string {
  if (factor === 0) {
    const why = "the effect sizes lie exactly on the fitted mean, so that the factor of their variances is 0";
    return `Tests and intervals of the mean by Knapp and Hartung do not exist: ${why}.`;
  }
  const times = test === "knha" ? " (variances times " : ", never shrinking (variances times max(1, s^2) = ";
  return `Tests and intervals of the mean are those of Knapp and Hartung${times}${number(factor)}).`;
}

function title(fit: Fit): string {
  const withModerators = fit.dpars.filter(({ key }) => (fit.designs[key]?.termLabels.length ?? 0) > 0);
  const moderated = withModerators.some(isLocation);
  const kind =
    fit.knownV.kind === "none"
      ? moderated
        ? "regression"
        : "model"
      : moderated
        ? "meta-regression"
        : "meta-analysis";
  const words = [
    ...(fit.family === "gaussian" ? [] : ["bivariate"]),
    ...(withModerators.every(isLocation) ? [] : ["location-scale"]),
    ...(hasGroupings(fit) ? ["multilevel"] : []),
  ];
  const common = Object.values(fit.fixed).length > 0 && Object.values(fit.fixed).every((held) => held === 0);
  const plain = isUnrestrictedLeastSquares(fit)
    ? "unrestricted weighted least squares"
    : common
      ? "common-effect"
      : "random-effects";
  const all = words.length === 0 && fit.knownV.kind !== "none" ? [plain, kind] : [...words, kind];
  const labels = list(Object.values(fit.response).map(({ label }) => label));
  const parts = withModerators.map(({ key }) => `${key} on ${list(fit.designs[key]!.termLabels)}`);
  const moderators = parts.length === 0 ? "" : ` (moderators: ${parts.join("; ")})`;
  const what = article(all.join(" "));
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} of ${labels}${moderators}`;
}

function dataWords(fit: Fit): string {
  const { nobs, random = [], family } = fit;
  const rows = count(nobs, family === "gaussian" ? "effect size" : "study");
  if (random.length === 0) return rows;
  const of = (dpar: string) =>
    family === "gaussian" ? "" : ` for ${responseOf(fit, dparOf(fit, dpar).outcome!).label}`;
  const isWithin = (dpar: string) => dparOf(fit, dpar).within !== undefined;
  const words = (slopes: boolean) =>
    random
      .filter(({ dpar }) => !isWithin(dpar) && (dparOf(fit, dpar).slope !== undefined) === slopes)
      .map(
        ({ levels, dpar }) =>
          `${effectsName(dparOf(fit, dpar))} (${count(levels.length, "level")}${of(dpar)})`,
      );
  const [intercepts, slopes] = [words(false), words(true)];
  const within = random.flatMap(({ dpar, levels }) => {
    const { slope, group } = dparOf(fit, dpar);
    const size = `(${count(levels.length, "level")}${of(dpar)})`;
    return isWithin(dpar) ? [`random effects of the levels of ${slope} within ${group} ${size}`] : [];
  });
  const parts = [
    ...(intercepts.length > 0 ? [`random intercepts for ${list(intercepts)}`] : []),
    ...(slopes.length > 0 ? [`random slopes of ${list(slopes)}`] : []),
    ...within,
  ];
  return `${rows} with ${list(parts)}`;
}

function knownVWords(fit: Fit): string {
  const { knownV, formulas } = fit;
  const { kind, label, clusters, largestCluster } = knownV;
  if (kind === "none") return "No sampling variances were given: sigma holds the sampling errors too.";
  const shown = label === "" ? "V" : label;
  const offset = formulaFrom(formulas).dpars.some(({ offsets }) => offsets.length > 0)
    ? " The mean has an offset."
    : "";
  const known = phisOf(fit).length === 0 ? "known." : proportionalWords(fit);
  if (kind === "diagonal") return `The sampling variances (${shown}) were taken as ${known}${offset}`;
  const what = `${count(clusters, "cluster")} of up to ${count(largestCluster, "row")}`;
  return `The sampling variances and covariances (${shown}; ${what}) were taken as ${known}${offset}`;
}
