// What a fit is asked: all that a reorganisation of src/ could change unseen. An answer is plain data or text.
import type { Fit, UnivariateFit } from "../../src/index";
import type { Model } from "./models";

export type Library = typeof import("../../src/index");

export interface Question {
  readonly name: string;
  /** asked of each so-many-th model, where it costs refits; prime to the number of kinds, so that each kind has its turn */
  readonly every?: number;
  /** and only of fits with at most so many rows */
  readonly rows?: number;
  readonly ask: (library: Library, fit: Fit, model: Model) => unknown;
}

type Columns = Readonly<Record<string, readonly (number | string | null)[]>>;

/** All models and cases have columns. */
function columnsOf({ options }: Model): Columns {
  return options.data as Columns;
}

const MOST_NEW_ROWS = 5;

/** The first rows without a gap, as new data. */
function newData(model: Model): Columns {
  const columns = Object.entries(columnsOf(model));
  const rows = columns[0]![1].map((_, row) => row);
  const whole = rows
    .filter((row) => columns.every(([, cells]) => cells[row] !== null))
    .slice(0, MOST_NEW_ROWS);
  return Object.fromEntries(columns.map(([name, cells]) => [name, whole.map((row) => cells[row]!)]));
}

function textColumns(model: Model): string[] {
  return Object.entries(columnsOf(model)).flatMap(([name, cells]) =>
    typeof cells.find((cell) => cell !== null) === "string" ? [name] : [],
  );
}

function locations(fit: Fit): string[] {
  return fit.family === "gaussian" ? ["mu"] : ["mu1", "mu2"];
}

/** Clusters for robust errors: the outermost grouping of the random models, or pairs of rows. */
function clusterOf(model: Model): string | string[] {
  const columns = columnsOf(model);
  const outermost = ["d", "s"].find((name) => name in columns);
  return outermost ?? Object.values(columns)[0]!.map((_, row) => `c${Math.floor(row / 2)}`);
}

/** An answer for each of some names; one that throws is the answer of its name. */
function each(names: readonly string[], ask: (name: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, answer(() => ask(name))]));
}

/** What a question gives: its value, or the code and the message of what it throws. */
export function answer(ask: () => unknown): unknown {
  try {
    return ask();
  } catch (error) {
    const { name, code, message } = error as Error & { readonly code?: unknown };
    return { threw: name, code, message };
  }
}

/** A refit for each row, or some for each limit: of more rows they would take most of the time. */
const REFITTED_ROWS = 30;

export const QUESTIONS: readonly Question[] = [
  {
    name: "toJSON",
    ask: ({ toJSON }, fit) => toJSON(fit, { fitted: true, checks: true }),
  },
  // what a saved file holds, and what a reopened fit then says
  { name: "state", ask: ({ toJSON }, fit) => toJSON(fit, { full: true }).fit },
  {
    name: "reopened",
    ask: ({ toJSON, fromJSON }, fit) => toJSON(fromJSON(JSON.stringify(toJSON(fit, { full: true })))),
  },
  {
    name: "summary",
    ask: ({ summary }, fit) => String(summary(fit)),
  },
  {
    name: "report",
    every: 5,
    rows: REFITTED_ROWS,
    ask: ({ report, summary }, fit) => ({
      report: report(fit),
      ...each(["t", "knha"], (test) => String(summary(fit, { test: test as "t" }))),
    }),
  },
  {
    name: "coefficients",
    ask: ({ confint, tidy, glance, termTests, qTest }, fit) => ({
      confint: confint(fit),
      t: answer(() => confint(fit, { test: "t" })),
      tidy: tidy(fit, { conf_int: true }),
      glance: answer(() => glance(fit)),
      terms: answer(() => termTests(fit)),
      q: answer(() => qTest(fit)),
    }),
  },
  { name: "checkDrm", ask: ({ checkDrm }, fit) => [checkDrm(fit), String(checkDrm(fit))] },
  { name: "ranef", ask: ({ ranef }, fit) => ranef(fit) },
  {
    name: "residuals",
    ask: ({ residuals, hatvalues, augment }, fit) => ({
      ...each(["response", "pearson", "rstandard"], (type) => residuals(fit, { type: type as "pearson" })),
      hat: answer(() => hatvalues(fit)),
      augment: answer(() => augment(fit)),
    }),
  },
  {
    name: "rstudent",
    every: 17,
    rows: REFITTED_ROWS,
    ask: ({ residuals }, fit) => residuals(fit as UnivariateFit, { type: "rstudent" }),
  },
  {
    name: "fitted",
    ask: ({ dparKeys, fitted, sigma, rho12, residualCovariance }, fit) => ({
      ...each(dparKeys(fit), (dpar) => fitted(fit, dpar)),
      sds: answer(() => sigma(fit as UnivariateFit)),
      correlations: answer(() => rho12(fit)),
      covariance: answer(() => residualCovariance(fit)),
    }),
  },
  {
    name: "predict",
    ask: ({ predict, predictionInterval, dparKeys }, fit, model) => ({
      rows: answer(() => predict(fit)),
      new: answer(() => predict(fit, newData(model))),
      known: answer(() => predict(fit, newData(model), { groups: "known" })),
      knha: answer(() => predict(fit, newData(model), { test: "knha" })),
      ...each(dparKeys(fit), (dpar) => predict(fit, newData(model), { dpar, type: "link" })),
      intervals: each(locations(fit), (dpar) => predictionInterval(fit, newData(model), { dpar })),
    }),
  },
  {
    name: "simulate",
    ask: ({ simulate }, fit) => answer(() => simulate(fit as UnivariateFit, 2, { seed: 20 })),
  },
  {
    name: "robust",
    ask: ({ robust, summary, coefficientTable }, fit, model) => {
      const type = model.number % 2 === 0 ? "CR2" : "CR1";
      const sandwich = robust(fit, { cluster: clusterOf(model), data: model.options.data, type });
      return [coefficientTable(sandwich), String(summary(sandwich))];
    },
  },
  {
    name: "marginalMeans",
    ask: ({ marginalMeans, contrasts, dparKeys }, fit, model) => ({
      ...each(dparKeys(fit), (dpar) => marginalMeans(fit, { dpar, confint: "wald" })),
      by: each(textColumns(model), (by) => {
        const means = marginalMeans(fit, { by });
        return [means, String(means), contrasts(means)];
      }),
    }),
  },
  {
    name: "heterogeneity",
    every: 5,
    rows: REFITTED_ROWS,
    ask: ({ heterogeneity, varianceComponents, varianceShares, scaleIntervals }, fit) => ({
      heterogeneity: answer(() => [heterogeneity(fit), String(heterogeneity(fit))]),
      components: answer(() => [varianceComponents(fit), String(varianceComponents(fit))]),
      shares: answer(() => [varianceShares(fit), String(varianceShares(fit))]),
      scales: answer(() => scaleIntervals(fit, { method: "wald" })),
    }),
  },
  {
    name: "influence",
    every: 23,
    rows: REFITTED_ROWS,
    ask: ({ influence }, fit) => {
      const found = influence(fit, { starts: 1 });
      return [found, String(found)];
    },
  },
  {
    name: "leaveOneOut",
    every: 29,
    rows: REFITTED_ROWS,
    ask: ({ leaveOneOut }, fit) => {
      const found = leaveOneOut(fit, { starts: 1 });
      return [found, String(found)];
    },
  },
  {
    name: "profile",
    every: 31,
    rows: REFITTED_ROWS,
    ask: ({ confint }, fit) => confint(fit, { method: "profile" }),
  },
];
