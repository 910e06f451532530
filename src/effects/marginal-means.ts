import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { coefficientIndices, requireDpar } from "../inference/coefficients";
import { criticalValue } from "../inference/level";
import { type Link, linkOf } from "../inference/links";
import { type TestStatistic, testBasis } from "../inference/test-basis";
import { checkOptions, type OptionKinds } from "../options";
import { type Printable, printable } from "../report/printable";
import { tableText } from "../report/text-table";
import { estimatedGrid, type Grid, heldGrid } from "./averaging";
import { meansTable } from "./effects-table";
import { covarianceOf, criticalFor, isSatterthwaite } from "./mean-errors";
import type { Held, Level } from "./reference-grid";

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
  /** errors and degrees of freedom, as in summary(): "z" by default, "t" for a fit from robust() */
  readonly test?: TestStatistic;
}

const MARGINAL_MEANS_OPTIONS: OptionKinds<MarginalMeansOptions> = {
  by: "texts",
  dpar: "text",
  at: "object",
  scale: "text",
  level: "number",
  weights: "text",
  test: "text",
};

/** One mean. Numbers are on the scale asked for; NaN where they do not exist. */
export interface MarginalMean {
  /** the levels of the `by` moderators that this mean is for */
  readonly at: Readonly<Record<string, Level>>;
  readonly estimate: number;
  readonly stdError: number;
  readonly lower: number;
  readonly upper: number;
  /** degrees of freedom of the limits' t distribution; Infinity is the normal distribution */
  readonly df: number;
  /** on the link scale */
  readonly linkEstimate: number;
}

export interface MarginalMeans {
  readonly dpar: string;
  /** what the dpar is about: "yi", or the outcome's name */
  readonly response: string;
  readonly link: Link["name"];
  readonly scale: "response" | "link";
  readonly level: number;
  readonly weights: "equal" | "proportional";
  readonly by: readonly string[];
  readonly means: readonly MarginalMean[];
  /** factors over whose levels the means are averages */
  readonly averagedOver: readonly string[];
  /** moderators held at one value */
  readonly held: Readonly<Record<string, Level>>;
  readonly notes: readonly string[];
  readonly test: TestStatistic;
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
 * transformed from the link scale; for rho12 likewise. The means of a fit with random intercepts are the population's.
 * An SD at its boundary is 0 without a standard error. With `test` "t" or "knha" limits are of a t distribution, with the smallest
 * degrees of freedom of the coefficients concerned, or Satterthwaite's for CR2 robust errors. Plain data; `String(...)` gives the table.
 *
 * @throws DrmError "bad_option" for an unknown dpar, moderator, level or option, a number in `by` without values in
 *   `at`, or a grid of more than 50,000 cells; what testBasis() throws
 */
export function marginalMeans(fit: Fit, options: MarginalMeansOptions = {}): Printable<MarginalMeans> {
  requireFit("marginalMeans", fit);
  checkOptions("marginalMeans", options, MARGINAL_MEANS_OPTIONS);
  const { dpar = fit.family === "gaussian" ? "mu" : "mu1", at = {}, level = 0.95 } = options;
  const { scale = "response", weights = "equal" } = options;
  requireDpar(fit, dpar);
  criticalValue(level); // checks the level
  const basis = testBasis(fit, options.test);
  requireOneOf("scale", scale, ["response", "link"]);
  requireOneOf("weights", weights, ["equal", "proportional"]);
  const by = [options.by ?? []].flat();
  const link = linkOf(dpar);
  const grid =
    dpar in fit.fixed ? heldGrid(fit, dpar, by, at) : estimatedGrid(fit, dpar, basis, by, at, weights);
  const means = grid.means.map(({ cell, eta, se, df }): MarginalMean => {
    const critical = criticalFor(level, df);
    const linkLimits = { lower: eta - critical * se, upper: eta + critical * se };
    const { lower, upper } = se === 0 ? { lower: eta, upper: eta } : linkLimits;
    const own = { at: cell, df, linkEstimate: eta };
    if (scale === "link") return { ...own, estimate: eta, stdError: se, lower, upper };
    return {
      ...own,
      estimate: link.response(eta),
      stdError: link.derivative(eta) * se,
      lower: link.response(lower),
      upper: link.response(upper),
    };
  });
  const indices = coefficientIndices(fit, dpar);
  const data: MarginalMeans = {
    dpar,
    response: responseOf(fit, dpar),
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
    linfct: grid.means.map(({ weights: l }) => [...l]),
    coefficients: indices.map((i) => fit.coefficients[i]!.estimate),
    vcov: covarianceOf(fit, dpar, basis),
    df: indices.map((i) => basis.df[i]!),
    satterthwaite: isSatterthwaite(fit, dpar, basis),
  };
  return printable(
    data,
    (own) => `${meansTable(own).caption}\n${tableText(meansTable(own))}`,
    (own) => [meansTable(own)],
  );
}

function requireOneOf(option: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  const wanted = known.map((one) => `"${one}"`).join(" or ");
  throw new DrmError("bad_option", `${option} '${value}': wanted ${wanted}`);
}

/** "yi" for mu, sigma and sd(study); "y1" for mu1; "y1 and y2" for rho12. */
function responseOf(fit: Fit, dpar: string): string {
  const labels = Object.values(fit.response).map(({ label }) => label);
  if (dpar === "rho12") return labels.join(" and ");
  const outcome = /^(?:mu|sigma|sd)2/.test(dpar) ? 1 : 0;
  return labels[outcome]!;
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
  if (means.some(({ eta, se }) => Math.abs(eta) === Number.POSITIVE_INFINITY && se !== 0)) {
    const where = averagedOver.length > 0 ? `, at least at one level of ${averagedOver.join(", ")}` : "";
    notes.push(`estimated at its boundary, without a standard error${where}`);
  }
  if (means.some(({ eta }) => Number.isNaN(eta))) {
    notes.push("a mean that depends on coefficients at their boundary cannot be told");
  }
  return notes;
}
