import { criticalValue } from "../inference/level";
import { isMoments } from "../method";
import { backTransformedTable } from "./back-transformed";
import { count, formatColumn, formatFixed, formatPValue, limitLabels } from "./format";
import { howWords, limitRange, limitsTitle } from "./limits-line";
import { modelTestLines } from "./model-tests";
import type { ParameterRange } from "./parameter-ranges";
import { printAsZero } from "./rounding";
import type { FitSummary } from "./summary";
import { numberColumn, type ReportTable, tableText } from "./text-table";
import { logSdNotes, whyNoTest } from "./why-no-test";

/** The order is that of R's summaries: model, coefficients, scale parameters, fit statistics. */
export function summaryText(summary: FitSummary): string {
  const { formulas } = summary;
  const header = [titleOf(summary), ...formulas.map((formula) => `  ${formula}`), ...modelLines(summary)];
  const blocks = [header.join("\n"), tableText(coefficientsTable(summary))];
  if (summary.backTransformed !== undefined) {
    const table = backTransformedTable(summary.backTransformed, summary.level);
    blocks.push(`${table.caption}\n${tableText(table)}`);
  }
  if (summary.parameters.length > 0) {
    const table = parameterTable(summary);
    blocks.push(`${table.caption}:\n${tableText(table)}`);
  }
  const testLines = modelTestLines(summary, whyNoTest(summary));
  if (testLines.length > 0) blocks.push(testLines.join("\n"));
  blocks.push(footerLines(summary).join("\n"));
  return blocks.join("\n\n");
}

/** Without known sampling variances it is no meta-analysis. */
function titleOf({ family, method, knownV }: Pick<FitSummary, "family" | "method" | "knownV">): string {
  if (knownV.kind === "none") {
    const model = family === "gaussian" ? "Gaussian model" : "Bivariate Gaussian model";
    return `${model} without sampling variances, by distributional regression, ${method}`;
  }
  const outcomes = family === "gaussian" ? "Meta-analysis" : "Bivariate meta-analysis";
  return `${outcomes} by distributional regression, ${method}`;
}

function modelLines(summary: FitSummary): string[] {
  const { knownV, random, notes } = summary;
  const upTo = knownV.multipliers.length === 0 ? "" : `, known up to ${knownV.multipliers.join(" and ")}`;
  const lines = [`Known sampling covariance: ${knownVText(knownV)}${upTo}`];
  const isSlope = ({ term, within }: (typeof random)[number]) => term !== "(Intercept)" && !within;
  const slopes = random.filter(isSlope);
  const cells = random.filter(({ within }) => within);
  const intercepts = random.filter((one) => !isSlope(one) && !one.within);
  if (intercepts.length > 0) lines.push(`Random intercepts: ${randomText(intercepts, summary)}`);
  if (slopes.length > 0) lines.push(`Random slopes: ${randomText(slopes, summary)}`);
  if (cells.length > 0) lines.push(`Random effects of levels: ${randomText(cells, summary)}`);
  return [...lines, ...notes];
}

function knownVText({ kind, label, clusters, largestCluster }: FitSummary["knownV"]): string {
  if (kind === "none") return "none";
  if (kind === "diagonal") return `${label} (diagonal)`;
  return `${label} (${kind}, ${count(clusters, "cluster")} of up to ${count(largestCluster, "row")})`;
}

/** "study (40 levels), bmi by study (40 levels)"; by the dpar of the SD where two outcomes have it. */
function randomText(random: FitSummary["random"], { responses }: FitSummary): string {
  const nameOf = ({ group, term }: FitSummary["random"][number]) =>
    term === "(Intercept)" ? group : `${term} by ${group}`;
  return random
    .map((one) => `${responses.length > 1 ? one.dpar : nameOf(one)} (${count(one.levels, "level")})`)
    .join(", ");
}

