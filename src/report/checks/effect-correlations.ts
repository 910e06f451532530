/** Correlations of random effects. */

import type { FittedCorrelations } from "../../fit/fit";
import { valuesByDesignRow } from "../../fit/groupings";
import { correlationMap } from "../../model/terms/correlated-effects";
import { formatSignificant } from "../format";
import { list } from "../words/numbers";
import { type Check, row } from "./check";

/** Correlations of random effects at their end: the levels' effects lie on a line, or in a plane. */
export const randomEffectCorrelations: Check = (fit) => {
  if (fit.correlated === undefined) return null;
  const found = fit.correlated.map(({ dpar }) => {
    const values = Array.from(valuesByDesignRow(fit, dpar)!, Math.abs);
    return { dpar, largest: values.reduce((most, value) => Math.max(most, value), 0) };
  });
  const value = found.map(({ dpar, largest }) => `${dpar}: max |r| ${formatSignificant(largest)}`).join(", ");
  const edge = fit.correlated.find(({ dpar }) =>
    fit.coefficients.some((one) => one.dpar === dpar && one.atBoundary),
  );
  const singular = fit.correlated.find((effects) => isSingular(effects));
  const suspect = edge ?? singular;
  if (suspect === undefined) {
    return row(
      "random_effect_correlations",
      "ok",
      value,
      "Correlated random effects have a full covariance.",
    );
  }
  const message = `${suspect.dpar} is at the edge of what is possible: some effects of a level are a combination of its others. Drop one of ${list(suspect.roles)}, or take them for independent.`;
  return row("random_effect_correlations", "warning", value, message);
};

/** Beside 1: what is left of the variance of an effect given those before it. */
const LEAST_LEFT = 1e-6;

function isSingular(effects: FittedCorrelations): boolean {
  const { roles } = effects;
  const L = correlationMap(effects).factor(effects.kappa);
  return roles.some((_, r) => L[r * (roles.length + 1)]! ** 2 < LEAST_LEFT);
}
