/** The scale side: SDs at zero, correlations at one, groups without replication. */

import { largest as largestOf, smallest as smallestOf } from "../../data/range";
import { correlationOf, dparOf, effectsName, isSd, phisOf } from "../../fit/dpars";
import type { Fit } from "../../fit/fit";
import { groupingsOf, hasGroupings, valuesByDesignRow } from "../../fit/groupings";
import type { Dpar } from "../../formula/dpar";
import { randomTermOf } from "../../formula/dpar";
import { coefficientName } from "../../inference/coefficients";
import { outcomesOf } from "../../inference/outcomes";
import { count, formatSignificant } from "../format";
import { type Check, row } from "./check";

/** An SD this small against the sampling SD cannot be told from zero. */
const ZERO_IN_EFFECT = 1e-4;
const SMALLEST_SD = 1e-4;
const LARGEST_RHO = 0.98;

export const positiveScale: Check = (fit) => {
  const scales = outcomesOf(fit).map(({ scale }) => scale);
  let minimum = Number.POSITIVE_INFINITY;
  let finite = true;
  for (const { scale, location } of outcomesOf(fit)) {
    const y = fit.response[location].values;
    fit.fitted[scale].forEach((sd, i) => {
      if (Number.isNaN(y[i])) return;
      if (!Number.isFinite(sd) || sd < 0) finite = false;
      minimum = Math.min(minimum, sd);
    });
  }
  const value = `min ${formatSignificant(minimum)}`;
  if (!finite) {
    const message =
      "A fitted sigma is not a finite number: rescale the moderators of sigma, or simplify its formula.";
    return row("positive_scale", "error", value, message);
  }
  if (minimum > 0) return row("positive_scale", "ok", value, "Every fitted sigma is finite and positive.");
  const explained = (dpar: string) =>
    fit.fixed[dpar] === 0 || fit.coefficients.some((c) => c.dpar === dpar && c.atBoundary);
  if (!scales.some(explained)) {
    return row(
      "positive_scale",
      "error",
      value,
      "A fitted sigma is zero: its log-SD overflowed; simplify its formula.",
    );
  }
  const message = scales.some((dpar) => fit.fixed[dpar] === 0)
    ? phisOf(fit).length > 0
      ? "Sigma is held at 0: phi stands for the heterogeneity between rows, by request."
      : "Sigma is held at 0: a common-effect model, by request."
    : "Sigma is 0 for some rows; see scale_boundary.";
  return row("positive_scale", "note", value, message);
};

/** Flags an SD that the likelihood sends to zero, also where the optimizer stopped a little short of it. */
export const scaleBoundary: Check = (fit) => {
  const atBoundary = fit.coefficients.filter(({ dpar, atBoundary }) => atBoundary && isSd(dparOf(fit, dpar)));
  const vanished = fit.dpars.filter(
    (dpar) => isSd(dpar) && !(dpar.key in fit.fixed) && smallest(fit, dpar.key) < threshold(fit),
  );
  if (atBoundary.length === 0 && vanished.length === 0) return null;
  const isFound = atBoundary.length > 0;
  const names = isFound ? atBoundary.map(coefficientName) : vanished.map(({ key }) => key);
  const sds = isFound ? atBoundary.map(({ dpar }) => dparOf(fit, dpar)) : vanished;
  return row(
    "scale_boundary",
    "warning",
    names.join(", "),
    "An SD is zero in effect: the data show no variation there beyond the rest of the model. Its log-SD has no " +
      `standard error; ${remedy(sds)}.`,
  );
};

/** A multiplier of sampling variances at zero, or clearly below the 1 of variances that are what they are said to be. */
export const samplingMultiplier: Check = (fit) => {
  const phis = phisOf(fit).filter(({ key }) => fit.designs[key] !== undefined);
  if (phis.length === 0) return null;
  const name = "sampling_variance_multiplier";
  const value = phis
    .map(({ key }) => {
      const values = fit.fitted[key]!.filter((phi) => !Number.isNaN(phi));
      const [least, most] = [smallestOf(values), largestOf(values)];
      const shown = formatSignificant(least);
      return `${key} ${least === most ? shown : `${shown} to ${formatSignificant(most)}`}`;
    })
    .join(", ");
  if (fit.coefficients.some(({ dpar, atBoundary }) => atBoundary && phis.some(({ key }) => key === dpar))) {
    const message =
      "A multiplier of the sampling variances is zero: sigma alone explains the effect sizes there. Its log has no standard error; drop moderators of phi, or take the variances as known, meta_V(V = ...).";
    return row(name, "warning", value, message);
  }
  const below = phis.some(({ key }) => fit.fitted[key]!.some((phi) => phi < 1));
  if (!below)
    return row(name, "ok", value, "Effect sizes vary at least as much as their sampling variances say.");
  const message =
    "Below 1: effect sizes vary less than their sampling variances say. Make sure that these are not too large, as where rows share data.";
  return row(name, "note", value, message);
};

