import { DrmError } from "../errors";
import { type OptionKinds, requireOptions } from "../options";
import { count } from "../words";
import { cellOf } from "./block-cells";
import type { BlockCovariance } from "./block-covariance";
import { type Cells, readCells } from "./cells";
import { splitClusters } from "./clusters";
import { isVariance } from "./diagonal";
import { badVariance, RELATIVE_TOLERANCE } from "./refuse";
import { entryName, type Selection } from "./selection";
import { link } from "./union-find";

/** One 2 x 2 block per study: its two sampling variances and their covariance. Made by metaVcovBivariate(). */
export interface BivariateCovariance {
  /** tells it from other matrices */
  readonly kind: "bivariate";
  /** Sampling variances of the first outcome; NaN = missing. */
  readonly v1: Float64Array;
  /** Of the second. */
  readonly v2: Float64Array;
  /** Sampling covariances of the two outcomes; NaN where one is missing. */
  readonly cov12: Float64Array;
}

/** What metaVcovBivariate() makes its blocks of; one value for each study (data row). */
export interface BivariateOptions {
  /** Sampling variances of the first outcome, one for each study (data row); missing where the outcome is. */
  readonly v1: Cells;
  /** Sampling variances of the second outcome. */
  readonly v2: Cells;
  /** Sampling correlation of the two outcomes: one number, or one for each study. */
  readonly cor12?: number | Cells | undefined;
  /** Their covariance instead. Neither = 0. */
  readonly cov12?: number | Cells | undefined;
}

const BIVARIATE_OPTIONS: OptionKinds<BivariateOptions> = {
  v1: "list",
  v2: "list",
  cor12: "numberOrList",
  cov12: "numberOrList",
};

/** The names of the arguments, in R's order, as formulas may give them. */
export const BIVARIATE_ARGUMENTS = ["v1", "v2", "cov12", "cor12"] as const;

/**
 * The sampling covariance of a bivariate model, for `matrices`. Studies are in data order, dropped ones included.
 * Throws DrmError("bad_known_v") naming the study (from 1) whose variances or covariance are impossible or singular.
 */
export function metaVcovBivariate(options: BivariateOptions): BivariateCovariance {
  requireOptions("metaVcovBivariate", options, BIVARIATE_OPTIONS);
  const { v1, v2, cor12, cov12 } = options;
  if (v1 === undefined || v2 === undefined) {
    const what = `${v1 === undefined ? "v1" : "v2"} is missing`;
    throw new DrmError("bad_known_v", `${what}: give the sampling variances of both outcomes`);
  }
  if (v1.length !== v2.length) {
    const seen = `v1 has ${count(v1.length, "value")} but v2 has ${v2.length}`;
    throw new DrmError("bad_known_v", `${seen}: give one of each for every study`);
  }
  const correlations = cor12 === undefined ? undefined : recycle("cor12", cor12, v1.length);
  correlations?.forEach(checkCorrelation);
  const bivariate = bivariateBlocks({
    v1: readCells("v1", v1),
    v2: readCells("v2", v2),
    cor12: correlations,
    cov12: cov12 === undefined ? undefined : recycle("cov12", cov12, v1.length),
  });
  checkStudies(bivariate);
  return bivariate;
}

interface BlockParts {
  readonly v1: Float64Array;
  readonly v2: Float64Array;
  readonly cor12?: Float64Array | undefined;
  readonly cov12?: Float64Array | undefined;
}

/** Turns correlations, already checked, into covariances. */
export function bivariateBlocks({ v1, v2, cor12, cov12 }: BlockParts): BivariateCovariance {
  if (cor12 !== undefined && cov12 !== undefined) {
    throw new DrmError("bad_known_v", "cor12 and cov12 are both given: keep one, the other follows from it");
  }
  if (cor12 === undefined) {
    return Object.freeze({ kind: "bivariate", v1, v2, cov12: cov12 ?? new Float64Array(v1.length) });
  }
  const cov = cor12.map((cor, i) => cor * Math.sqrt(v1[i]!) * Math.sqrt(v2[i]!));
  return Object.freeze({ kind: "bivariate", v1, v2, cov12: cov });
}