function coefficientsTable(summary: FitSummary): ReportTable {
  const { coefficients, level, test } = summary;
  const [low, high] = limitLabels(level);
  type Pick = (row: FitSummary["coefficients"][number]) => number;
  const column = (header: string, pick: Pick, format: (values: readonly number[]) => string[]) =>
    numberColumn(header, coefficients.map(pick), format);
  const significant = (values: readonly number[]) => formatColumn(values);
  const limits = (values: readonly number[]) => formatColumn(values, 5);
  const zero = printAsZero(coefficients);
  const zeroed = (values: readonly number[]) => values.map((value, i) => (zero[i] ? 0 : value));
  const atBoundary = coefficients.filter((row) => row.atBoundary).map(({ name }) => name);
  const notes = testNotes(summary);
  if (atBoundary.length > 0)
    notes.push(`At the boundary, without a standard error: ${atBoundary.join(", ")}`);
  const certain = coefficients.filter((row) => row.stdError === 0).map(({ name }) => name);
  if (certain.length > 0) {
    const which = summary.robust === null ? "Knapp-Hartung factor" : "Robust variance";
    notes.push(`${which} 0, so no test or limits: ${certain.join(", ")}`);
  }
  for (const note of limitNotes(summary)) notes.push(note);
  for (const note of logSdNotes(summary)) notes.push(note);
  return {
    caption: `${titleOf(summary)}: coefficients, link scale`,
    columns: [
      { header: "", cells: coefficients.map(({ name }) => name), align: "left", name: "coefficient" },
      column(
        "estimate",
        (row) => row.estimate,
        (values) => significant(zeroed(values)),
      ),
      column("std_error", (row) => row.stdError, significant),
      column(
        test === "z" ? "z" : "t",
        (row) => row.statistic,
        (values) => values.map((statistic, i) => formatFixed(zero[i] && statistic < 0 ? 0 : statistic, 3)),
      ),
      ...(test === "z"
        ? []
        : [
            column(
              "df",
              (row) => row.df,
              (values) => values.map(formatDf),
            ),
          ]),
      column(
        "p_value",
        (row) => row.pValue,
        (values) => values.map(formatPValue),
      ),
      column(low, (row) => row.lower, limits),
      column(high, (row) => row.upper, limits),
    ],
    notes,
  };
}

/** Whole numbers as they are; those of Satterthwaite with two decimals. */
function formatDf(df: number): string {
  return Number.isInteger(df) ? String(df) : formatFixed(df, 2);
}

/** Which errors and which test, unless they are the usual ones. */
function testNotes({ test, factor, robust }: FitSummary): string[] {
  const notes: string[] = [];
  if (robust !== null) {
    const by = robust.cluster === "" ? "" : ` by ${robust.cluster}`;
    notes.push(
      `Cluster-robust errors of the location: ${robust.type}${by}, ${count(robust.clusters, "cluster")}`,
    );
    const own = robust.type === "CR2" ? "Satterthwaite's df" : "clusters minus coefficients as df";
    if (test === "t") notes.push(`Tests: t with ${own}`);
  } else if (test === "t") {
    notes.push("Tests: t with residual df");
  } else if (factor !== null) {
    const name = test === "knha" ? "Knapp-Hartung" : "Knapp-Hartung, never shrinking";
    notes.push(`Tests: ${name}, location variances times ${formatFixed(factor, 4)}, t with residual df`);
  }
  return notes;
}

/** How the limits were found, and that the choice of test and of errors is one for the location. */
function limitNotes(summary: FitSummary): string[] {
  const { test, robust, confint, coefficients, level, parameters } = summary;
  const estimated = new Set(coefficients.map(({ dpar }) => dpar));
  const scale = parameters.map(({ dpar }) => dpar).filter((dpar) => estimated.has(dpar));
  const apart = (test !== "z" || robust !== null) && scale.length > 0;
  const quantile = test === "z" ? criticalValue(level).toFixed(2) : "quantile of t *";
  return [
    ...(confint === "wald" ? [`Limits: Wald, estimate -+ ${quantile} std_error`] : profileNotes(summary)),
    ...(apart ? [`Coefficients of ${scale.join(", ")}: z, with the model's own errors`] : []),
  ];
}

/** That the limits are of likelihood ratios, and which are infinite or were not found. */
function profileNotes({ method, coefficients }: FitSummary): string[] {
  const notes = [`Limits by ${howWords(isMoments(method) ? "Q-profile" : "profile")}`];
  for (const { name, status } of coefficients) {
    if (status !== undefined && status !== "ok") notes.push(`  ${name}: ${status}`);
  }
  return notes;
}

