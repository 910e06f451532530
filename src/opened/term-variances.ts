import { BlockCovariance } from "../covariance/block-covariance";
import { locationsOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import type { Dpar } from "../formula/dpar";
import type { NewVariances, VarianceTerm } from "../model/terms/term";
import { stackedTerms } from "./stacked-terms";

/** What a variance term adds to the variances of an outcome's effect sizes. */
export interface TermVariance {
  readonly term: VarianceTerm;
  /** its parameter of that outcome, null where it has none; the others of the term tie outcomes */
  readonly dpar: Dpar | null;
  /** one a row used; NaN where a study lacks the outcome */
  readonly variance: Float64Array;
}

/** Which outcome, and where its values stand among those of a study. */
export interface OutcomePlaces {
  readonly number: Dpar["outcome"];
  readonly offset: number;
  readonly stride: number;
}

/** The summands of the variances of an outcome's effect sizes, in the order of the terms: those of terms that it has a part in. */
export function termVariances(fit: Fit, { number, offset, stride }: OutcomePlaces): TermVariance[] {
  // variances alone: a fit that was saved without covariances has these
  const { terms, spreads } = stackedTerms(fit, new BlockCovariance(fit.knownV.variances));
  const { values } = fit.response[locationsOf(fit)[offset]!.key]!;
  return terms.flatMap((term): TermVariance[] => {
    const dpar = term.dpars.find(({ outcome }) => outcome === number) ?? null;
    if (dpar === null && term.dpars.length > 0) return [];
    const places = new Float64Array(stride * fit.nobs);
    term.addVariances(spreads, places);
    const variance =
      stride === 1
        ? places
        : values.map((y, i) => (Number.isNaN(y) ? Number.NaN : places[i * stride + offset]!));
    return [{ term, dpar, variance }];
  });
}

/** Variances of an outcome's true effects around their means, one a row used; NaN where a study lacks the outcome. */
export function trueVariances(fit: Fit, outcome: OutcomePlaces): Float64Array {
  return sumOf(fit, termVariances(fit, outcome), ({ part }) => part !== "sampling");
}

/** Variances of an outcome's effect sizes, one a row used. */
export function totalVariances(fit: Fit, outcome: OutcomePlaces): Float64Array {
  return sumOf(fit, termVariances(fit, outcome), () => true);
}

/** Sampling variances, times phi where they are known up to it, one a row used. */
export function errorVariances(fit: Fit, outcome: OutcomePlaces): Float64Array {
  return sumOf(fit, termVariances(fit, outcome), ({ part }) => part === "sampling");
}

/** Variances between the levels of groupings, one a row used. */
export function betweenVariances(fit: Fit, outcome: OutcomePlaces): Float64Array {
  return sumOf(fit, termVariances(fit, outcome), ({ part }) => part === "between");
}

/** Variances of an outcome's true effects around their means in rows of which the SDs are known. */
export function trueVariancesAt(
  fit: Fit,
  number: Dpar["outcome"],
  rows: NewVariances,
  nrow: number,
): Float64Array {
  const { terms } = stackedTerms(fit, new BlockCovariance(fit.knownV.variances));
  const out = new Float64Array(nrow);
  for (const term of terms) term.addNewVariances(number, rows, out);
  return out;
}

function sumOf(
  { nobs }: Fit,
  variances: readonly TermVariance[],
  isWanted: (term: VarianceTerm) => boolean,
): Float64Array {
  const out = new Float64Array(nobs);
  for (const { term, variance } of variances) {
    if (isWanted(term)) for (let i = 0; i < nobs; i++) out[i]! += variance[i]!;
  }
  return out;
}
