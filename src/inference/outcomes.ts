import { locationsOf, sigmaOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import type { Dpar } from "../formula/dpar";

export type { BivariateFit, UnivariateFit } from "../fit/fit";

/** The dpars that belong to one outcome, and where its values stand in arrays that stack the outcomes of a study. */
export interface Outcome {
  readonly number: Dpar["outcome"];
  /** key of its mean */
  readonly location: string;
  /** key of its sigma */
  readonly scale: string;
  readonly offset: number;
  readonly stride: number;
}

/** One outcome, or the two of a bivariate fit in order. */
export function outcomesOf(fit: Pick<Fit, "dpars">): readonly Outcome[] {
  const locations = locationsOf(fit);
  return locations.map(({ key, outcome }, offset) => {
    const scale = sigmaOf(fit, outcome).key;
    return { number: outcome, location: key, scale, offset, stride: locations.length };
  });
}

/** Sampling variances of one outcome as they were given (variance scale), one per row used; NaN where a study lacks it. */
export function samplingVariances(fit: Fit, { location, offset, stride }: Outcome): Float64Array {
  const { variances } = fit.knownV;
  if (stride === 1) return variances;
  const y = fit.response[location].values;
  return y.map((value, i) => (Number.isNaN(value) ? Number.NaN : variances[i * stride + offset]));
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
