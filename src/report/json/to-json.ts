import type { Fit } from "../../fit/fit";
import { requireFit } from "../../fit/require-fit";
import {
  type CoefficientRow,
  coefficientTable,
  type IntervalMethod,
} from "../../inference/coefficient-table";
import { aic, bic } from "../../inference/information-criteria";
import { ranef } from "../../inference/ranef";
import { type TestStatistic, testBasis } from "../../inference/test-basis";
import { checkOptions, type OptionKinds } from "../../options";
import { type CheckRow, checkDrm } from "../checks/check-drm";
import { modelNotes } from "../model-notes";
import { type JsonHeterogeneity, jsonHeterogeneity } from "./heterogeneity-json";
import { type JsonNumber, jsonNumber } from "./json-number";
import { type EncodedValue, encodeState } from "./state";

/** A coefficient, link scale: log-SD for sigma and sd(group). */
export interface JsonCoefficient {
  /** the distributional parameter: "mu", "sigma", ... */
  readonly dpar: string;
  /** "(Intercept)", "habitatforest", ... */
  readonly term: string;
  /** null at a boundary */
  readonly estimate: JsonNumber;
  /** null where it does not exist */
  readonly std_error: JsonNumber;
  /** estimate over standard error: z or t */
  readonly statistic: JsonNumber;
  /** two-sided */
  readonly p_value: JsonNumber;
  /** of a t test; absent where the distribution is normal */
  readonly df?: number;
  /** lower confidence limit */
  readonly conf_low: JsonNumber;
  /** upper confidence limit */
  readonly conf_high: JsonNumber;
  /** with profile intervals only: "ok", or why a limit is null */
  readonly conf_status?: string;
}

/** The object that `drmeta fit --json` prints. */
export interface FitJson {
  /** version that made the object */
  readonly drmeta: string;
  /** as given */
  readonly formulas: readonly string[];
  /** "gaussian" for one outcome, "biv_gaussian" for two */
  readonly family: Fit["family"];
  /** maximum or restricted maximum likelihood */
  readonly method: Fit["method"];
  /** rows used; studies in a bivariate fit */
  readonly nobs: number;
  /** how many rows */
  readonly dropped: number;
  /** log-likelihood (REML: the restricted one) */
  readonly logLik: JsonNumber;
  /** estimated parameters */
  readonly df: number;
  /** -2 logLik + 2 df */
  readonly AIC: JsonNumber;
  /** -2 logLik + log(nobs) df */
  readonly BIC: JsonNumber;
  /** what errors, statistics, limits and `vcov` are of; absent for "z", the default */
  readonly test?: TestStatistic;
  /** "none" without meta_V(), absent otherwise: then sigma holds the sampling errors too */
  readonly known_v?: "none";
  /** dpars held at a value, response scale; absent without */
  readonly fixed?: Readonly<Record<string, number>>;
  /** true with likelihood weights, absent without */
  readonly weighted?: true;
  /** what the numbers do not show, as in summary(); absent where there is nothing to say */
  readonly notes?: readonly string[];
  /** after robust() only: its `type` ("CR2"), the `cluster` column and how many `clusters` there are */
  readonly robust?: { readonly type: string; readonly cluster: string; readonly clusters: number };
  /** how the limits of `coefficients` were found */
  readonly confint: IntervalMethod;
  /** link scale */
  readonly coefficients: readonly JsonCoefficient[];
  /** in the order of `coefficients` */
  readonly vcov: readonly (readonly JsonNumber[])[];
  /**
   * how the search ended: `code` 0 converged, 1 not, 2 unbounded, `message` in words, `iterations`, `evaluations`
   * of the likelihood, and `max_gradient`, the largest in standardised columns
   */
  readonly convergence: {
    readonly code: number;
    readonly message: string;
    readonly iterations: number;
    readonly evaluations: number;
    readonly max_gradient: JsonNumber;
  };
  /** predicted random effects: fitted `sd`, `estimate` (BLUP) and `std_error` of prediction */
  readonly random: readonly {
    /** of the SD: "sd(study)", "sd(bmi | study)" */
    readonly dpar: string;
    /** "study", "phylo(species)" */
    readonly group: string;
    /** "(Intercept)", or the column that slopes are of */
    readonly term: string;
    /** those of a tree or a matrix that no row has come after the others */
    readonly level: string;
    /** response scale */
    readonly sd: JsonNumber;
    readonly estimate: JsonNumber;
    readonly std_error: JsonNumber;
  }[];
  /** by dpar, response scale, one per row used */
  readonly fitted?: Readonly<Record<string, readonly JsonNumber[]>>;
  /** when asked for; null where there is no single tau^2: two outcomes, SDs with moderators, no meta_V() */
  readonly heterogeneity?: JsonHeterogeneity | null;
  /** rows of checkDrm(), when asked for */
  readonly checks?: readonly CheckRow[];
  /** the complete state, for fromJSON() */
  readonly fit?: EncodedValue;
}

