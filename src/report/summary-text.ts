import { count, formatColumn, formatFixed, formatPValue, limitLabels } from "./format";
import type { FitSummary } from "./summary";
import { renderText } from "./text-table";

/** The order is that of R's summaries: model, coefficients, scale parameters, fit statistics. */
export function summaryText(summary: FitSummary): string {
  const blocks = [header(summary), coefficientBlock(summary)];
  if (summary.parameters.length > 0) blocks.push(parameterBlock(summary));
  blocks.push(footer(summary));
  return blocks.join("\n\n");
}

function header({ formulas, family, method, knownV, random }: FitSummary): string {
  const outcomes = family === "gaussian" ? "Meta-analysis" : "Bivariate meta-analysis";
  const lines = [`${outcomes} by distributional regression, ${method}`];
  for (const formula of formulas) lines.push(`  ${formula}`);
  lines.push(`Known sampling covariance: ${knownVText(knownV)}`);
  if (random.length > 0) lines.push(`Random intercepts: ${randomText(random)}`);
  return lines.join("\n");
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

function coefficientBlock(summary: FitSummary): string {
  const { coefficients, level, confint, test } = summary;
  const [low, high] = limitLabels(level);
  const column = (pick: (row: FitSummary["coefficients"][number]) => number, digits?: number) =>
    formatColumn(coefficients.map(pick), digits);
  const table = renderText([
    { header: "", cells: coefficients.map(({ name }) => name), align: "left" },
    { header: "estimate", cells: column((row) => row.estimate) },
    { header: "std_error", cells: column((row) => row.stdError) },
    {
      header: test === "z" ? "z" : "t",
      cells: coefficients.map(({ statistic }) => formatFixed(statistic, 3)),
    },
    ...(test === "z" ? [] : [{ header: "df", cells: coefficients.map(({ df }) => formatDf(df)) }]),
    { header: "p_value", cells: coefficients.map(({ pValue }) => formatPValue(pValue)) },
    { header: low, cells: column((row) => row.lower, 5) },
    { header: high, cells: column((row) => row.upper, 5) },
  ]);
  const atBoundary = coefficients.filter((row) => row.atBoundary).map(({ name }) => name);
  const lines = [table, ...testNotes(summary)];
  if (atBoundary.length > 0)
    lines.push(`At the boundary, without a standard error: ${atBoundary.join(", ")}`);
  if (confint === "profile") lines.push(...profileNotes(coefficients));
  return lines.join("\n");
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

function parameterBlock({ parameters }: FitSummary): string {
  const table = renderText([
    { header: "", cells: parameters.map(({ name }) => name), align: "left" },
    { header: "component", cells: parameters.map(({ component }) => component) },
    { header: "dpar", cells: parameters.map(({ dpar }) => dpar) },
    { header: "term", cells: parameters.map(({ term }) => term) },
    { header: "estimate", cells: formatColumn(parameters.map(({ estimate }) => estimate)) },
    { header: "minimum", cells: formatColumn(parameters.map(({ minimum }) => minimum)) },
    { header: "maximum", cells: formatColumn(parameters.map(({ maximum }) => maximum)) },
    { header: "scale", cells: parameters.map(({ scale }) => scale) },
  ]);
  return `Distributional, random-effect, scale, and correlation parameters:\n${table}`;
}

function footer(summary: FitSummary): string {
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
  return lines.join("\n");
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
