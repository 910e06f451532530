import { dparOf, isMultiplicative, locationsOf, phisOf } from "../../fit/dpars";
import type { Fit } from "../../fit/fit";
import type { CoefficientRow } from "../../inference/coefficient-table";
import { hasLevelValues, multiplierOwner, referencePoint } from "./coefficient-words";
import { estimateText, extremes, list, number } from "./numbers";
import { scaleEstimate } from "./scale-words";

/** Weighted least squares with an estimated multiplier (Stanley and Doucouliagos 2015): one phi, and nothing beside it. */
export function isUnrestrictedLeastSquares(fit: Fit): boolean {
  const isConstant = phisOf(fit).every(({ key }) => fit.designs[key]?.termLabels.length === 0);
  const isAlone = locationsOf(fit).every(({ outcome }) => isMultiplicative(fit, outcome));
  return isConstant && isAlone && fit.family === "gaussian" && fit.knownV.clusters === 0;
}

/** What the sampling variances were multiplied by. */
export function multiplierSentences(
  fit: Fit,
  dpar: string,
  own: readonly CoefficientRow[],
  level: number,
): string[] {
  const variances = `the sampling variances${multiplierOwner(fit, dparOf(fit, dpar))}`;
  const multiplied = `${variances} were multiplied by ${dpar} =`;
  const values = fit.fitted[dpar]!.filter((value) => !Number.isNaN(value));
  const [least, most] = extremes(values);
  const range = least === most ? number(most) : `${number(least)} to ${number(most)}`;
  if (own.some((row) => row.atBoundary)) {
    return [
      `T${multiplied.slice(1)} ${range}; a coefficient of ${dpar} is at its boundary and has no interval.`,
    ];
  }
  const intercept = own.find(({ term }) => term === "(Intercept)");
  const at = referencePoint(fit, dpar);
  if (at === null || intercept === undefined) {
    if (hasLevelValues(fit.designs[dpar]!)) return [];
    return [`T${multiplied.slice(1)} ${range}, depending on its moderators.`];
  }
  const shown = scaleEstimate(fit, intercept, level);
  const includes =
    shown.lower <= 1 && shown.upper >= 1 ? "; the interval includes 1, the variances as they were given" : "";
  const where = at.length === 0 ? `T${multiplied.slice(1)}` : `Where ${list(at)}, ${multiplied}`;
  return [`${where} ${estimateText(shown, level)}${includes}.`];
}

/** How V was taken, and what it is not. */
export function proportionalWords(fit: Fit): string {
  const phis = list(phisOf(fit).map(({ key }) => key));
  const wls = isUnrestrictedLeastSquares(fit)
    ? " With sigma held at 0 this is unrestricted weighted least squares (Stanley and Doucouliagos 2015)."
    : "";
  return `known up to a multiplier (${phis})${isHeld(fit) ? "" : ", which was estimated"}; they are no likelihood weights.${wls}`;
}

function isHeld(fit: Fit): boolean {
  return phisOf(fit).every(({ key }) => fit.fixed[key] !== undefined);
}
