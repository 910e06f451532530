import type { Fit } from "../../fit/fit";
import { requireFit } from "../../fit/require-fit";
import {
  type CoefficientRow,
  coefficientTable,
  type IntervalMethod,
} from "../../inference/coefficient-table";
import { aic, bic } from "../../inference/information-criteria";
import { type TestStatistic, testBasis } from "../../inference/test-basis";
import { checkOptions, type OptionKinds } from "../../options";
import { type CheckRow, checkDrm } from "../checks/check-drm";
import { type EncodedValue, encodeState } from "./state";

/** null stands for every number that does not exist or is infinite. */
type JsonNumber = number | null;

export interface JsonCoefficient {
  readonly dpar: string;
  readonly term: string;
  readonly estimate: JsonNumber;
  readonly std_error: JsonNumber;
  readonly statistic: JsonNumber;
  readonly p_value: JsonNumber;
  /** of a t test; absent where the distribution is normal */
  readonly df?: number;
  readonly conf_low: JsonNumber;
  readonly conf_high: JsonNumber;
  /** with profile intervals only: "ok", or why a limit is null */
  readonly conf_status?: string;
}

/** The object that `drmeta fit --json` prints. */
export interface FitJson {
  readonly drmeta: string;
  readonly formulas: readonly string[];
  readonly family: Fit["family"];
  readonly method: Fit["method"];
  readonly nobs: number;
  /** how many rows */
  readonly dropped: number;
  readonly logLik: JsonNumber;
  readonly df: number;
  readonly AIC: JsonNumber;
  readonly BIC: JsonNumber;
  /** what errors, statistics, limits and `vcov` are of; absent for "z", the default */
  readonly test?: TestStatistic;
  /** after robust() only */
  readonly robust?: { readonly type: string; readonly cluster: string; readonly clusters: number };
  /** link scale */
  readonly coefficients: readonly JsonCoefficient[];
  /** in the order of `coefficients` */
  readonly vcov: readonly (readonly JsonNumber[])[];
  readonly convergence: {
    readonly code: number;
    readonly message: string;
    readonly iterations: number;
    readonly evaluations: number;
    readonly max_gradient: JsonNumber;
  };
  readonly random: readonly {
    /** in a fit of two outcomes only, where both can have the group: "sd1(study)" */
    readonly dpar?: string;
    readonly group: string;
    readonly level: string;
    /** response scale */
    readonly sd: JsonNumber;
    readonly estimate: JsonNumber;
    readonly std_error: JsonNumber;
  }[];
  /** by dpar, response scale, one per row used */
  readonly fitted?: Readonly<Record<string, readonly JsonNumber[]>>;
  readonly checks?: readonly CheckRow[];
  /** the complete state, for fromJSON() */
  readonly fit?: EncodedValue;
}

export interface ToJsonOptions {
  /** confidence level, default 0.95 */
  readonly level?: number;
  /** how the limits are found, default "wald" */
  readonly confint?: IntervalMethod;
  /** of the coefficients: "z" (default), "t", "knha", "adhoc"; after robust() "t" is the default */
  readonly test?: TestStatistic;
  /** add fitted values */
  readonly fitted?: boolean;
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
  const k = fit.coefficients.length;
  const basis = testBasis(fit, test);
  return {
    drmeta: fit.version,
    formulas: [...fit.formulas],
    family: fit.family,
    method: fit.method,
    nobs: fit.nobs,
    dropped: fit.dropped.count,
    logLik: finite(fit.logLik),
    df: fit.df,
    AIC: finite(aic(fit)),
    BIC: finite(bic(fit)),
    ...(basis.test !== "z" && { test: basis.test }),
    ...(fit.robust !== undefined && {
      robust: { type: fit.robust.type, cluster: fit.robust.cluster, clusters: fit.robust.clusters },
    }),
    coefficients: coefficientTable(fit, level, confint, test).map(jsonCoefficient),
    vcov: Array.from({ length: k }, (_, i) => numbers(basis.vcov.subarray(i * k, (i + 1) * k))),
    convergence: {
      code: fit.optim.code,
      message: fit.optim.message,
      iterations: fit.optim.iterations,
      evaluations: fit.optim.evaluations,
      max_gradient: finite(fit.optim.maxGradient),
    },
    random: (fit.random ?? []).flatMap(({ dpar, group, levels, sd, estimate, stdError }) =>
      levels.map((level, j) => ({
        ...(fit.family === "biv_gaussian" && { dpar }),
        group,
        level,
        sd: finite(sd[j]),
        estimate: finite(estimate[j]),
        std_error: finite(stdError[j]),
      })),
    ),
    ...(fitted && {
      fitted: Object.fromEntries(Object.entries(fit.fitted).map(([dpar, values]) => [dpar, numbers(values)])),
    }),
    ...(checks && { checks: checkDrm(fit).map((row) => ({ ...row })) }),
    ...(full && { fit: encodeState(fit) }),
  };
}

function jsonCoefficient(row: CoefficientRow): JsonCoefficient {
  return {
    dpar: row.dpar,
    term: row.term,
    estimate: finite(row.estimate),
    std_error: finite(row.stdError),
    statistic: finite(row.statistic),
    p_value: finite(row.pValue),
    ...(Number.isFinite(row.df) && { df: row.df }),
    conf_low: finite(row.lower),
    conf_high: finite(row.upper),
    ...(row.status !== undefined && { conf_status: row.status }),
  };
}

function finite(value: number): JsonNumber {
  return Number.isFinite(value) ? value : null;
}

function numbers(values: Float64Array): JsonNumber[] {
  return Array.from(values, finite);
}
