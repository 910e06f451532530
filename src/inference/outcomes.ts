import type { Fit } from "../fit/fit";

export type { BivariateFit, UnivariateFit } from "../fit/fit";

/** The dpars that belong to one outcome, and where its values stand in arrays that stack the outcomes of a study. */
export interface Outcome {
  readonly location: "mu" | "mu1" | "mu2";
  readonly scale: "sigma" | "sigma1" | "sigma2";
  readonly offset: number;
  readonly stride: number;
}

const UNIVARIATE: readonly Outcome[] = [{ location: "mu", scale: "sigma", offset: 0, stride: 1 }];
const BIVARIATE: readonly Outcome[] = [
  { location: "mu1", scale: "sigma1", offset: 0, stride: 2 },
  { location: "mu2", scale: "sigma2", offset: 1, stride: 2 },
];

/** One outcome, or the two of a bivariate fit in order. */
export function outcomesOf(fit: Fit): readonly Outcome[] {
  return fit.family === "gaussian" ? UNIVARIATE : BIVARIATE;
}

/** Known sampling variances of one outcome (variance scale), one per row used; NaN where a study lacks it. */
export function samplingVariances(fit: Fit, { location, offset, stride }: Outcome): Float64Array {
  const { variances } = fit.knownV;
  if (stride === 1) return variances;
  const y = fit.response[location].values;
  return y.map((value, i) => (Number.isNaN(value) ? Number.NaN : variances[i * stride + offset]));
}

/**
 * Variance that the random intercepts of one outcome add to each row used, summed over groupings; zeros without
 * random effects.
 */
export function studyVariances(fit: Fit, { location }: Outcome): Float64Array {
  const total = new Float64Array(fit.nobs);
  for (const { dpar, codes, sd } of fit.random ?? []) {
    // sd(study) belongs to mu, sd2(study) to mu2
    if (!dpar.startsWith(`sd${location.slice(2)}(`)) continue;
    for (let i = 0; i < total.length; i++) if (codes[i] >= 0) total[i] += sd[codes[i]] ** 2;
  }
  return total;
}

/** How many of the studies (rows used) have both outcomes, and how many only one. */
export interface OutcomeCounts {
  /** studies with both outcomes */
  readonly both: number;
  /** studies with the first outcome alone */
  readonly onlyFirst: number;
  /** studies with the second outcome alone */
  readonly onlySecond: number;
}

/** null for a fit of one outcome. */
export function outcomeCounts(fit: Fit): OutcomeCounts | null {
  if (fit.family === "gaussian") return null;
  const [first, second] = outcomesOf(fit).map(({ location }) => fit.response[location].values);
  let onlyFirst = 0;
  let onlySecond = 0;
  for (let i = 0; i < fit.nobs; i++) {
    if (Number.isNaN(second[i])) onlyFirst++;
    else if (Number.isNaN(first[i])) onlySecond++;
  }
  return { both: fit.nobs - onlyFirst - onlySecond, onlyFirst, onlySecond };
}
