import { count, formatColumn, formatFixed, formatPValue, limitLabels } from "./format";
import { modelTestLines } from "./model-tests";
import type { ParameterRange } from "./parameter-ranges";
import type { FitSummary } from "./summary";
import { numberColumn, type ReportTable, tableText } from "./text-table";

/** The order is that of R's summaries: model, coefficients, scale parameters, fit statistics. */
export function summaryText(summary: FitSummary): string {
  const { formulas, tests, random } = summary;
  const header = [titleOf(summary), ...formulas.map((formula) => `  ${formula}`), ...modelLines(summary)];
  const blocks = [header.join("\n"), tableText(coefficientsTable(summary))];
  if (summary.parameters.length > 0) {
    const table = parameterTable(summary);
    blocks.push(`${table.caption}:\n${tableText(table)}`);
  }
  const testLines = modelTestLines(tests, random.length);
  if (testLines.length > 0) blocks.push(testLines.join("\n"));
  blocks.push(footerLines(summary).join("\n"));
  return blocks.join("\n\n");
}

function titleOf({ family, method }: Pick<FitSummary, "family" | "method">): string {
  const outcomes = family === "gaussian" ? "Meta-analysis" : "Bivariate meta-analysis";
  return `${outcomes} by distributional regression, ${method}`;
}

function modelLines({ knownV, random }: FitSummary): string[] {
  const lines = [`Known sampling covariance: ${knownVText(knownV)}`];
  if (random.length > 0) lines.push(`Random intercepts: ${randomText(random)}`);
  return lines;
}

function knownVText({ kind, label, clusters, largestCluster }: FitSummary["knownV"]): string {
  if (kind === "none") return "none";
  if (kind === "diagonal") return `${label} (diagonal)`;
  return `${label} (${kind}, ${count(clusters, "cluster")} of up to ${count(largestCluster, "row")})`;
}

/** "study (40 levels), study:outcome (97 levels)"; by the dpar of the SD where two outcomes have it. */
function randomText(random: FitSummary["random"]): string {
  return random
    .map(({ dpar, group, levels }) => `${dpar.startsWith("sd(") ? group : dpar} (${count(levels, "level")})`)
    .join(", ");
}

function coefficientsTable(summary: FitSummary): ReportTable {
  const { coefficients, level, confint, test } = summary;
  const [low, high] = limitLabels(level);
  type Pick = (row: FitSummary["coefficients"][number]) => number;
  const column = (header: string, pick: Pick, format: (values: readonly number[]) => string[]) =>
    numberColumn(header, coefficients.map(pick), format);
  const significant = (values: readonly number[]) => formatColumn(values);
  const limits = (values: readonly number[]) => formatColumn(values, 5);
  const atBoundary = coefficients.filter((row) => row.atBoundary).map(({ name }) => name);
  const notes = testNotes(summary);
  if (atBoundary.length > 0)
    notes.push(`At the boundary, without a standard error: ${atBoundary.join(", ")}`);
  if (confint === "profile") for (const note of profileNotes(coefficients)) notes.push(note);
  return {
    caption: `${titleOf(summary)}: coefficients, link scale`,
    columns: [
      { header: "", cells: coefficients.map(({ name }) => name), align: "left", name: "coefficient" },
      column("estimate", (row) => row.estimate, significant),
      column("std_error", (row) => row.stdError, significant),
      column(
        test === "z" ? "z" : "t",
        (row) => row.statistic,
        (values) => values.map((statistic) => formatFixed(statistic, 3)),
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
    if (test === "t") notes.push(`Tests: t with ${own}; of other coefficients as without robust errors`);
  } else if (test === "t") {
    notes.push("Tests: t with residual df");
  } else if (factor !== null) {
    const name = test === "knha" ? "Knapp-Hartung" : "Knapp-Hartung, never shrinking";
    notes.push(`Tests: ${name}, location variances times ${formatFixed(factor, 4)}, t with residual df`);
  }
  return notes;
}

/** That the limits are of likelihood ratios, and which are infinite or were not found. */
function profileNotes(coefficients: FitSummary["coefficients"]): string[] {
  const notes = ["Limits by profile likelihood"];
  for (const { name, status } of coefficients) {
    if (status !== undefined && status !== "ok") notes.push(`  ${name}: ${status}`);
  }
  return notes;
}

function parameterTable({ parameters }: FitSummary): ReportTable {
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
    notes: [],
  };
}

/** Coefficients with the model above and what belongs below them, then the scale parameters. */
export function summaryTables(summary: FitSummary): ReportTable[] {
  const coefficients = coefficientsTable(summary);
  const { formulas, tests, random } = summary;
  const notes = [
    ...coefficients.notes,
    ...formulas,
    ...modelLines(summary),
    ...modelTestLines(tests, random.length),
    ...footerLines(summary),
  ];
  const tables = [{ ...coefficients, notes }];
  return summary.parameters.length === 0 ? tables : [...tables, parameterTable(summary)];
}

function footerLines(summary: FitSummary): string[] {
  const { df, nobs, dropped, convergence, family } = summary;
  const lines = [
    `logLik: ${formatFixed(summary.logLik, 2)}`,
    `AIC: ${formatFixed(summary.aic, 2)}  BIC: ${formatFixed(summary.bic, 2)}  AICc: ${formatFixed(summary.aicc, 2)}`,
    `df: ${df}  nobs: ${nobs}${family === "gaussian" ? "" : " studies"}`,
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
  const only = (n: number, response: string) =>
    n === 0 ? [] : [`${response} in ${n} ${n === 1 ? "study" : "studies"}`];
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
