/** What the data can tell apart: moderators that run together, sigma and study-level SDs, SDs of small groups. */

import { smallest } from "../../data/range";
import type { Design } from "../../design/design";
import { dparOf, phisOf, sigmaOf } from "../../fit/dpars";
import type { Fit } from "../../fit/fit";
import { groupingsOf } from "../../fit/groupings";
import { outcomesOf } from "../../inference/outcomes";
import { choleskyFactor } from "../../linalg/cholesky";
import { choleskyInverse } from "../../linalg/inverse";
import { dot, norm } from "../../linalg/vector";
import { count, formatFixed, formatSignificant } from "../format";
import { type Check, row } from "./check";

/** Share of a column's variance that the other columns leave unexplained; 1 / this is its variance inflation. */
const NEARLY_COLLINEAR = 1e-4;
/** Correlation of the estimates of two log-SDs at which one is had at the cost of the other. */
const INSEPARABLE = 0.9;
/** The same of phi and sigma: one is a share of the variance of precise rows, too. */
const COMPETING = 0.8;
const FEW_LEVELS = 5;
const FEW_ROWS = 4;

/** Exact aliasing is refused when the model is built: this is what comes close. */
export const designAliasing: Check = ({ designs }) => {
  const near = Object.values(designs).flatMap((design) => {
    const { own, column } = leastOwnVariance(design);
    return own < NEARLY_COLLINEAR ? [{ name: `${design.key}:${design.names[column]}`, own }] : [];
  });
  if (near.length === 0) return null;
  return row(
    "design_aliasing",
    "note",
    near.map(({ name, own }) => `${name}: inflation ${formatSignificant(1 / own)}`).join(", "),
    "A moderator is almost a combination of the others, and their coefficients can hardly be told apart: centre it, " +
      "use poly() for powers, or drop one of them.",
  );
};

/**
 * The column of which the others explain most: the inverse of the correlation matrix has the inflations on its diagonal.
 * The intercept is no source of inflation: columns are centred on it first. Cost O(rows columns^2).
 */
function leastOwnVariance({ names, nrow, values, assign }: Design): { own: number; column: number } {
  const column = (j: number) => values.subarray(j * nrow, (j + 1) * nrow);
  const intercept = assign.indexOf(0);
  const moderators = names.flatMap((_, j) => (j === intercept ? [] : [j]));
  const centred = moderators.map((j) => (intercept < 0 ? column(j) : centre(column(j), column(intercept))));
  const q = moderators.length;
  const R = new Float64Array(q * q);
  for (let a = 0; a < q; a++) {
    for (let b = 0; b <= a; b++) {
      const correlation = dot(centred[a], centred[b]) / (norm(centred[a]) * norm(centred[b]));
      R[a * q + b] = correlation;
      R[b * q + a] = correlation;
    }
  }
  const L = choleskyFactor(R, q);
  if (L === null) return { own: 0, column: moderators[q - 1] };
  const inverse = choleskyInverse(L, q);
  let least = { own: 1, column: 0 };
  moderators.forEach((j, a) => {
    const own = 1 / inverse[a * q + a];
    if (own < least.own) least = { own, column: j };
  });
  return least;
}

/** `ones` is 0 where a study lacks the outcome. */
function centre(column: Float64Array, ones: Float64Array): Float64Array {
  const mean = dot(column, ones) / dot(ones, ones);
  return column.map((value, i) => value - mean * ones[i]);
}

/** sigma and the SD of a random intercept share out one variance; only levels with several rows tell them apart. */
export const sigmaSdSeparation: Check = (fit) => {
  const pairs = groupingsOf(fit).flatMap(({ dpar }) => {
    const sigma = sigmaOf(fit, dparOf(fit, dpar).outcome);
    const correlation = logSdCorrelation(fit, sigma.key, dpar);
    return Number.isFinite(correlation) ? [{ dpar, correlation }] : [];
  });
  if (pairs.length === 0) return null;
  const value = pairs.map(({ dpar, correlation }) => `${dpar}: ${formatFixed(correlation, 2)}`).join(", ");
  if (pairs.every(({ correlation }) => Math.abs(correlation) < INSEPARABLE)) {
    const message = "The data tell the random-effect SDs apart from sigma.";
    return row("sigma_sd_separation", "ok", value, message);
  }
  return row(
    "sigma_sd_separation",
    "note",
    value,
    "The estimates of sigma and of a random-effect SD trade off: their sum is known, the split is not. Too few " +
      "levels have several rows.",
  );
};

