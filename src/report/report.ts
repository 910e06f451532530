import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { coefficientTable } from "../inference/coefficient-table";
import { outcomesOf } from "../inference/outcomes";
import { type TestStatistic, testBasis } from "../inference/test-basis";
import { checkOptions, type OptionKinds } from "../options";
import { type BackTransform, backTransform } from "../stats/back-transforms";
import { checkDrm } from "./checks/check-drm";
import { modelTests } from "./model-tests";
import { printAsZero } from "./rounding";
import { heterogeneitySentences } from "./words/heterogeneity-words";
import { meanSentences } from "./words/mean-words";
import { modelSentences } from "./words/model-words";

/** Of the intervals and tests in the words. */
export interface ReportOptions {
  /** confidence level of the intervals, default 0.95 */
  readonly level?: number;
  /** tests and intervals, as in summary(); default "z" */
  readonly test?: TestStatistic;
  /** says the means on another scale too: "exp", "expit", "tanh", "ipft", ...; default none */
  readonly transform?: BackTransform | undefined;
  /** for "ipft" and "iirft": the harmonic mean of the studies' sample sizes or person-times */
  readonly sampleSize?: number | undefined;
  /** adds a paragraph on small-study effects and publication bias: what bias() of drmeta/bias gives of the same fit */
  readonly bias?: {
    /** what the methods found, in words */
    readonly sentences: readonly string[];
  };
}

const REPORT_OPTIONS: OptionKinds<ReportOptions> = {
  level: "number",
  test: "text",
  transform: "text",
  sampleSize: "number",
  bias: "object",
};

/**
 * The fit in words, plain text for a results section: what was fitted to what and what was left out, the mean (with
 * interval, prediction interval and moderators), the heterogeneity (SDs, ratios of SDs, I2, Q, correlation), publication bias where
 * `bias` is given, and the checks that want attention. A paragraph a line, an empty line between them. A fit that did not converge says so first.
 *
 * Estimates are described, not explained: differences and ratios between studies, whether an interval includes 0 (or a
 * ratio of 1), p-values as they are. Limits of means, differences and ratios are those of the coefficients, Wald's by the
 * test; those of SDs, correlations, tau^2 and I^2 are by profile likelihood, or Wald's where profiles would take over a
 * second, and say which.
 * Throws DrmError("bad_option") for a level outside (0, 1), and what testBasis() throws.
 */
export function report(fit: Fit, options: ReportOptions = {}): string {
  requireFit("report", fit);
  checkOptions("report", options, REPORT_OPTIONS);
  const { level = 0.95, test } = options;
  const back = backTransform("report", options);
  const basis = testBasis(fit, test);
  const estimated = coefficientTable(fit, level, "wald", test);
  const zero = printAsZero(estimated);
  const rows = estimated.map((row, i) => {
    if (!zero[i]) return row;
    return { ...row, estimate: 0, statistic: Number.isNaN(row.statistic) ? row.statistic : 0 };
  });
  const tests = modelTests(fit, basis.test, level);
  const { code, message } = fit.optim;
  const failed = `The fit did not converge (${sentenceless(message)}): the numbers below are where the search stopped, not estimates to report.`;
  const paragraphs = [
    code === 0 ? [] : [failed],
    modelSentences(fit, basis),
    ...outcomesOf(fit).map((outcome) => meanSentences(fit, outcome, rows, tests, level, basis.test, back)),
    heterogeneitySentences(fit, rows, tests, level),
    options.bias?.sentences ?? [],
    caveats(fit),
  ];
  return paragraphs
    .filter((sentences) => sentences.length > 0)
    .map((sentences) => sentences.join(" "))
    .join("\n\n");
}

/** Warnings and errors of checkDrm(), but for convergence, which comes first. */
function caveats(fit: Fit): string[] {
  const found = checkDrm(fit).filter(({ check, status }) => {
    return (status === "warning" || status === "error") && !check.startsWith("optimizer_");
  });
  return found.map(({ check, message }) => `Check ${check}: ${sentenceless(message)}.`);
}

function sentenceless(message: string): string {
  return message.replace(/\.$/, "");
}
