import { smallest } from "../data/range";
import { DrmError } from "../errors";
import { isSd, locationsOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { aic, aicc, bic } from "../inference/information-criteria";
import { requireSameData, whyNotNested } from "../inference/nested";
import { isMoments } from "../method";
import { shown } from "../options";
import { chiSquaredUpperTail } from "../stats/chi-squared";
import { count } from "../words";
import { formatFixed, formatPValue } from "./format";
import { type Printable, printable } from "./printable";
import { numberColumn, type ReportTable, renderText, type TableColumn } from "./text-table";

/** A fit's row in a table of models. */
export interface ModelRow {
  /** of the model */
  readonly formulas: readonly string[];
  /** estimated parameters */
  readonly df: number;
  /** log-likelihood (REML: the restricted one) */
  readonly logLik: number;
  /** -2 logLik + 2 df */
  readonly AIC: number;
  /** AIC, corrected for small samples */
  readonly AICc: number;
  /** -2 logLik + log(nobs) df */
  readonly BIC: number;
}

/** Likelihood-ratio test of two nested models. */
export interface Anova {
  /** the model with fewer parameters */
  readonly reduced: ModelRow;
  /** the model with more */
  readonly full: ModelRow;
  /** 2 (logLik of the full model - logLik of the reduced one) */
  readonly statistic: number;
  /** difference in the numbers of parameters */
  readonly df: number;
  /** P(chi-squared(df) > statistic); too large, so conservative, when the null hypothesis is at a boundary */
  readonly pValue: number;
  /** SDs that are 0 under the null hypothesis: "sigma", "sd(study)" */
  readonly boundary: readonly string[];
  /** one SD of one parameter added: half of pValue, 1 for a statistic of 0; else null */
  readonly boundaryPValue: number | null;
  /** what to know when reading the test, a sentence each */
  readonly notes: readonly string[];
}

/** A shortfall of the full model's log-likelihood that rounding does not explain. */
const SHORTFALL = 1e-6;

/**
 * Likelihood-ratio test of nested fits on the same data, in either order. REML fits must have the same location
 * formula: the test is then of the parameters of sigma, sd(group) and rho12, by the restricted likelihood. When the smaller model sets an SD to zero
 * (sigma held at 0, or a random intercept left out), the statistic is not chi-squared under the null hypothesis: for
 * one added SD it is an even mixture of 0 and chi-squared(1), which gives `boundaryPValue` (Self and Liang 1987, Journal
 * of the American Statistical Association 82, 605-610, case 5). Plain data; `String(...)` gives the table.
 *
 * @throws DrmError "bad_option" for fits on different data or by different methods, of as many parameters, or not nested,
 *   for REML fits with different location formulas, and for methods of moments
 */
export function anova(a: Fit, b: Fit): Printable<Anova> {
  requireFit("anova", a);
  if (b === undefined) {
    const advice = "anova(smaller, larger); termTests() tests the terms of one fit";
    throw new DrmError("bad_option", `anova() compares two fits and was given one: ${advice}`);
  }
  requireFit("anova", b);
  requireSameData(a, b);
  requireSameContrasts(a, b);
  if (isMoments(a.method)) {
    const what = `method "${a.method}" solves moments, so that its likelihoods are no maxima and their ratio is no test`;
    throw new DrmError("bad_option", `${what}: see termTests(), or fit both with method "ML" or "REML"`);
  }
  if (a.df === b.df) {
    throw new DrmError(
      "bad_option",
      `both models have ${count(a.df, "parameter")}, so neither is a special case of the other`,
    );
  }
  const [reduced, full] = a.df < b.df ? [a, b] : [b, a];
  const why = whyNotNested(reduced, full);
  if (why !== null) throw new DrmError("bad_option", `the models are not nested: ${why}; see compareFits()`);

  const gain = 2 * (full.logLik - reduced.logLik);
  const df = full.df - reduced.df;
  const statistic = Math.max(0, gain);
  const pValue = chiSquaredUpperTail(statistic, df);
  // a correlation that is never negative has 0 for an end, as an SD
  const sds = full.dpars.filter(
    (dpar) => (isSd(dpar) || dpar.link === "logit") && full.designs[dpar.key] !== undefined,
  );
  const boundary = sds
    .map(({ key }) => key)
    .filter((dpar) => reduced.designs[dpar] === undefined && !(reduced.fixed[dpar]! > 0));
  const oneSd = boundary.length === 1 && df === 1;
  const data: Anova = {
    reduced: modelRow(reduced),
    full: modelRow(full),
    statistic,
    df,
    pValue,
    boundary,
    boundaryPValue: oneSd ? (statistic > 0 ? 0.5 * pValue : 1) : null,
    notes: notesOn(reduced, full, boundary, oneSd, gain),
  };
  return printable(data, anovaText, (own) => [anovaTable(own)]);
}

function notesOn(
  reduced: Fit,
  full: Fit,
  boundary: readonly string[],
  oneSd: boolean,
  gain: number,
): string[] {
  const notes: string[] = [];
  if (boundary.length > 0) {
    const p = oneSd ? "boundaryPValue allows for that" : "the p-value is conservative";
    notes.push(
      `${boundary.join(" and ")} ${boundary.length > 1 ? "are" : "is"} 0 under the null hypothesis: ${p}`,
    );
  }
  if (gain < -SHORTFALL)
    notes.push("the larger model has the lower log-likelihood: its fit missed the maximum");
  for (const fit of [reduced, full]) {
    if (fit.optim.code !== 0) notes.push(`a fit did not converge (${fit.formulas.join("; ")})`);
  }
  return notes;
}

/** A model in the table of compareFits(). */
export interface ComparedFit extends ModelRow {
  /** the name given, or "model 1", ... */
  readonly name: string;
  /** AIC minus the smallest one in the table */
  readonly deltaAIC: number;
}

/**
 * Fits side by side, nested or not, in the order given: an array, or an object whose keys are their names. Plain data, a
 * row a fit in `models`; `String(...)` gives the table.
 *
 * @throws DrmError "bad_option" for no fits, fits on different data, or REML fits with different location designs, whose
 *   restricted likelihoods are of different contrasts
 */
export function compareFits(
  fits: readonly Fit[] | Readonly<Record<string, Fit>>,
): Printable<{ readonly models: readonly ComparedFit[] }> {
  if (typeof fits !== "object" || fits === null) {
    throw new DrmError(
      "bad_option",
      `compareFits() takes an array of fits, or an object of fits by name; it was given ${shown(fits)}`,
    );
  }
  const named: (readonly [string, Fit])[] = Array.isArray(fits)
    ? (fits as readonly Fit[]).map((fit, i) => [`model ${i + 1}`, fit] as const)
    : Object.entries(fits as Readonly<Record<string, Fit>>);
  const first = named[0]?.[1];
  if (first === undefined) throw new DrmError("bad_option", "compareFits() needs at least one fit");
  for (const [, fit] of named) requireFit("compareFits", fit);
  for (const [, fit] of named) {
    requireSameData(first, fit);
    requireSameContrasts(first, fit);
  }
  const best = smallest(named.map(([, fit]) => aic(fit)));
  const models = named.map(([name, fit]) => ({ name, ...modelRow(fit), deltaAIC: aic(fit) - best }));
  return printable({ models }, compareText, (own) => [compareTable(own)]);
}

/**
 * A restricted likelihood is one of contrasts that the location design leaves free, so those of different location
 * designs are of different data. The same design in another coding is no difference.
 */
function requireSameContrasts(a: Fit, b: Fit): void {
  if (a.method !== "REML" || !(spansMore(a, b) || spansMore(b, a))) return;
  const what = "REML fits with different location formulas cannot be compared by their likelihoods";
  throw new DrmError("bad_option", `${what}: fit both again with method: "ML", as update() does`);
}

/** Whether `a` has location columns that are no combination of those of `b`. */
function spansMore(a: Fit, b: Fit): boolean {
  const locationOnly = (fit: Fit): Fit => {
    const designs = Object.fromEntries(locationsOf(fit).map(({ key }) => [key, fit.designs[key]!]));
    return { ...fit, designs, fixed: {} };
  };
  return whyNotNested(locationOnly(a), locationOnly(b)) !== null;
}

function modelRow(fit: Fit): ModelRow {
  const { formulas, df, logLik } = fit;
  return { formulas, df, logLik, AIC: aic(fit), AICc: aicc(fit), BIC: bic(fit) };
}

function modelColumns(names: readonly string[], models: readonly ModelRow[]): TableColumn[] {
  const fixed = (header: string, pick: (row: ModelRow) => number) =>
    numberColumn(header, models.map(pick), (values) => values.map((value) => formatFixed(value, 4)));
  return [
    { header: "", cells: names, align: "left", name: "model" },
    { header: "df", cells: models.map(({ df }) => String(df)), values: models.map(({ df }) => df) },
    fixed("logLik", ({ logLik }) => logLik),
    fixed("AIC", ({ AIC }) => AIC),
    fixed("AICc", ({ AICc }) => AICc),
    fixed("BIC", ({ BIC }) => BIC),
  ];
}

function formulaLines(names: readonly string[], models: readonly ModelRow[]): string[] {
  return models.map((row, i) => `${names[i]}: ${row.formulas.join("; ")}`);
}

const ANOVA_NAMES = ["reduced", "full"];

function anovaText({ reduced, full, statistic, df, pValue, boundaryPValue, notes }: Anova): string {
  const halved =
    boundaryPValue === null ? "" : ` (${formatPValue(boundaryPValue)} with the null at the boundary)`;
  const test = `LRT: chi-squared(${df}) = ${formatFixed(statistic, 4)}, p = ${formatPValue(pValue)}${halved}`;
  return [
    ...formulaLines(ANOVA_NAMES, [reduced, full]),
    renderText(modelColumns(ANOVA_NAMES, [reduced, full])),
    test,
    ...notes.map((note) => `note: ${note}`),
  ].join("\n");
}

/** The test stands in the row of the larger model, as in R. */
function anovaTable({ reduced, full, statistic, df, pValue, boundaryPValue, notes }: Anova): ReportTable {
  const ofFull = (header: string, value: number, cell: string) => {
    return { header, cells: ["", cell], values: [null, value] };
  };
  return {
    caption: "Likelihood-ratio test",
    columns: [
      ...modelColumns(ANOVA_NAMES, [reduced, full]),
      ofFull("LRT", statistic, formatFixed(statistic, 4)),
      ofFull("LRT_df", df, String(df)),
      ofFull("p_value", pValue, formatPValue(pValue)),
      ...(boundaryPValue === null
        ? []
        : [ofFull("p_boundary", boundaryPValue, formatPValue(boundaryPValue))]),
    ],
    notes: [...formulaLines(ANOVA_NAMES, [reduced, full]), ...notes.map((note) => `note: ${note}`)],
  };
}

function compareText({ models }: { readonly models: readonly ComparedFit[] }): string {
  const names = models.map(({ name }) => name);
  return [...formulaLines(names, models), renderText(modelColumns(names, models))].join("\n");
}

function compareTable({ models }: { readonly models: readonly ComparedFit[] }): ReportTable {
  const names = models.map(({ name }) => name);
  const differences = numberColumn(
    "delta_AIC",
    models.map(({ deltaAIC }) => deltaAIC),
    (values) => values.map((value) => formatFixed(value, 4)),
  );
  return {
    caption: "Models",
    columns: [...modelColumns(names, models), differences],
    notes: formulaLines(names, models),
  };
}
