import { DrmError } from "../errors";
import { isSd } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { requireSameData, whyNotNested } from "../inference/nested";
import { outcomesOf } from "../inference/outcomes";
import { residualDf } from "../inference/residual-df";
import { withoutModerators } from "../inference/without-moderators";
import { formatColumn, formatFixed } from "./format";
import { outcomeColumn } from "./outcome-column";
import { percentExplained } from "./percent-explained";
import { type Printable, printableTable } from "./printable";
import { numberColumn, type ReportTable } from "./text-table";
import { varianceShares } from "./variance-shares";

/** What the moderators explain of one variance. */
export interface ExplainedVariance {
  /** "mu", or "mu1" / "mu2" */
  readonly outcome: string;
  /** "total", the sum of the others; "sigma"; "sd(study)" */
  readonly source: string;
  /** variance of the true effects in the reduced model, averaged over the rows where it has moderators */
  readonly reduced: number;
  /** in the full model */
  readonly full: number;
  /** percent, at least 0; NaN when the reduced model has no such variance, or the full one no residual degrees of freedom */
  readonly r2: number;
}

/** Heterogeneity that moderators explain, variance by variance. */
export interface R2 {
  /** one a source of heterogeneity */
  readonly variances: readonly ExplainedVariance[];
  /** what to know when reading them, a sentence each */
  readonly notes: readonly string[];
}

/**
 * R2, the percentage of the heterogeneity that moderators of the mean explain (Raudenbush 2009, in The Handbook of
 * Research Synthesis and Meta-Analysis, 2nd ed., chapter 16; as metafor reports it):
 *
 *   R2 = 100 (tau2_reduced - tau2) / tau2_reduced, at least 0
 *
 * tau2 is sigma^2 plus the variances of the random intercepts, and each of them is compared too; where an SD has
 * moderators its square is averaged over the rows (heterogeneity() with `by` and `reduced` compares group by group).
 * The variances are estimates: with few studies R2 is very uncertain. Plain data; `String(...)` gives the table.
 *
 * @param reduced a fit of the same data with fewer moderators; by default the fit without moderators of the mean and all
 *   else the same is made
 * @throws DrmError "bad_option" when the mean has no moderators, `reduced` is of other data, of another method or not a
 *   special case of `fit`, or there is no estimated heterogeneity (sigma held at a value)
 */
export function r2(fit: Fit, reduced?: Fit): Printable<R2> {
  requireFit("r2", fit);
  if (reduced !== undefined) requireFit("r2", reduced);
  return r2Of(fit, reduced ?? withoutModerators(fit));
}

function r2Of(fit: Fit, reduced: Fit): Printable<R2> {
  requireSameData(fit, reduced);
  const why = whyNotNested(reduced, fit);
  if (why !== null) throw new DrmError("bad_option", `reduced is not a special case of the fit: ${why}`);
  const full = partsOf(fit);
  const before = partsOf(reduced);
  const variances = outcomesOf(fit).flatMap(({ location }) => {
    const own = full.filter(({ outcome }) => outcome === location);
    const other = before.filter(({ outcome }) => outcome === location);
    const estimated = own.filter(({ source }) => fit.fixed[source] === undefined);
    if (estimated.length === 0) {
      const held = own.map(({ source }) => source).join(" and ");
      throw new DrmError(
        "bad_option",
        `${held} is held at a value: there is no estimated heterogeneity to explain`,
      );
    }
    const sources = [...new Set([...own, ...other].map(({ source }) => source))];
    const variance = (parts: readonly Part[], source: string) =>
      parts.reduce((sum, one) => (source === "total" || one.source === source ? sum + one.variance : sum), 0);
    return (sources.length > 1 ? ["total", ...sources] : sources).map((source): ExplainedVariance => {
      const [a, b] = [variance(other, source), variance(own, source)];
      const explained = residualDf(fit, location) > 0 ? percentExplained(a, b) : Number.NaN;
      return { outcome: location, source, reduced: a, full: b, r2: explained };
    });
  });
  return printableTable({ variances, notes: notesOn(fit, reduced) }, r2Table);
}

interface Part {
  readonly outcome: string;
  readonly source: string;
  readonly variance: number;
}

function partsOf(fit: Fit): Part[] {
  return varianceShares(fit).groups.flatMap(({ outcome, parts }) =>
    parts
      .filter(({ part }) => part !== "sampling")
      .map(({ source, variance }) => ({ outcome, source, variance })),
  );
}

function notesOn(fit: Fit, reduced: Fit): string[] {
  const notes: string[] = [];
  for (const [name, one] of [["the fit", fit] as const, ["the reduced fit", reduced] as const]) {
    if (one.optim.code !== 0) notes.push(`${name} did not converge: ${one.optim.message}`);
  }
  const saturated = outcomesOf(fit).filter(({ location }) => residualDf(fit, location) <= 0);
  for (const { location } of saturated) {
    notes.push(
      `${location} has as many coefficients as effect sizes: what is left of tau2 is not an estimate`,
    );
  }
  const sds = fit.dpars.filter(isSd).map(({ key }) => key);
  const varying = sds.filter((dpar) => (fit.designs[dpar]?.termLabels.length ?? 0) > 0);
  if (varying.length > 0)
    notes.push(`${varying.join(" and ")} with moderators: squares averaged over the rows`);
  return notes;
}

function r2Table({ variances, notes }: R2): ReportTable {
  const significant = (values: readonly number[]) => formatColumn(values);
  const percent = (values: readonly number[]) => values.map((value) => formatFixed(value, 2));
  return {
    caption: "Heterogeneity explained by moderators (R2, percent)",
    columns: [
      ...outcomeColumn(variances),
      { header: "source", cells: variances.map(({ source }) => source), align: "left" },
      numberColumn(
        "tau2_reduced",
        variances.map((row) => row.reduced),
        significant,
      ),
      numberColumn(
        "tau2",
        variances.map(({ full }) => full),
        significant,
      ),
      numberColumn(
        "R2",
        variances.map((row) => row.r2),
        percent,
      ),
    ],
    notes: notes.map((note) => `note: ${note}`),
  };
}