/** `study` is 0-based. */
export function checkCorrelation(cor12: number, study: number): void {
  if (!(Math.abs(cor12) > 1)) return;
  const what = `study ${study + 1}: cor12 = ${cor12}`;
  throw new DrmError("bad_known_v", `${what}, but a correlation is between -1 and 1`);
}

function checkStudies({ v1, v2, cov12 }: BivariateCovariance): void {
  for (let i = 0; i < v1.length; i++) {
    for (const [name, value] of [["v1", v1[i]!] as const, ["v2", v2[i]!] as const]) {
      if (!isVariance(value) && !Number.isNaN(value)) throw badVariance(`${name}[${i + 1}]`, value);
    }
    checkPair(v1[i]!, v2[i]!, cov12[i]!, i, true);
  }
}

/** The 2 x 2 blocks of the kept studies; an absent outcome leaves the other one alone. */
export function fromBivariate(covariance: BivariateCovariance, selection: Selection): BlockCovariance {
  const { source } = selection;
  const { cov12 } = covariance;
  const values = [covariance.v1, covariance.v2] as const;
  const variances = new Float64Array(source.length).fill(Number.NaN);
  for (let k = 0; k < source.length; k++) {
    const at = source[k]!;
    if (at >= 0) variances[k] = usedVariance(values[at % 2]![at >> 1]!, selection, k);
  }
  for (let k = 0; k < source.length; k += 2) {
    const [at, mirror] = [source[k]!, source[k + 1]!];
    if (at >= 0 && mirror >= 0) {
      checkPair(variances[k]!, variances[k + 1]!, cov12[at >> 1]!, selection.numbers[k]! >> 1, false);
    }
  }
  const covarianceOf = (k: number): number =>
    source[k]! >= 0 && source[k + 1]! >= 0 ? cov12[source[k]! >> 1]! : 0;
  return splitClusters(
    variances,
    (parent) => {
      for (let k = 0; k < source.length; k += 2) if (covarianceOf(k) !== 0) link(parent, k, k + 1);
    },
    ({ values, places }) => {
      for (let k = 0; k < source.length; k += 2) {
        const cell = cellOf(places, k, k + 1);
        if (cell >= 0) values[cell] = covarianceOf(k);
      }
    },
  );
}

function usedVariance(value: number, selection: Selection, k: number): number {
  if (isVariance(value)) return value;
  const number = selection.numbers[k]!;
  const name = `v${(number % 2) + 1}[${(number >> 1) + 1}]`;
  if (!Number.isNaN(value)) throw badVariance(name, value);
  const advice = "give its variance, or leave the outcome empty, too";
  throw new DrmError("bad_known_v", `${name} is missing, but ${entryName(selection, k)} is used: ${advice}`);
}

/** `study` is 0-based. Missing numbers pass when `missingAllowed`: the study or one of its outcomes may yet be dropped. */
function checkPair(v1: number, v2: number, cov: number, study: number, missingAllowed: boolean): void {
  const fail = (sentence: string) => new DrmError("bad_known_v", `study ${study + 1}: ${sentence}`);
  if (Number.isNaN(cov)) {
    if (missingAllowed) return;
    throw fail("the sampling covariance of its outcomes is missing, but both outcomes are used");
  }
  if (cov === 0) return;
  if (v1 === 0 || v2 === 0) {
    throw fail(`v${v1 === 0 ? 1 : 2} is 0 but cov12 = ${cov}: without a variance there is no covariance`);
  }
  const limit = Math.sqrt(v1) * Math.sqrt(v2);
  if (Math.abs(cov) >= limit * (1 - RELATIVE_TOLERANCE)) {
    const seen = `cov12 = ${cov} with v1 = ${v1} and v2 = ${v2}`;
    throw fail(`${seen} is singular: |cov12| must be below sqrt(v1 v2) = ${Number(limit.toPrecision(6))}`);
  }
}

function recycle(name: string, given: number | Cells, n: number): Float64Array {
  if (typeof given === "number") return new Float64Array(n).fill(given);
  const values = readCells(name, given);
  if (values.length === n) return values;
  if (values.length === 1) return new Float64Array(n).fill(values[0]!);
  const seen = `${name} has ${count(values.length, "value")}`;
  throw new DrmError("bad_known_v", `${seen}: give one number, or one for each of the ${count(n, "study")}`);
}
