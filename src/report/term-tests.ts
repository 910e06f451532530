import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { coefficientIndices, requireDpar } from "../inference/coefficients";
import { logSdIntercepts } from "../inference/log-sd-intercepts";
import type { TestStatistic } from "../inference/test-basis";
import { type WaldTest, waldTest } from "../inference/wald-test";
import { checkOptions, type OptionKinds } from "../options";
import { formatFixed, formatPValue } from "./format";
import { type Printable, printable } from "./printable";
import { renderText } from "./text-table";

/** Of which dpar terms are tested, and how. */
export interface TermTestsOptions {
  /** default all that have moderators */
  readonly dpar?: string;
  /** "z" (default): chi-squared; "t", "knha", "adhoc": F. After robust() "t" is the default */
  readonly test?: TestStatistic;
}

const TERM_TESTS_OPTIONS: OptionKinds<TermTestsOptions> = {
  dpar: "text",
  test: "text",
};

/** One term of one dpar, or all its moderators together. */
export interface TermTestRow extends Omit<WaldTest, "terms"> {
  /** as the formula has it; "all moderators" for the omnibus test, where a dpar has several terms */
  readonly term: string;
}

/** Wald tests of each term. */
export interface TermTests {
  /** one a term */
  readonly tests: readonly TermTestRow[];
  /** what to know when reading them, a sentence each */
  readonly notes: readonly string[];
}

const ALL = "all moderators";

/**
 * A table of Wald tests: every term of every dpar that has moderators, and all moderators of the dpar together (QM). Each
 * is a test of the term given the others ("type III"), so that beside an interaction the test of a main effect is one at
 * the reference levels or at 0 of its partners: a note says so. A term of cell means of log-SDs (`sigma ~ 0 + habitat`) has
 * no test, as 0 is an SD of 1 there: statistic and pValue are NaN, and a note says what to use. Plain data;
 * `String(...)` gives the table.
 *
 * @throws DrmError "bad_option" for an unknown dpar or one without moderators, or for a model without any; what
 *   waldTest() throws
 */
export function termTests(fit: Fit, options: TermTestsOptions = {}): Printable<TermTests> {
  requireFit("termTests", fit);
  checkOptions("termTests", options, TERM_TESTS_OPTIONS);
  const { dpar, test } = options;
  if (dpar !== undefined) requireDpar(fit, dpar);
  const dpars = Object.keys(fit.designs).filter(
    (key) => (dpar === undefined || key === dpar) && fit.designs[key]!.termLabels.length > 0,
  );
  if (dpars.length === 0) {
    const where = dpar === undefined ? "the model" : dpar;
    throw new DrmError("bad_option", `${where} has no moderators to test`);
  }
  const how = test === undefined ? {} : { test };
  const row = (key: string, term: string, terms: readonly string[]): TermTestRow => {
    const { terms: _, ...tested } = waldTest(fit, { dpar: key, terms, ...how });
    if (terms.some((label) => logSdTerms(fit, key).has(label))) {
      return { term, ...tested, statistic: Number.NaN, pValue: Number.NaN };
    }
    return { term, ...tested };
  };
  const tests = dpars.flatMap((key) => {
    const labels = fit.designs[key]!.termLabels;
    const single = labels.map((label) => row(key, label, [label]));
    return labels.length > 1 ? [...single, row(key, ALL, labels)] : single;
  });
  const notes = dpars.flatMap((key) => [...marginalityNote(fit, key), ...logSdNote(fit, key)]);
  return printable({ tests, notes }, termTestsText);
}

/** Terms of a dpar that hold log-SDs themselves, not differences of them. */
function logSdTerms(fit: Fit, dpar: string): ReadonlySet<string> {
  const { assign, termLabels } = fit.designs[dpar]!;
  const intercepts = logSdIntercepts(fit);
  const own = coefficientIndices(fit, dpar).flatMap((i, j) => (intercepts[i] === 1 ? [assign[j]!] : []));
  return new Set(own.filter((term) => term > 0).map((term) => termLabels[term - 1]!));
}

function logSdNote(fit: Fit, dpar: string): string[] {
  const labels = [...logSdTerms(fit, dpar)];
  if (labels.length === 0) return [];
  const instead = "compare the SDs by contrasts(marginalMeans()), or take the formula with an intercept";
  return [`${dpar}: no test of ${labels.join(", ")}, log-SDs that are 0 where an SD is 1: ${instead}`];
}

function marginalityNote({ designs }: Fit, dpar: string): string[] {
  const parts = designs[dpar]!.termLabels.map((label) => new Set(label.split(":")));
  const main = parts.filter((own) =>
    parts.some((other) => other.size > own.size && [...own].every((part) => other.has(part))),
  );
  if (main.length === 0) return [];
  const names = main.map((own) => [...own].join(":")).join(", ");
  return [
    `${dpar}: ${names} tested at the reference levels or at 0 of the moderators that they interact with`,
  ];
}

function termTestsText({ tests, notes }: TermTests): string {
  const isF = tests.some(({ ddf }) => ddf !== null);
  const table = renderText([
    { header: "dpar", cells: tests.map(({ dpar }) => dpar), align: "left" },
    { header: "term", cells: tests.map(({ term }) => term), align: "left" },
    { header: "test", cells: tests.map(({ ddf }) => (ddf === null ? "chi-squared" : "F")), align: "left" },
    { header: "statistic", cells: tests.map(({ statistic }) => formatFixed(statistic, 3)) },
    { header: "df", cells: tests.map(({ df }) => String(df)) },
    ...(isF ? [{ header: "ddf", cells: tests.map(({ ddf }) => formatDdf(ddf)) }] : []),
    { header: "p_value", cells: tests.map(({ pValue }) => formatPValue(pValue)) },
  ]);
  return [table, ...notes.map((note) => `note: ${note}`)].join("\n");
}

function formatDdf(ddf: number | null): string {
  if (ddf === null) return "";
  return Number.isInteger(ddf) ? String(ddf) : formatFixed(ddf, 2);
}
