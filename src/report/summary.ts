import { dparOf, phisOf } from "../fit/dpars";
import type { DroppedRows, Fit, RobustErrors } from "../fit/fit";
import { groupingsOf } from "../fit/groupings";
import { requireFit } from "../fit/require-fit";
import { type CoefficientRow, coefficientTable, type IntervalMethod } from "../inference/coefficient-table";
import { coefficientName } from "../inference/coefficients";
import { aic, aicc, bic } from "../inference/information-criteria";
import { logSdIntercepts } from "../inference/log-sd-intercepts";
import { type OutcomeCounts, outcomeCounts } from "../inference/outcomes";
import type { LimitsMethod } from "../inference/scale-limits";
import { scaleMethod } from "../inference/scale-limits";
import { type TestStatistic, testBasis } from "../inference/test-basis";
import { checkOptions, type OptionKinds } from "../options";
import { type BackTransform, backTransform } from "../stats/back-transforms";
import { type BackTransformed, backTransformed } from "./back-transformed";
import { modelNotes } from "./model-notes";
import { type ModelTests, modelTests } from "./model-tests";
import { type ParameterRange, parameterRanges } from "./parameter-ranges";
import { type Printable, printable } from "./printable";
import { summaryTables, summaryText } from "./summary-text";

/** Of the intervals and tests of a summary. */
export interface SummaryOptions {
  /** confidence level of the intervals, default 0.95 */
  readonly level?: number;
  /** of the intervals, default "wald"; "profile" costs a few fits a limit */
  readonly confint?: IntervalMethod;
  /** of the coefficients: "z" (default), "t", "knha", "adhoc"; after robust() "t" is the default */
  readonly test?: TestStatistic;
  /** a table of the means that are taken back by "exp", "expit", "tanh", "ipft", ... beside that of the coefficients; default none */
  readonly transform?: BackTransform | undefined;
  /** for "ipft" and "iirft": the harmonic mean of the studies' sample sizes or person-times */
  readonly sampleSize?: number | undefined;
}

const SUMMARY_OPTIONS: OptionKinds<SummaryOptions> = {
  level: "number",
  confint: "text",
  test: "text",
  transform: "text",
  sampleSize: "number",
};

/** What `String(summary(fit))` prints, as data. */
export interface FitSummary {
  /** as given */
  readonly formulas: readonly string[];
  /** "gaussian" for one outcome, "biv_gaussian" for two */
  readonly family: Fit["family"];
  /** maximum or restricted maximum likelihood */
  readonly method: Fit["method"];
  /** known sampling variances and covariances */
  readonly knownV: Pick<Fit["knownV"], "kind" | "label" | "clusters" | "largestCluster"> & {
    /** up to which they are known: "phi", or "phi1" and "phi2"; none where they are known */
    readonly multipliers: readonly string[];
  };
  /**
   * of each random effect the `dpar` of its SD, the `group`, the `term`, "(Intercept)" or the column of slopes, and how many `levels`
   * it has; none without
   */
  readonly random: readonly {
    readonly dpar: string;
    readonly group: string;
    readonly term: string;
    readonly levels: number;
    /** of the levels of a column within the group; absent otherwise */
    readonly within?: true;
  }[];
  /** the outcomes as written, in order */
  readonly responses: readonly string[];
  /** confidence level of the limits */
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
  /** with the option `transform` the means on that scale */
  readonly backTransformed?: BackTransformed;
  /** names of the intercepts and cell means of log-SDs: no test against 0, which is an SD of 1 */
  readonly withoutTest: readonly string[];
  /** response scale */
  readonly parameters: readonly ParameterRange[];
  /** how the limits of `parameters` and of the heterogeneity were found */
  readonly scaleConfint: LimitsMethod;
  /** tau2, I2, H2, the Q test and the tests of moderators */
  readonly tests: ModelTests;
  /** log-likelihood (REML: the restricted one) */
  readonly logLik: number;
  /** -2 logLik + 2 df */
  readonly aic: number;
  /** -2 logLik + log(nobs) df */
  readonly bic: number;
  /** AIC, corrected for small samples */
  readonly aicc: number;
  /** estimated parameters */
  readonly df: number;
  /** rows used; studies in a bivariate fit */
  readonly nobs: number;
  /** of the studies used; null with one outcome */
  readonly outcomes: OutcomeCounts | null;
  /** data rows left out for missing values */
  readonly dropped: DroppedRows;
  /**
   * what the numbers do not show: sampling variances that are not known, dpars held, likelihood weights, standard errors in the
   * place of variances, studies whose rows count as independent; a sentence each
   */
  readonly notes: readonly string[];
  /** how the search ended: `code` 0 converged, 1 not, 2 unbounded, and `message` in words */
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
  const back = backTransform("summary", options);
  const basis = testBasis(fit, test);
  const coefficients = coefficientTable(fit, level, confint, test);
  const untested = logSdIntercepts(fit);
  const data: FitSummary = {
    formulas: [...fit.formulas],
    family: fit.family,
    method: fit.method,
    knownV: {
      kind,
      label,
      clusters,
      largestCluster,
      multipliers: phisOf(fit).map(({ key }) => key),
    },
    random: groupingsOf(fit).map(({ dpar, group, term, levels }) => ({
      dpar,
      group,
      term,
      levels: levels.length,
      ...(dparOf(fit, dpar).within !== undefined && { within: true as const }),
    })),
    responses: Object.values(fit.response).map((response) => response.label),
    level,
    confint,
    test: basis.test,
    factor: basis.factor,
    robust: fit.robust === undefined ? null : robustSummary(fit.robust),
    coefficients,
    ...(back !== null && {
      backTransformed: backTransformed(fit, coefficients, back, level, basis.test),
    }),
    withoutTest: fit.coefficients.filter((_, i) => untested[i] === 1).map(coefficientName),
    parameters: parameterRanges(fit, level),
    scaleConfint: scaleMethod(fit),
    tests: modelTests(fit, basis.test, level),
    logLik: fit.logLik,
    aic: aic(fit),
    bic: bic(fit),
    aicc: aicc(fit),
    df: fit.df,
    nobs: fit.nobs,
    outcomes: outcomeCounts(fit),
    dropped: structuredClone(fit.dropped),
    notes: modelNotes(fit),
    convergence: { code: fit.optim.code, message: fit.optim.message },
  };
  return printable(data, summaryText, summaryTables);
}

function robustSummary({ type, cluster, clusters }: RobustErrors): FitSummary["robust"] {
  return { type, cluster, clusters };
}
