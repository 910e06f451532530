import { DrmError } from "../errors";
import { dparOf, locationsOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import type { DparKind } from "../formula/dpar";
import type { IntervalMethod } from "../inference/coefficient-table";
import { coefficientIndices, requireDpar } from "../inference/coefficients";
import { limitsAt } from "../inference/limits";
import { combinedCoefficients, isSatterthwaite } from "../inference/linear-combination";
import { type Link, linkOf } from "../inference/links";
import type { LimitsMethod } from "../inference/scale-limits";
import { scaleLimits, scaleMethod } from "../inference/scale-limits";
import { type TestStatistic, testBasis } from "../inference/test-basis";
import type { ProfileTarget } from "../opened/profile";
import type { ProfileStatus } from "../opened/profile-limits";
import { checkOptions, type OptionKinds } from "../options";
import { type Printable, printable } from "../report/printable";
import { tableText } from "../report/text-table";
import { type BackTransform, backTransform } from "../stats/back-transforms";
import { estimatedGrid, type Grid, type GridMean, heldGrid } from "./averaging";
import { meansTable } from "./effects-table";
import type { Held, Level } from "./reference-grid";

/** Which marginal means are wanted, and how the other moderators are treated. */
export interface MarginalMeansOptions {
  /** moderators whose levels get a row each; default none, one mean over everything */
  readonly by?: string | readonly string[];
  /** "mu" ("mu1" of two outcomes) by default; "sigma", "sd(study)", "mu2", "rho12", ... */
  readonly dpar?: string;
  /** where moderators are held, { duration: 2 }; several values, { duration: [0, 1, 2] }, get a row each */
  readonly at?: Held;
  /** "response" (default): mean, SD, correlation. "link": mean, log-SD, atanh-like */
  readonly scale?: "response" | "link";
  /** confidence level, default 0.95 */
  readonly level?: number;
  /** how factors that are not in `by` are averaged: "equal" over their levels (default), or "proportional" to the data */
  readonly weights?: "equal" | "proportional";
  /**
   * errors and degrees of freedom of means, as in summary(): "z" by default, "t" for a fit from robust(). SDs and
   * correlations have the model's
   */
  readonly test?: TestStatistic;
  /**
   * limits of SDs and correlations on the response scale: "profile" (likelihood ratio), or "wald". Default "profile", and
   * "wald" where profiles would take over a second, of more than 20 means, and of a fit that did not converge
   */
  readonly confint?: IntervalMethod;
  /**
   * takes means and their limits back to a scale of reading: "exp" for log ratios, "expit", "tanh", ... Of effects only, on the
   * response scale; default none
   */
  readonly transform?: BackTransform;
  /** for "ipft" and "iirft": the harmonic mean of the studies' sample sizes */
  readonly sampleSize?: number;
}

const MARGINAL_MEANS_OPTIONS: OptionKinds<MarginalMeansOptions> = {
  by: "texts",
  dpar: "text",
  at: "object",
  scale: "text",
  level: "number",
  weights: "text",
  test: "text",
  confint: "text",
  transform: "text",
  sampleSize: "number",
};

/** One mean. Numbers are on the scale asked for; NaN where they do not exist. */
export interface MarginalMean {
  /** the levels of the `by` moderators that this mean is for */
  readonly at: Readonly<Record<string, Level>>;
  /** mean, SD or correlation, on `scale` */
  readonly estimate: number;
  /** of `estimate`; on the response scale by the delta method */
  readonly stdError: number;
  /** lower confidence limit */
  readonly lower: number;
  /** upper confidence limit */
  readonly upper: number;
  /** degrees of freedom of the limits' t distribution; Infinity is the normal distribution */
  readonly df: number;
  /** on the link scale */
  readonly linkEstimate: number;
  /** of profile limits only: whether both were found, and which of them is at the boundary */
  readonly status?: ProfileStatus;
}

/** Estimated means of a dpar at levels of its moderators. */
export interface MarginalMeans {
  /** what they are of: "mu" (means), "phi" (multipliers of variances), "sigma" and "sd(group)" (SDs), "rho12" (a correlation) */
  readonly dpar: string;
  /** what the dpar is: "location", "phi", "sigma", "sd" or "rho12" */
  readonly kind: DparKind;
  /** what the dpar is about: "yi", or the outcome's name */
  readonly response: string;
  /** of the dpar: identity for means, log for SDs and multipliers, atanh for the correlation */
  readonly link: Link["name"];
  /** of estimates, standard errors and limits */
  readonly scale: "response" | "link";
  /** what the means were taken back by; null without */
  readonly transform: BackTransform | null;
  /** "exp(yi)"; `response` without a transformation */
  readonly label: string;
  /** confidence level of the limits */
  readonly level: number;
  /** how levels that are averaged over were weighted */
  readonly weights: "equal" | "proportional";
  /** variables whose levels the means are of */
  readonly by: readonly string[];
  /** one a combination of their levels */
  readonly means: readonly MarginalMean[];
  /** factors over whose levels the means are averages */
  readonly averagedOver: readonly string[];
  /** moderators held at one value */
  readonly held: Readonly<Record<string, Level>>;
  /** what to know when reading them, a sentence each */
  readonly notes: readonly string[];
  /** what the limits are of */
  readonly test: TestStatistic;
  /** how the limits were found; those of a mean, and of anything on the link scale, are always Wald's */
  readonly confint: LimitsMethod;
  /** each mean's weights on the coefficients of the dpar, link scale */
  readonly linfct: readonly (readonly number[])[];
  /** of the dpar, link scale */
  readonly coefficients: readonly number[];
  /** of the coefficients; NaN for those without a standard error */
  readonly vcov: readonly (readonly number[])[];
  /** of each coefficient; Infinity is the normal distribution */
  readonly df: readonly number[];
  /** whether a comparison has degrees of freedom that only the fit can tell: CR2 robust errors */
  readonly satterthwaite: boolean;
}

/**
 * Estimated marginal means of a dpar: its predictions on a grid of the levels of all factors, averaged on the link scale
 * over those that are not in `by` (Searle, Speed and Milliken 1980, The American Statistician 34, 216-221; emmeans in
 * R). Numeric moderators are held at their means over the rows used, before log(), poly(), ns() or I() are taken.
 *
 *   eta_g = l_g' gamma,   l_g = sum over the cells of g of weight x design row,   se = sqrt(l_g' V l_g)
 *
 * For an SD the response is exp(eta): a geometric mean of SDs, with se = exp(eta) se(eta) (the delta method) and limits
 * transformed from the link scale, those of its profile likelihood unless `confint` says otherwise; for rho12 likewise. The
 * means of a fit with random intercepts are the population's. An SD at its boundary is 0 without a standard error. With
 * `test` "t" or "knha" limits of means are of a t distribution with the residual degrees of freedom, after CR2 robust errors
 * with Satterthwaite's of each mean. Means that are taken back, f(l_g' gamma), have f of the limits and the delta method's standard
 * errors (NaN for "ipft" and "iirft"). Plain data; `String(...)` gives the table.
 *
 * @throws DrmError "bad_option" for an unknown dpar, moderator, level or option, a number in `by` without values in
 *   `at`, or a grid of more than 50,000 cells, or a transformation of SDs or correlations; what testBasis() throws
 */
export function marginalMeans(fit: Fit, options: MarginalMeansOptions = {}): Printable<MarginalMeans> {
  requireFit("marginalMeans", fit);
  checkOptions("marginalMeans", options, MARGINAL_MEANS_OPTIONS);
  const { dpar = locationsOf(fit)[0]!.key, at = {}, level = 0.95 } = options;
  const { scale = "response", weights = "equal" } = options;
  requireDpar(fit, dpar);
  const limitsOf = limitsAt(level);
  const basis = testBasis(fit, options.test);
  requireOneOf("scale", scale, ["response", "link"]);
  requireOneOf("weights", weights, ["equal", "proportional"]);
  if (options.confint !== undefined) requireOneOf("confint", options.confint, ["wald", "profile"]);
  const by = [options.by ?? []].flat();
  const link = linkOf(fit, dpar);
  const back = backTransform("marginalMeans", options);
  if (back !== null && (dparOf(fit, dpar).kind !== "location" || scale === "link")) {
    const what = scale === "link" ? "scale 'link'" : `means of ${dpar}`;
    throw new DrmError("bad_option", `transform is for effects on the response scale, not for ${what}`);
  }
  const [respond, slope] =
    back === null ? [link.response, link.derivative] : [back.of, back.slope ?? (() => Number.NaN)];
  const grid =
    dpar in fit.fixed ? heldGrid(fit, dpar, by, at) : estimatedGrid(fit, dpar, basis, by, at, weights);
  const indices = coefficientIndices(fit, dpar);
  const coefficients = combinedCoefficients(fit, basis, indices);
  const ofScale = indices.length > 0 && link.name !== "identity" && scale === "response";
  const confint = ofScale ? scaleMethod(fit, grid.means.length, options.confint) : "wald";
  const linkLimits =
    confint === "profile"
      ? scaleLimits(
          fit,
          grid.means.map((mean) => profileTarget(fit, indices, mean)),
          level,
          confint,
        )
      : grid.means.map(limitsOf);
  const means = grid.means.map((mean, g): MarginalMean => {
    const { cell, estimate: eta, stdError, df } = mean;
    const { lower, upper, ...status } = linkLimits[g]!;
    const own = { at: cell, df, linkEstimate: eta };
    if (scale === "link") return { ...own, estimate: eta, stdError, lower, upper };
    return {
      ...own,
      estimate: respond(eta),
      stdError: slope(eta) * stdError,
      lower: respond(lower),
      upper: respond(upper),
      ...status,
    };
  });
  const response = responseOf(fit, dpar);
  const data: MarginalMeans = {
    dpar,
    kind: dparOf(fit, dpar).kind,
    response,
    transform: back?.name ?? null,
    label: back?.label(response) ?? response,
    link: link.name,
    scale,
    level,
    weights,
    by: grid.by,
    means,
    averagedOver: grid.averagedOver,
    held: grid.held,
    notes: notesOn(fit, grid),
    test: basis.test,
    confint,
    linfct: grid.means.map(({ weights: l }) => [...l]),
    coefficients: coefficients.estimates,
    vcov: coefficients.covariance,
    df: indices.map((i) => basis.df[i]!),
    satterthwaite: isSatterthwaite(fit, basis, indices),
  };
  Object.defineProperty(data, OWN_DF, { value: coefficients.dfOf, enumerable: false });
  return printable(
    data,
    (own) => `${meansTable(own).caption}\n${tableText(meansTable(own))}`,
    (own) => [meansTable(own)],
  );
}

const OWN_DF = Symbol.for("drmeta.degreesOfFreedom");

/** How the fit of some means finds the degrees of freedom of a combination of them; null for a copy, which has lost it. */
export function ownDf(means: MarginalMeans): ((weights: ArrayLike<number>) => number) | null {
  return (means as { readonly [OWN_DF]?: (weights: ArrayLike<number>) => number })[OWN_DF] ?? null;
}

/** As weights on all coefficients of the fit. */
function profileTarget(fit: Fit, indices: readonly number[], mean: GridMean): ProfileTarget {
  const weights = new Float64Array(fit.coefficients.length);
  indices.forEach((i, j) => {
    weights[i] = mean.weights[j]!;
  });
  return { weights, estimate: mean.estimate, stdError: mean.stdError };
}

function requireOneOf(option: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  const wanted = known.map((one) => `"${one}"`).join(" or ");
  throw new DrmError("bad_option", `${option} '${value}': wanted ${wanted}`);
}

/** "yi" for mu, sigma and sd(study); "y1" for mu1; "y1 and y2" for rho12. */
function responseOf(fit: Fit, dpar: string): string {
  const { outcome } = dparOf(fit, dpar);
  const outcomes = locationsOf(fit).filter((location) => outcome === null || location.outcome === outcome);
  return outcomes.map(({ key }) => fit.response[key]!.label).join(" and ");
}

function notesOn(fit: Fit, { means, by, held, averagedOver }: Grid): string[] {
  const notes: string[] = [];
  if (fit.optim.code !== 0) notes.push(`the fit did not converge: ${fit.optim.message}`);
  for (const name of [...by, ...Object.keys(held)]) {
    const column = fit.data[name]!;
    if (column.kind !== "numeric") continue;
    const seen = column.values.filter((value) => !Number.isNaN(value));
    const low = seen.reduce((a, b) => Math.min(a, b));
    const high = seen.reduce((a, b) => Math.max(a, b));
    const asked = new Set(name in held ? [held[name]!] : means.map(({ cell }) => cell[name]!));
    const outside = [...asked].filter((value) => Number(value) < low || Number(value) > high);
    if (outside.length > 0)
      notes.push(`${name} = ${outside.join(", ")}: outside the data (${low} to ${high})`);
  }
  if (
    means.some(({ estimate, stdError }) => Math.abs(estimate) === Number.POSITIVE_INFINITY && stdError !== 0)
  ) {
    const where = averagedOver.length > 0 ? `, at least at one level of ${averagedOver.join(", ")}` : "";
    notes.push(`estimated at its boundary, without a standard error${where}`);
  }
  if (means.some(({ estimate }) => Number.isNaN(estimate))) {
    notes.push("a mean that depends on coefficients at their boundary cannot be told");
  }
  return notes;
}
