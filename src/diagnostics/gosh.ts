import { DrmError } from "../errors";
import { locationsOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { spreadsAt } from "../fit/marginal-covariance";
import { requireFit } from "../fit/require-fit";
import { standardModel } from "../fit/standard-model";
import { coefficientName } from "../inference/coefficients";
import { eachDeletion, type RefitsOptions } from "../inference/deletions";
import { fromCoefficients } from "../opened/scale-coefficients";
import { checkOptions, type OptionKinds } from "../options";
import { formatColumn } from "../report/format";
import { type Printable, printableTable } from "../report/printable";
import { numberColumn, type ReportTable } from "../report/text-table";
import { randomStream } from "../stats/random";
import { sampleQuantile } from "../stats/sample-quantile";
import { count } from "../words";
import { deletionGroups, deletionUnit } from "./deletion-groups";
import { meanSpreads } from "./mean-spreads";

/** Which subsets are fitted. */
export interface GoshOptions extends RefitsOptions {
  /** what is in or out of a subset together, as in leaveOneOut(): rows (default), a column's levels, or labels */
  readonly by?: string | ArrayLike<string | number>;
  /** all subsets where there are no more than this, else a random sample of so many; default 10,000 */
  readonly subsets?: number;
  /** of the random sample, default 1 */
  readonly seed?: number;
}

const GOSH_OPTIONS: OptionKinds<GoshOptions> = {
  by: "cells",
  subsets: "number",
  seed: "number",
  starts: "number",
  onProgress: "function",
  signal: "signal",
};

/** Fits of subsets. Arrays have an entry a subset, or one a subset and coefficient or unit, the subset's together. */
export interface Gosh {
  /** "row", the name of the column, or "label" when labels were given */
  readonly by: string;
  /** the rows (data rows, counted from 1) or levels that subsets are made of */
  readonly units: readonly string[];
  /** of the mean: "mu:(Intercept)", ... */
  readonly coefficients: readonly string[];
  /** fitted subsets */
  readonly subsets: number;
  /** whether they are all that can be estimated */
  readonly exhaustive: boolean;
  /** subsets that left a model that cannot be estimated, or whose search did not end; they are not among the others */
  readonly left: number;
  /** subsets x coefficients */
  readonly estimates: Float64Array;
  /** root mean square of sigma; of two outcomes of the first */
  readonly sigma: Float64Array;
  /** Cochran's Q; NaN where qTest() does not apply */
  readonly q: Float64Array;
  /** subsets x units: 1 where the unit is in */
  readonly included: Uint8Array;
}

/** Of so many units the number of subsets is no whole number of a double any more. */
const MOST_UNITS = 50;

/**
 * Graphical display of study heterogeneity (Olkin, Dahabreh and Trikalinos 2012, Research Synthesis Methods 3, 214-223): the model
 * fitted to all subsets of rows or studies, or to a seeded random sample of them (each subset as likely as any other), for a plot of
 * estimates against heterogeneity in which a cluster apart is the work of a few studies (`included` says whose). Each is an
 * exact refit by the fit's method, started from the fit's optimum. Plain data; `String(...)` gives quantiles.
 *
 * @throws DrmError "bad_option" for a fit that did not converge, fewer than two units or a number of subsets that is no number of them;
 *   "unknown_column"; what `signal` was aborted with
 */
export function gosh(fit: Fit, options: GoshOptions = {}): Printable<Gosh> {
  requireFit("gosh", fit);
  checkOptions("gosh", options, GOSH_OPTIONS);
  const { by, subsets = 10_000, seed = 1, starts = 1, ...run } = options;
  if (!Number.isInteger(subsets) || subsets < 1) {
    throw new DrmError("bad_option", `subsets = ${subsets}: a whole number of at least 1 is needed`);
  }
  if (!Number.isInteger(seed)) throw new DrmError("bad_option", `seed = ${seed}: a whole number is needed`);
  const units = deletionGroups(fit, by);
  if (units.length < 2) {
    throw new DrmError("bad_option", `gosh() takes subsets of rows or studies, and there is ${units.length}`);
  }
  const exhaustive = units.length < MOST_UNITS && 2 ** units.length - 1 <= subsets;
  const chosen = exhaustive ? allSubsets(units.length) : sampledSubsets(units.length, subsets, seed);
  const location = locationsOf(fit)[0]!;
  const means = fit.coefficients.flatMap(({ dpar }, j) => (dpar === location.key ? [j] : []));
  const groups = chosen.map((subset, i) => ({
    label: String(i + 1),
    members: units.flatMap(({ members }, unit) => (subset[unit] === 1 ? [] : members)),
  }));
  const fits = eachDeletion(fit, groups, null, { ...run, starts }, ({ refit, model, q }) => {
    if (refit === null || model === null || !refit.converged || refit.unbounded) return null;
    const rest = model();
    const standard = standardModel(rest);
    const spreads = spreadsAt(standard, fromCoefficients(standard, refit.scale));
    const sigma = meanSpreads(fit, rest)(spreads);
    return { estimates: means.map((j) => refit.estimates[j]!), sigma: Object.values(sigma)[0]!, q };
  });
  const kept = fits.flatMap((one, i) => (one === null ? [] : [{ ...one, subset: chosen[i]! }]));
  const data: Gosh = {
    by: deletionUnit(by),
    units: units.map(({ label }) => label),
    coefficients: means.map((j) => coefficientName(fit.coefficients[j]!)),
    subsets: kept.length,
    exhaustive,
    left: fits.length - kept.length,
    estimates: Float64Array.from(kept.flatMap(({ estimates }) => estimates)),
    sigma: Float64Array.from(kept, ({ sigma }) => sigma),
    q: Float64Array.from(kept, ({ q }) => q),
    included: Uint8Array.from(kept.flatMap(({ subset }) => [...subset])),
  };
  return printableTable(data, goshTable);
}

/** All that are not empty, as the binary digits of 1, 2, ... */
function allSubsets(units: number): Uint8Array[] {
  return Array.from({ length: 2 ** units - 1 }, (_, i) =>
    Uint8Array.from({ length: units }, (__, unit) => Math.floor((i + 1) / 2 ** unit) % 2),
  );
}

/** Each unit in or out by a coin, empty ones thrown again. */
function sampledSubsets(units: number, subsets: number, seed: number): Uint8Array[] {
  const random = randomStream(seed);
  return Array.from({ length: subsets }, () => {
    for (;;) {
      const subset = Uint8Array.from({ length: units }, () => (random.uniform() < 0.5 ? 1 : 0));
      if (subset.includes(1)) return subset;
    }
  });
}

const SHARES = [0, 0.025, 0.25, 0.5, 0.75, 0.975, 1];

/** Quantiles over the subsets. */
function goshTable(found: Gosh): ReportTable {
  const { coefficients, estimates, sigma, q, subsets, exhaustive, left, by } = found;
  const p = coefficients.length;
  const column = (header: string, values: Float64Array) => {
    const sorted = values.slice().sort();
    const at = SHARES.map((share) => sampleQuantile(sorted, share));
    return numberColumn(header, at, (numbers) => formatColumn(numbers));
  };
  const which = exhaustive ? "all subsets" : `a random sample of ${count(subsets + left, "subset")}`;
  return {
    caption: `Quantiles over ${count(subsets, "fit")} of subsets of ${by}s`,
    columns: [
      { header: "", cells: SHARES.map((share) => `${100 * share} %`), align: "right", name: "share" },
      ...coefficients.map((name, j) =>
        column(
          name,
          estimates.filter((_, i) => i % p === j),
        ),
      ),
      column("sigma", sigma),
      column("Q", q),
    ],
    notes: [
      which,
      ...(left === 0
        ? []
        : [`${count(left, "subset")} cannot be estimated, and ${left === 1 ? "is" : "are"} left out`]),
    ],
  };
}