/** A sigma can be held at 0, a random intercept is left out. */
function remedy(sds: readonly Dpar[]): string {
  const sigma = sds.some(({ group }) => group === null);
  const intercept = sds.some(({ group }) => group !== null);
  const parts = [
    ...(sigma ? ["drop moderators of sigma, or hold it with fixed: { sigma: 0 }"] : []),
    ...(intercept ? ["drop moderators of the study-level SD, or the random intercept"] : []),
  ];
  return parts.join("; ");
}

export const randomEffectSdBoundary: Check = (fit) => {
  if (!hasGroupings(fit)) return null;
  const groupings = groupingsOf(fit);
  const sds = groupings.map(({ dpar }) => smallest(fit, dpar));
  const minimum = smallestOf(sds);
  const value = `min ${formatSignificant(minimum)}`;
  // effects measured in millionths have small SDs throughout
  if (minimum >= Math.min(SMALLEST_SD, 10 * threshold(fit)) && minimum > 0) {
    return row("random_effect_sd_boundary", "ok", value, "Every random-effect SD is away from zero.");
  }
  const dpar = dparOf(fit, groupings[sds.indexOf(minimum)].dpar);
  const differ =
    dpar.slope === undefined ? "do not differ" : `do not differ in their slopes of ${dpar.slope}`;
  const message = `The SD of ${randomTermOf(dpar)} is at zero: levels of ${dpar.group} ${differ} beyond the other variances.`;
  return row("random_effect_sd_boundary", "warning", value, message);
};

export const randomEffectReplication: Check = (fit) => {
  if (!hasGroupings(fit)) return null;
  // levels of a column within a group have one row each, and their correlations tell their SDs
  const alone = groupingsOf(fit).filter(({ dpar }) => dparOf(fit, dpar).within === undefined);
  if (alone.length === 0) return null;
  const thin = alone.map(({ dpar, levels, codes }) => {
    const rows = new Int32Array(levels.length);
    for (const code of codes) if (code >= 0) rows[code]++;
    const group = effectsName(dparOf(fit, dpar));
    return { group, levels: levels.length, single: rows.filter((n) => n < 2).length };
  });
  const value = thin.map(({ group, single, levels }) => `${group}: ${single} of ${levels}`).join(", ");
  if (thin.every(({ single }) => single === 0)) {
    return row("random_effect_replication", "ok", value, "Every level has at least two rows.");
  }
  const message =
    "Levels with one row: only the others tell the random-effect SD apart from sigma; with few of them it is weakly known.";
  return row("random_effect_replication", "note", value, message);
};

export const rho12Boundary: Check = (fit) => {
  const correlation = correlationOf(fit);
  if (correlation === null) return null;
  const [sigma1, sigma2] = outcomesOf(fit).map(({ scale }) => fit.fitted[scale]);
  let largest = 0;
  let withoutScale = 0;
  fit.fitted[correlation.key].forEach((rho, i) => {
    if (Number.isNaN(rho)) return;
    if (sigma1[i] * sigma2[i] === 0) withoutScale++;
    else largest = Math.max(largest, Math.abs(rho));
  });
  if (withoutScale > 0) {
    const message =
      "Where a sigma is 0 its outcome has no residuals to correlate: the likelihood does not depend on rho12 there, do not report it.";
    return row("rho12_boundary", "warning", `${count(withoutScale, "row")} with a sigma of 0`, message);
  }
  const value = `max |rho| ${formatSignificant(largest)}`;
  if (largest <= LARGEST_RHO)
    return row("rho12_boundary", "ok", value, "The residual correlation is away from +-1.");
  const atLimit = fit.coefficients.some(({ dpar, atBoundary }) => dpar === correlation.key && atBoundary);
  const message = `The residual correlation is ${atLimit ? "at" : "close to"} its limit: drop moderators of rho12, or report it as not identified.`;
  return row("rho12_boundary", "warning", value, message);
};

function smallest(fit: Fit, dpar: string): number {
  const values = valuesByDesignRow(fit, dpar) ?? [];
  let minimum = Number.POSITIVE_INFINITY;
  for (const sd of values) if (sd < minimum) minimum = sd;
  return minimum;
}

function threshold({ knownV }: Fit): number {
  let sum = 0;
  let n = 0;
  for (const v of knownV.variances) {
    // absent outcomes have none
    if (!Number.isFinite(v)) continue;
    sum += v;
    n++;
  }
  return ZERO_IN_EFFECT * Math.sqrt(sum / Math.max(1, n));
}
