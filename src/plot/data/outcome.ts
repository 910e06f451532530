import { dparOf } from "../../fit/dpars";
import { groupingsOf, type RowGrouping } from "../../fit/groupings";
import { DrmError, type Fit } from "../../index";
import { outcomesOf, samplingVariances } from "../../inference/outcomes";
import { totalVariances, trueVariances } from "../../opened/term-variances";

/** One outcome of a fit, row by row used: what plots draw. NaN where a bivariate study lacks the outcome. */
export interface OutcomeRows {
  /** "mu", "mu1" or "mu2" */
  readonly location: string;
  /** "sigma", "sigma1" or "sigma2" */
  readonly scale: string;
  /** the response as written, with its dpar where there are two: "yi", "benefit (mu1)" */
  readonly label: string;
  /** the response, one a row used; NaN where a study lacks it */
  readonly y: Float64Array;
  /** fitted mean, offset included, random intercepts not */
  readonly mu: Float64Array;
  /** SD */
  readonly sigma: Float64Array;
  /** known sampling variance */
  readonly v: Float64Array;
  /** variance of true effects around the mean, of all terms of the model */
  readonly trueVariance: Float64Array;
  /** variance of effect sizes around the mean: `v` and `trueVariance` */
  readonly totalVariance: Float64Array;
  /** places of the rows that have the outcome, counting rows used from 0 */
  readonly present: readonly number[];
}

/**
 * The outcome that is drawn; of two, the first unless asked otherwise.
 * Throws DrmError("bad_option") for an outcome that the fit does not have.
 */
export function outcomeRows(fit: Fit, wanted?: string): OutcomeRows {
  const outcomes = outcomesOf(fit);
  const found =
    wanted === undefined
      ? outcomes[0]!
      : outcomes.find(({ location }) => location === wanted || fit.response[location]!.label === wanted);
  if (found === undefined) {
    const known = outcomes.map(({ location }) => location).join(" and ");
    throw new DrmError("bad_option", `outcome '${wanted}': this fit has ${known}`);
  }
  const { label, values } = fit.response[found.location]!;
  const present: number[] = [];
  values.forEach((value, i) => {
    if (!Number.isNaN(value)) present.push(i);
  });
  return {
    location: found.location,
    scale: found.scale,
    label: fit.family === "gaussian" ? label : `${label} (${found.location})`,
    y: values.slice(),
    mu: fit.fitted[found.location]!.slice(),
    sigma: fit.fitted[found.scale]!.slice(),
    v: samplingVariances(fit, found).slice(),
    trueVariance: trueVariances(fit, found),
    totalVariance: totalVariances(fit, found),
    present,
  };
}

/** The groupings of the random effects in a mean. */
export function groupingsIn(fit: Fit, location: string): readonly RowGrouping[] {
  return groupingsOf(fit, dparOf(fit, location).outcome);
}

/** Whether the rows' total errors are independent, so that 1 / variance is a weight in the usual sense. */
export function rowsAreIndependent(fit: Fit, location: string): boolean {
  return (
    fit.family === "gaussian" &&
    groupingsIn(fit, location).length === 0 &&
    (fit.knownV.kind === "diagonal" || fit.knownV.kind === "none")
  );
}
