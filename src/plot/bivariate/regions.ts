import { requireFit } from "../../fit/require-fit";
import { DrmError, type Fit, residualCovariance, type TestStatistic, testBasis, waldTest } from "../../index";
import { outcomesOf } from "../../inference/outcomes";
import { checkOptions, type OptionKinds } from "../../options";
import { meanOfRows } from "../data/mean-of-rows";
import { outcomeRows } from "../data/outcome";
import { ROW_OPTIONS, type RowOptions, rowLabels } from "../data/row-values";
import { SERIES_OPTIONS, type SeriesOptions, seriesOf } from "../data/series";

/** Which regions, and by what groups. */
export interface BivariateRegionsOptions extends RowOptions, SeriesOptions {
  /** share of true effects, and confidence, of the regions; default 0.95 */
  readonly level?: number | undefined;
  /** of the region of the means: "z" (default), "t"; after robust() "t" is the default */
  readonly test?: TestStatistic | undefined;
}

export const BIVARIATE_REGIONS_OPTIONS: OptionKinds<BivariateRegionsOptions> = {
  level: "number",
  test: "text",
  ...ROW_OPTIONS,
  ...SERIES_OPTIONS,
};

/** A symmetric 2 x 2 matrix. */
export interface Covariance {
  /** variance of the first outcome */
  readonly v1: number;
  /** covariance of the two */
  readonly v12: number;
  /** variance of the second outcome */
  readonly v2: number;
}

/** A study with both outcomes. */
export interface BivariatePoint {
  /** its name */
  readonly label: string;
  /** effect on the first outcome */
  readonly y1: number;
  /** effect on the second outcome */
  readonly y2: number;
  /** covariance of its sampling errors */
  readonly sampling: Covariance;
  /** place of its group, -1 without one */
  readonly series: number;
}

/** What the model says of the rows of a group. */
export interface BivariateRegion {
  /** name of the group, "" for all studies */
  readonly label: string;
  /** estimated mean of the first outcome */
  readonly mu1: number;
  /** estimated mean of the second outcome */
  readonly mu2: number;
  /** of the true effects around their means, random intercepts included: the mean over the rows */
  readonly between: Covariance;
  /** of the estimated means */
  readonly ofMean: Covariance;
  /** the confidence region of the means, in standard errors: where the joint test of waldTest() has p = 1 - level */
  readonly radius: number;
}

/** Two outcomes as numbers to draw. */
export interface BivariateRegions {
  /** the responses as written */
  readonly labels: readonly [string, string];
  /** studies with both outcomes */
  readonly points: readonly BivariatePoint[];
  /** one a group that the model tells apart */
  readonly regions: readonly BivariateRegion[];
  /** names of the groups of points */
  readonly series: readonly string[];
  /** studies with one outcome only, which have no place in the picture */
  readonly incomplete: number;
}

/**
 * The numbers of a bivariate scatter.
 * @throws DrmError "not_supported" for a fit of one outcome; "bad_option", "unknown_column"
 */
export function bivariateRegions(fit: Fit, options: BivariateRegionsOptions = {}): BivariateRegions {
  requireFit("bivariateRegions", fit);
  checkOptions("bivariateRegions", options, BIVARIATE_REGIONS_OPTIONS);
  const reason = whyNotBivariate(fit);
  if (reason !== null) throw new DrmError("not_supported", reason);
  const [first, second] = outcomesOf(fit).map(({ location }) => outcomeRows(fit, location));
  const { sampling, between } = residualCovariance(fit);
  const labels = rowLabels(fit, options, first.location);
  const groups = seriesOf(fit, options);
  const complete = first.present.filter((i) => !Number.isNaN(second.y[i]!));
  const codeOf = (i: number) => (groups === null ? 0 : groups.codes[i]!);
  const series = groups?.labels ?? [""];
  const regions = series.flatMap((label, code): BivariateRegion[] => {
    const [rows1, rows2, rows] = [first.present, second.present, complete].map((members) =>
      members.filter((i) => codeOf(i) === code),
    );
    if (rows1!.length === 0 || rows2!.length === 0 || rows!.length === 0) return [];
    const average = (of: (i: number) => number) => rows!.reduce((sum, i) => sum + of(i) / rows!.length, 0);
    return [
      {
        label,
        mu1: meanOfRows(fit, first, rows1!, {}).estimate,
        mu2: meanOfRows(fit, second, rows2!, {}).estimate,
        between: {
          v1: average((i) => first.trueVariance[i]!),
          v12: average((i) => between.covariance[i]!),
          v2: average((i) => second.trueVariance[i]!),
        },
        ...regionOfMeans(fit, rows1!, rows2!, options),
      },
    ];
  });
  return {
    labels: [first.label, second.label],
    points: complete.map((i) => ({
      label: labels[i]!,
      y1: first.y[i]!,
      y2: second.y[i]!,
      sampling: { v1: sampling.variance1[i]!, v12: sampling.covariance[i]!, v2: sampling.variance2[i]! },
      series: codeOf(i),
    })),
    regions,
    series: groups?.labels ?? [],
    incomplete: fit.nobs - complete.length,
  };
}

/** Why a fit has no bivariate scatter, or null. */
export function whyNotBivariate(fit: Fit): string | null {
  return fit.family === "biv_gaussian" ? null : "it needs a fit of two outcomes";
}

/** a' V b for the average design rows a of the first mean and b of the second. */
function regionOfMeans(
  fit: Fit,
  rows1: readonly number[],
  rows2: readonly number[],
  { level = 0.95, test }: BivariateRegionsOptions,
): Pick<BivariateRegion, "ofMean" | "radius"> {
  const basis = testBasis(fit, test);
  const k = basis.df.length;
  const combination = (dpar: string, rows: readonly number[]) => {
    const { values, nrow, names } = fit.designs[dpar]!;
    const means = new Map(
      names.map((term, j) => [term, rows.reduce((sum, i) => sum + values[j * nrow + i]! / rows.length, 0)]),
    );
    return Float64Array.from(fit.coefficients, (c) => (c.dpar === dpar ? means.get(c.term)! : 0));
  };
  const [first, second] = outcomesOf(fit);
  const [a, b] = [combination(first.location, rows1), combination(second.location, rows2)];
  const product = (left: Float64Array, right: Float64Array) => {
    let sum = 0;
    left.forEach((l, i) => {
      right.forEach((r, j) => {
        if (l !== 0 && r !== 0) sum += l * r * basis.vcov[i * k + j]!;
      });
    });
    return sum;
  };
  return {
    ofMean: { v1: product(a, a), v12: product(a, b), v2: product(b, b) },
    radius: radiusOf(fit, [a, b], basis.test, level),
  };
}

/**
 * With two rows the quantile of F on ddf degrees of freedom is a power, QM = ddf (alpha^(-2 / ddf) - 1), which is that of
 * chi-squared in the limit; after CR2 the test is HTZ, F = ddf / (2 eta) QM with eta = ddf + 1.
 */
function radiusOf(
  fit: Fit,
  matrix: readonly [Float64Array, Float64Array],
  test: TestStatistic,
  level: number,
): number {
  const logAlpha = Math.log(1 - level);
  // a mean without coefficients is known, and there is nothing to test
  const known = matrix.some((row) => row.every((weight) => weight === 0));
  const ddf = known ? null : waldTest(fit, { matrix, test }).ddf;
  if (ddf === null) return Math.sqrt(-2 * logAlpha);
  const QM = Math.expm1((-2 / ddf) * logAlpha);
  return Math.sqrt(fit.robust?.type === "CR2" ? (ddf + 1) * QM : ddf * QM);
}
