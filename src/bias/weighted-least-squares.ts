import { DrmError } from "../errors";
import type { Fit } from "../index";
import { count } from "../words";
import { type Effects, effectsOf, singleMean } from "./effects";
import { type Estimate, waldEstimate, weightedMean } from "./estimate";

/** A mean by weighted least squares, and what belongs to it. */
export interface WeightedMean extends Estimate {
  readonly notes: readonly string[];
}

/** Confidence level of limits. */
export interface LevelOptions {
  /** default 0.95 */
  readonly level?: number;
}

/**
 * Unrestricted weighted least squares (Stanley and Doucouliagos 2015, Statistics in Medicine 34, 2116-2127): the
 * common-effect mean, m = sum w y / sum w with w = 1 / v, with sampling variances multiplied by an estimate of one factor,
 * phi = Q / (k - 1): se = sqrt(phi / sum w), t on k - 1 degrees of freedom. With phi below 1 intervals are narrower than the
 * common-effect ones, as the authors have it.
 *
 * @throws DrmError what singleMean() throws; "bad_option" for fewer than two effect sizes
 */
export function uwls(fit: Fit, { level = 0.95 }: LevelOptions = {}): WeightedMean {
  const effects = singleMean("uwls", fit);
  return { ...multiplied("uwls", effects, level), notes: effects.notes };
}

/** Weighted least squares of the adequately powered, and which they are. */
export interface Waap extends WeightedMean {
  /** data rows, counted from 1, of the adequately powered */
  readonly adequate: readonly number[];
}

/** 1.96 + 0.84: with a standard error below |effect| / 2.8 a two-sided test at 5 % has a power of 80 %. */
const ADEQUATE = 2.8;

/**
 * The weighted average of the adequately powered (Stanley, Doucouliagos and Ioannidis 2017, Statistics in Medicine 36,
 * 1580-1598): unrestricted weighted least squares over the effect sizes whose standard error is at most |m| / 2.8, m being
 * the estimate of uwls(). Numbers are NaN where fewer than two are.
 *
 * @throws DrmError what uwls() throws
 */
export function waap(fit: Fit, { level = 0.95 }: LevelOptions = {}): Waap {
  const { yi, vi, notes } = singleMean("waap", fit);
  const limit = Math.abs(multiplied("waap", { yi, vi }, level).estimate) / ADEQUATE;
  const rows = Array.from(vi.keys()).filter((i) => Math.sqrt(vi[i]!) <= limit);
  const adequate = rows.map((i) => fit.rows[i]! + 1);
  if (rows.length < 2) {
    const none = `${count(rows.length, "effect size")} with adequate power: there is no such average`;
    return { ...waldEstimate(Number.NaN, Number.NaN, Number.NaN, level), adequate, notes: [...notes, none] };
  }
  const chosen = { yi: Float64Array.from(rows, (i) => yi[i]!), vi: Float64Array.from(rows, (i) => vi[i]!) };
  return { ...multiplied("waap", chosen, level), adequate, notes };
}

function multiplied(caller: string, { yi, vi }: Pick<Effects, "yi" | "vi">, level: number): Estimate {
  const df = yi.length - 1;
  if (df < 1) throw new DrmError("bad_option", `${caller}() needs two effect sizes or more`);
  const weights = vi.map((v) => 1 / v);
  const { mean, total } = weightedMean(yi, weights);
  let q = 0;
  for (let i = 0; i < yi.length; i++) q += weights[i]! * (yi[i]! - mean) ** 2;
  return waldEstimate(mean, Math.sqrt(q / df / total), df, level);
}

/** A straight line by weighted least squares, y = intercept + slope x. */
export interface WeightedLine {
  readonly intercept: Estimate;
  readonly slope: Estimate;
  readonly notes: readonly string[];
}

/**
 * Egger's regression as it was published (Egger et al. 1997, BMJ 315, 629-634), PET and PEESE (Stanley and Doucouliagos
 * 2014, Research Synthesis Methods 5, 60-78): the line of effect sizes on their standard errors ("sei") or variances
 * ("vi"), weights 1 / v, one estimated factor of the variances, t on k - 2 degrees of freedom. The slope tests for
 * asymmetry, the intercept is the effect at a standard error of 0. smallStudy() asks the same of the fit's own model.
 *
 * @throws DrmError what effectsOf() throws; "bad_option" for fewer than three effect sizes or where all have one variance
 */
export function weightedLine(
  fit: Fit,
  predictor: "sei" | "vi",
  { level = 0.95 }: LevelOptions = {},
): WeightedLine {
  const { yi, vi, notes } = effectsOf("weightedLine", fit);
  const df = yi.length - 2;
  if (df < 1) throw new DrmError("bad_option", "weightedLine() needs three effect sizes or more");
  const x = predictor === "sei" ? vi.map(Math.sqrt) : vi;
  const weights = vi.map((v) => 1 / v);
  const { mean: xBar, total } = weightedMean(x, weights);
  const { mean: yBar } = weightedMean(yi, weights);
  let [sxx, sxy] = [0, 0];
  for (let i = 0; i < yi.length; i++) {
    sxx += weights[i]! * (x[i]! - xBar) ** 2;
    sxy += weights[i]! * (x[i]! - xBar) * yi[i]!;
  }
  // what rounding leaves of 0
  if (!(sxx > 1e-20 * total * xBar ** 2)) {
    throw new DrmError(
      "bad_option",
      "all effect sizes have the same sampling variance: there is no line to fit",
    );
  }
  const slope = sxy / sxx;
  let rss = 0;
  for (let i = 0; i < yi.length; i++) rss += weights[i]! * (yi[i]! - yBar - slope * (x[i]! - xBar)) ** 2;
  const phi = rss / df;
  return {
    intercept: waldEstimate(yBar - slope * xBar, Math.sqrt(phi * (1 / total + xBar ** 2 / sxx)), df, level),
    slope: waldEstimate(slope, Math.sqrt(phi / sxx), df, level),
    notes,
  };
}