/** phi v and sigma^2 add up; only sampling variances of different size tell them apart. */
export const phiSigmaSeparation: Check = (fit) => {
  const pairs = phisOf(fit).flatMap(({ key, outcome }) => {
    const correlation = logSdCorrelation(fit, key, sigmaOf(fit, outcome).key);
    return Number.isFinite(correlation) ? [{ key, correlation }] : [];
  });
  if (pairs.length === 0) return null;
  const value = pairs.map(({ key, correlation }) => `${key}: ${formatFixed(correlation, 2)}`).join(", ");
  if (pairs.every(({ correlation }) => Math.abs(correlation) < COMPETING)) {
    return row("phi_sigma_separation", "ok", value, "The data tell the multiplier phi apart from sigma.");
  }
  return row(
    "phi_sigma_separation",
    "note",
    value,
    "The estimates of phi and sigma trade off: phi v + sigma^2 is known, the split is not, as the sampling variances are too " +
      "alike. Compare with one of the two alone: a known V, or fixed: { sigma: 0 }.",
  );
};

/** Correlation of the estimated mean log-SDs of two dpars; NaN where one has no standard error. */
function logSdCorrelation(fit: Fit, first: string, second: string): number {
  const a = meanPredictor(fit, first);
  const b = meanPredictor(fit, second);
  if (a === null || b === null) return Number.NaN;
  return bilinear(fit, a, b) / Math.sqrt(bilinear(fit, a, a) * bilinear(fit, b, b));
}

/** Weights of the coefficients in a dpar's mean linear predictor. */
function meanPredictor({ coefficients, designs }: Fit, dpar: string): number[] | null {
  const design = designs[dpar];
  if (design === undefined) return null;
  return coefficients.map((coefficient) => {
    const column = coefficient.dpar === dpar ? design.names.indexOf(coefficient.term) : -1;
    if (column < 0) return 0;
    let sum = 0;
    for (let i = 0; i < design.nrow; i++) sum += design.values[column * design.nrow + i];
    return sum / design.nrow;
  });
}

function bilinear({ vcov, coefficients }: Fit, a: readonly number[], b: readonly number[]): number {
  const k = coefficients.length;
  let sum = 0;
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      // NaN of a coefficient that has no part in it does not matter
      if (a[i] !== 0 && b[j] !== 0) sum += a[i] * vcov[i * k + j] * b[j];
    }
  }
  return sum;
}

/** An SD between three studies is hardly an estimate. */
export const randomEffectLevels: Check = ({ random }) => {
  const few = (random ?? []).filter(({ levels }) => levels.length < FEW_LEVELS);
  if (few.length === 0) return null;
  return row(
    "random_effect_levels",
    "note",
    few.map(({ group, levels }) => `${group}: ${levels.length}`).join(", "),
    `An SD between fewer than ${FEW_LEVELS} levels is hardly known, and its interval is wide: consider a moderator in its place.`,
  );
};

/** Where the moderators of sigma are factors, its SD in a cell of a few rows is hardly an estimate either. */
export const sigmaReplication: Check = (fit) => {
  const thin = outcomesOf(fit)
    .flatMap(({ scale }) => fit.designs[scale] ?? [])
    .filter(({ names }) => names.length > 1)
    .flatMap((design) => {
      const cells = cellSizes(design);
      const small = cells.filter((size) => size < FEW_ROWS);
      return small.length === 0 ? [] : [{ key: design.key, small: small.length, least: smallest(small) }];
    });
  if (thin.length === 0) return null;
  return row(
    "sigma_replication",
    "note",
    thin
      .map(({ key, small, least }) => `${key}: ${count(small, "cell")}, smallest ${count(least, "row")}`)
      .join(", "),
    `A cell of the moderators of sigma has fewer than ${FEW_ROWS} rows, whose heterogeneity is hardly known: merge levels, ` +
      "or simplify the formula of sigma.",
  );
};

/** Rows in each cell of a design of dummies; empty when a moderator is not a factor. */
function cellSizes({ values, nrow, names, present }: Design): number[] {
  if (values.some((value) => value !== 0 && value !== 1)) return [];
  const cells = new Map<string, number>();
  for (let i = 0; i < nrow; i++) {
    if (present?.[i] === 0) continue;
    const cell = names.map((_, j) => values[j * nrow + i]).join("");
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  return [...cells.values()];
}
