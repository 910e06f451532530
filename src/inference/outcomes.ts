import type { Fit } from "../fit/fit";

/** A fit of one outcome: what exists once per row is one array. */
export type UnivariateFit = Fit & { readonly family: "gaussian" };
/** A fit of two outcomes per study. */
export type BivariateFit = Fit & { readonly family: "biv_gaussian" };

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

/** Known sampling variances of one outcome (variance scale), one per row used. */
export function samplingVariances(fit: Fit, { offset, stride }: Outcome): Float64Array {
  const { variances } = fit.knownV;
  if (stride === 1) return variances;
  return Float64Array.from({ length: fit.nobs }, (_, i) => variances[i * stride + offset]);
}

/** Variance that the random intercepts add to each row used, summed over groupings; zeros without random effects. */
export function studyVariances(fit: Fit): Float64Array {
  const total = new Float64Array(fit.nobs);
  for (const { codes, sd } of fit.random ?? []) {
    for (let i = 0; i < total.length; i++) total[i] += sd[codes[i]] ** 2;
  }
  return total;
}