function parameterTable(summary: FitSummary): ReportTable {
  const { parameters } = summary;
  const column = (header: string, pick: (row: ParameterRange) => number) =>
    numberColumn(header, parameters.map(pick), (values) => formatColumn(values));
  return {
    caption: "Distributional, random-effect, scale, and correlation parameters",
    columns: [
      { header: "", cells: parameters.map(({ name }) => name), align: "left", name: "parameter" },
      { header: "component", cells: parameters.map(({ component }) => component) },
      { header: "dpar", cells: parameters.map(({ dpar }) => dpar) },
      { header: "term", cells: parameters.map(({ term }) => term) },
      column("estimate", ({ estimate }) => estimate),
      column("minimum", ({ minimum }) => minimum),
      column("maximum", ({ maximum }) => maximum),
      { header: "scale", cells: parameters.map(({ scale }) => scale) },
    ],
    notes: parameterLimits(summary),
  };
}

/** "95 % limits by profile likelihood: sigma 0.0469 to 0.3255, sd(study) 0.2388 to 0.6927", of what is the same in all rows. */
function parameterLimits({ parameters, level, scaleConfint }: FitSummary): string[] {
  const known = parameters.filter(({ lower, upper }) => !Number.isNaN(lower) || !Number.isNaN(upper));
  if (known.length === 0) return [];
  const ranges = known.map(({ dpar, lower, upper }) => `${dpar} ${limitRange(lower, upper)}`);
  return [`${limitsTitle(level, scaleConfint)}: ${ranges.join(", ")}`];
}

/** Coefficients with the model above and what belongs below them, the means on another scale, then the scale parameters. */
export function summaryTables(summary: FitSummary): ReportTable[] {
  const coefficients = coefficientsTable(summary);
  const { formulas } = summary;
  const notes = [
    ...coefficients.notes,
    ...formulas,
    ...modelLines(summary),
    ...modelTestLines(summary, whyNoTest(summary)),
    ...footerLines(summary),
  ];
  return [
    { ...coefficients, notes },
    ...(summary.backTransformed === undefined
      ? []
      : [backTransformedTable(summary.backTransformed, summary.level)]),
    ...(summary.parameters.length === 0 ? [] : [parameterTable(summary)]),
  ];
}

function footerLines(summary: FitSummary): string[] {
  const { df, nobs, dropped, convergence, family } = summary;
  const lines = [
    `logLik: ${formatFixed(summary.logLik, 2)}`,
    `AIC: ${formatFixed(summary.aic, 2)}  BIC: ${formatFixed(summary.bic, 2)}  AICc: ${formatFixed(summary.aicc, 2)}`,
    `df: ${df}  nobs: ${family === "gaussian" ? nobs : count(nobs, "study")}`,
  ];
  const onlyOne = onlyOneText(summary);
  if (onlyOne !== "") lines.push(onlyOne);
  if (dropped.count > 0) lines.push(`dropped rows: ${droppedText(dropped)}`);
  const message = convergence.code === 0 ? "" : ` (${convergence.message})`;
  lines.push(`convergence: ${convergence.code}${message}`);
  return lines;
}

/** "one outcome only: y1 in 12 studies, y2 in 3 studies"; "" when every study has both. */
function onlyOneText({ outcomes, responses }: FitSummary): string {
  if (outcomes === null || outcomes.onlyFirst + outcomes.onlySecond === 0) return "";
  const only = (n: number, response: string) => (n === 0 ? [] : [`${response} in ${count(n, "study")}`]);
  const parts = [...only(outcomes.onlyFirst, responses[0]), ...only(outcomes.onlySecond, responses[1])];
  return `one outcome only: ${parts.join(", ")}`;
}

const ROWS_LISTED = 10;

/** "3 (missing yi: 2, duration: 1; rows 4, 17, 80)". */
export function droppedText({ count: total, byColumn, rows }: FitSummary["dropped"]): string {
  const reasons = Object.entries(byColumn).map(([column, n]) => `${column}: ${n}`);
  const listed = rows.slice(0, ROWS_LISTED).map(({ row }) => row);
  const more = rows.length > ROWS_LISTED ? ", ..." : "";
  return `${total} (missing ${reasons.join(", ")}; rows ${listed.join(", ")}${more})`;
}
