import type { DroppedRows, Fit, RobustErrors } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { type CoefficientRow, coefficientTable, type IntervalMethod } from "../inference/coefficient-table";
import { aic, aicc, bic } from "../inference/information-criteria";
import { type OutcomeCounts, outcomeCounts } from "../inference/outcomes";
import { type TestStatistic, testBasis } from "../inference/test-basis";
import { checkOptions, type OptionKinds } from "../options";
import { type ModelTests, modelTests } from "./model-tests";
import { type ParameterRange, parameterRanges } from "./parameter-ranges";
import { type Printable, printable } from "./printable";
import { summaryTables, summaryText } from "./summary-text";

export interface SummaryOptions {
  /** confidence level of the intervals, default 0.95 */
  readonly level?: number;
  /** of the intervals, default "wald"; "profile" costs a few fits a limit */
  readonly confint?: IntervalMethod;
  /** of the coefficients: "z" (default), "t", "knha", "adhoc"; after robust() "t" is the default */
  readonly test?: TestStatistic;
}

const SUMMARY_OPTIONS: OptionKinds<SummaryOptions> = {
  level: "number",
  confint: "text",
  test: "text",
};

/** What `String(summary(fit))` prints, as data. */
export interface FitSummary {
  readonly formulas: readonly string[];
  readonly family: Fit["family"];
  readonly method: Fit["method"];
  readonly knownV: Pick<Fit["knownV"], "kind" | "label" | "clusters" | "largestCluster">;
  /** groupings of the random intercepts, with their numbers of levels; none without */
  readonly random: readonly { readonly dpar: string; readonly group: string; readonly levels: number }[];
  /** the outcomes as written, in order */
  readonly responses: readonly string[];
  readonly level: number;
  /** how the limits were found */
  readonly confint: IntervalMethod;
  /** how the coefficients were tested */
  readonly test: TestStatistic;
  /** the factor s^2 of the Knapp-Hartung tests; else null */
  readonly factor: number | null;
  /** of robust(); else null */
  readonly robust: Pick<RobustErrors, "type" | "cluster" | "clusters"> | null;
  /** link scale, Wald tests */
  readonly coefficients: readonly CoefficientRow[];
  /** response scale */
  readonly parameters: readonly ParameterRange[];
  /** tau2, I2, H2, the Q test and the tests of moderators */
  readonly tests: ModelTests;
  readonly logLik: number;
  readonly aic: number;
  readonly bic: number;
  readonly aicc: number;
  readonly df: number;
  readonly nobs: number;
  /** of the studies used; null with one outcome */
  readonly outcomes: OutcomeCounts | null;
  readonly dropped: DroppedRows;
  readonly convergence: { readonly code: number; readonly message: string };
}

/**
 * The fit as tables: coefficients (link scale: log-SD for sigma) and fitted scale parameters (response scale: SD).
 * Plain data; `String(...)` gives the text. Throws DrmError("bad_option") for a level outside (0, 1), and what
 * testBasis() throws for a test and confint() for a profile.
 */
export function summary(fit: Fit, options: SummaryOptions = {}): Printable<FitSummary> {
  requireFit("summary", fit);
  checkOptions("summary", options, SUMMARY_OPTIONS);
  const { level = 0.95, confint = "wald", test } = options;
  const { kind, label, clusters, largestCluster } = fit.knownV;
  const basis = testBasis(fit, test);
  const data: FitSummary = {
    formulas: [...fit.formulas],
    family: fit.family,
    method: fit.method,
    knownV: { kind, label, clusters, largestCluster },
    random: (fit.random ?? []).map(({ dpar, group, levels }) => ({ dpar, group, levels: levels.length })),
    responses: Object.values(fit.response).map((response) => response.label),
    level,
    confint,
    test: basis.test,
    factor: basis.factor,
    robust: fit.robust === undefined ? null : robustSummary(fit.robust),
    coefficients: coefficientTable(fit, level, confint, test),
    parameters: parameterRanges(fit),
    tests: modelTests(fit, basis.test),
    logLik: fit.logLik,
    aic: aic(fit),
    bic: bic(fit),
    aicc: aicc(fit),
    df: fit.df,
    nobs: fit.nobs,
    outcomes: outcomeCounts(fit),
    dropped: structuredClone(fit.dropped),
    convergence: { code: fit.optim.code, message: fit.optim.message },
  };
  return printable(data, summaryText, summaryTables);
}

function robustSummary({ type, cluster, clusters }: RobustErrors): FitSummary["robust"] {
  return { type, cluster, clusters };
}