/** What goes into the object beside the coefficients. */
export interface ToJsonOptions {
  /** confidence level, default 0.95 */
  readonly level?: number;
  /** how the limits are found, default "wald" */
  readonly confint?: IntervalMethod;
  /** of the coefficients: "z" (default), "t", "knha", "adhoc"; after robust() "t" is the default */
  readonly test?: TestStatistic;
  /** add fitted values */
  readonly fitted?: boolean;
  /** add tau^2, I^2, H^2 with their limits, and the tests QE and QM: those limits may be profiles, a search each */
  readonly heterogeneity?: boolean;
  /** add the rows of checkDrm() */
  readonly checks?: boolean;
  /** add the complete state, so that fromJSON() can reopen the fit */
  readonly full?: boolean;
}

const TO_JSON_OPTIONS: OptionKinds<ToJsonOptions> = {
  level: "number",
  confint: "text",
  test: "text",
  fitted: "flag",
  heterogeneity: "flag",
  checks: "flag",
  full: "flag",
};

/**
 * The fit as one JSON object: `JSON.stringify(toJSON(fit))`. Full double precision; never NaN.
 * Throws DrmError("bad_option") for a level outside (0, 1), and what testBasis() throws for a test and confint() for a
 * profile.
 */
export function toJSON(fit: Fit, options: ToJsonOptions = {}): FitJson {
  requireFit("toJSON", fit);
  checkOptions("toJSON", options, TO_JSON_OPTIONS);
  const { level = 0.95, confint = "wald", test, fitted = false, checks = false, full = false } = options;
  const { heterogeneity = false } = options;
  const k = fit.coefficients.length;
  const basis = testBasis(fit, test);
  const notes = modelNotes(fit);
  return {
    drmeta: fit.version,
    formulas: [...fit.formulas],
    family: fit.family,
    method: fit.method,
    nobs: fit.nobs,
    dropped: fit.dropped.count,
    logLik: jsonNumber(fit.logLik),
    df: fit.df,
    AIC: jsonNumber(aic(fit)),
    BIC: jsonNumber(bic(fit)),
    ...(basis.test !== "z" && { test: basis.test }),
    ...(fit.knownV.kind === "none" && { known_v: "none" as const }),
    ...(Object.keys(fit.fixed).length > 0 && { fixed: fit.fixed }),
    ...(fit.weights !== null && { weighted: true as const }),
    ...(notes.length > 0 && { notes }),
    ...(fit.robust !== undefined && {
      robust: { type: fit.robust.type, cluster: fit.robust.cluster, clusters: fit.robust.clusters },
    }),
    confint,
    coefficients: coefficientTable(fit, level, confint, test).map(jsonCoefficient),
    vcov: Array.from({ length: k }, (_, i) => numbers(basis.vcov.subarray(i * k, (i + 1) * k))),
    convergence: {
      code: fit.optim.code,
      message: fit.optim.message,
      iterations: fit.optim.iterations,
      evaluations: fit.optim.evaluations,
      max_gradient: jsonNumber(fit.optim.maxGradient),
    },
    random: ranef(fit).map(({ dpar, group, term, level, sd, estimate, stdError }) => ({
      dpar,
      group,
      term,
      level,
      sd: jsonNumber(sd),
      estimate: jsonNumber(estimate),
      std_error: jsonNumber(stdError),
    })),
    ...(fitted && {
      fitted: Object.fromEntries(Object.entries(fit.fitted).map(([dpar, values]) => [dpar, numbers(values)])),
    }),
    ...(heterogeneity && { heterogeneity: jsonHeterogeneity(fit, basis.test, level) }),
    ...(checks && { checks: checkDrm(fit).map((row) => ({ ...row })) }),
    ...(full && { fit: encodeState(fit) }),
  };
}

function jsonCoefficient(row: CoefficientRow): JsonCoefficient {
  return {
    dpar: row.dpar,
    term: row.term,
    estimate: jsonNumber(row.estimate),
    std_error: jsonNumber(row.stdError),
    statistic: jsonNumber(row.statistic),
    p_value: jsonNumber(row.pValue),
    ...(Number.isFinite(row.df) && { df: row.df }),
    conf_low: jsonNumber(row.lower),
    conf_high: jsonNumber(row.upper),
    ...(row.status !== undefined && { conf_status: row.status }),
  };
}

function numbers(values: Float64Array): JsonNumber[] {
  return Array.from(values, (value) => jsonNumber(value));
}
