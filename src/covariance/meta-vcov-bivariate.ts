import { DrmError } from "../errors";
import { type Cells, readCells } from "./cells";
import { type Covariance, packedIndex, splitClusters } from "./clusters";
import { badVariance, RELATIVE_TOLERANCE } from "./refuse";
import { entryName, type Selection } from "./selection";
import { link } from "./union-find";

/** One 2 x 2 block per study: its two sampling variances and their covariance. Made by metaVcovBivariate(). */
export interface BivariateCovariance {
  readonly kind: "bivariate";
  /** Sampling variances of the first outcome; NaN = missing. */
  readonly v1: Float64Array;
  /** Of the second. */
  readonly v2: Float64Array;
  readonly cov12: Float64Array;
}

export interface BivariateOptions {
  /** Sampling variances of the first outcome, one for each study (data row); missing where the outcome is. */
  readonly v1: Cells;
  readonly v2: Cells;
  /** Sampling correlation of the two outcomes: one number, or one for each study. */
  readonly cor12?: number | Cells | undefined;
  /** Their covariance instead. Neither = 0. */
  readonly cov12?: number | Cells | undefined;
}

/** The names of the arguments, in R's order, as formulas may give them. */
export const BIVARIATE_ARGUMENTS = ["v1", "v2", "cov12", "cor12"] as const;

/**
 * The sampling covariance of a bivariate model, for `matrices`. Studies are in data order, dropped ones included.
 * Throws DrmError("bad_known_v") naming the study (from 1) whose variances or covariance are impossible or singular.
 */
export function metaVcovBivariate({ v1, v2, cor12, cov12 }: BivariateOptions): BivariateCovariance {
  if (v1.length !== v2.length) {
    const seen = `v1 has ${v1.length} values but v2 has ${v2.length}`;
    throw new DrmError("bad_known_v", `${seen}: give one of each for every study`);
  }
  const bivariate = bivariateBlocks({
    v1: readCells("v1", v1),
    v2: readCells("v2", v2),
    cor12: cor12 === undefined ? undefined : recycle("cor12", cor12, v1.length),
    cov12: cov12 === undefined ? undefined : recycle("cov12", cov12, v1.length),
  });
  for (let i = 0; i < v1.length; i++) checkStudy(bivariate, i, i);
  return bivariate;
}

interface BlockParts {
  readonly v1: Float64Array;
  readonly v2: Float64Array;
  readonly cor12?: Float64Array | undefined;
  readonly cov12?: Float64Array | undefined;
}

/** Turns correlations into covariances; `rows` are the studies' 0-based data rows, all in order by default. */
export function bivariateBlocks({ v1, v2, cor12, cov12 }: BlockParts, rows?: Int32Array): BivariateCovariance {
  if (cor12 !== undefined && cov12 !== undefined) {
    throw new DrmError("bad_known_v", "cor12 and cov12 are both given: keep one, the other follows from it");
  }
  if (cor12 === undefined) {
    return Object.freeze({ kind: "bivariate", v1, v2, cov12: cov12 ?? new Float64Array(v1.length) });
  }
  const cov = cor12.map((cor, i) => {
    if (Math.abs(cor) > 1) {
      const study = (rows?.[i] ?? i) + 1;
      throw new DrmError("bad_known_v", `study ${study}: cor12 = ${cor}, but a correlation is between -1 and 1`);
    }
    return cor * Math.sqrt(v1[i]!) * Math.sqrt(v2[i]!);
  });
  return Object.freeze({ kind: "bivariate", v1, v2, cov12: cov });
}

/**
 * The 2 x 2 blocks of the kept studies. `study` gives the block of a kept study, `rows` its 0-based data row; an
 * absent outcome leaves the other alone.
 */
export function fromBivariate(
  covariance: BivariateCovariance,
  selection: Selection,
  study: ArrayLike<number>,
  rows: Int32Array,
): Covariance {
  const { source } = selection;
  const variances = new Float64Array(source.length).fill(Number.NaN);
  const values = [covariance.v1, covariance.v2] as const;
  for (let k = 0; k < source.length; k++) {
    if (source[k]! < 0) continue;
    const outcome = (k % 2) as 0 | 1;
    variances[k] = values[outcome][study[k >> 1]!]!;
    if (Number.isNaN(variances[k])) {
      const name = `v${outcome + 1}[${rows[k >> 1]! + 1}]`;
      const what = `${name} is missing, but ${entryName(selection, k)} is used`;
      throw new DrmError("bad_known_v", `${what}: give its variance, or set the outcome to missing`);
    }
  }
  const isPair = (i: number): boolean => source[2 * i]! >= 0 && source[2 * i + 1]! >= 0;
  for (let i = 0; i < rows.length; i++) {
    checkStudy(covariance, study[i]!, rows[i]!, isPair(i), source[2 * i]! >= 0, source[2 * i + 1]! >= 0);
  }
  return splitClusters(
    variances,
    (parent) => {
      for (let i = 0; i < rows.length; i++) {
        if (isPair(i) && covariance.cov12[study[i]!] !== 0) link(parent, 2 * i, 2 * i + 1);
      }
    },
    (partition, clusterV) => {
      for (let i = 0; i < rows.length; i++) {
        if (partition.clusterOf[2 * i]! < 0) continue;
        clusterV[packedIndex(partition, 2 * i, 2 * i + 1)] = covariance.cov12[study[i]!]!;
      }
    },
  );
}
