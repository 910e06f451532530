import { dparOf, isLocation, isSd } from "../../fit/dpars";
import type { Fit } from "../../fit/fit";
import { momentTau2 } from "../../fit/moments";
import type { LimitsMethod } from "../../inference/scale-limits";
import type { TestStatistic } from "../../inference/test-basis";
import type { WaldTest } from "../../inference/wald-test";
import { isMoments } from "../../method";
import { openFit } from "../../opened/open-fit";
import { type ModelTests, modelTests } from "../model-tests";
import { type JsonNumber, jsonNumber } from "./json-number";

/** tau^2, I^2, H^2 and the tests of heterogeneity and of moderators: numbers that do not exist are null. */
export interface JsonHeterogeneity {
  /** variance of true effects */
  readonly tau2: JsonNumber;
  /** of tau2, by the delta method 2 tau^2 se(log sigma); null at the boundary, and where tau2 is a sum of variances or held */
  readonly se_tau2: JsonNumber;
  /** lower limit of tau2 */
  readonly tau2_conf_low: JsonNumber;
  /** upper limit of tau2 */
  readonly tau2_conf_high: JsonNumber;
  /** percent */
  readonly I2: JsonNumber;
  /** lower limit of I2, percent */
  readonly I2_conf_low: JsonNumber;
  /** upper limit of I2, percent */
  readonly I2_conf_high: JsonNumber;
  /** a ratio, 1 without heterogeneity */
  readonly H2: JsonNumber;
  /** lower limit of H2 */
  readonly H2_conf_low: JsonNumber;
  /** upper limit of H2 */
  readonly H2_conf_high: JsonNumber;
  /** how the limits were found: heterogeneity() decides */
  readonly confint: LimitsMethod;
  /** Cochran's Q; with moderators what they leave */
  readonly QE: JsonNumber;
  /** of QE */
  readonly QE_df: JsonNumber;
  /** of QE */
  readonly QE_p: JsonNumber;
  /** test of the moderators of mu: chi-squared, or F with `QM_ddf`; null without moderators */
  readonly QM: JsonNumber;
  /** of QM */
  readonly QM_df: JsonNumber;
  /** denominator degrees of freedom, where QM is an F */
  readonly QM_ddf?: number;
  /** of QM */
  readonly QM_p: JsonNumber;
}

/** What summary() prints below the coefficients; null where it prints no tau^2: two outcomes, SDs with moderators, no meta_V(). */
export function jsonHeterogeneity(fit: Fit, test: TestStatistic, level: number): JsonHeterogeneity | null {
  const tests = modelTests(fit, test, level);
  const { heterogeneity: all, confint, q, moderators } = tests;
  if (all === null) return null;
  const ofMean = moderators.find(({ dpar }) => isLocation(dparOf(fit, dpar)));
  return {
    tau2: jsonNumber(all.tau2),
    se_tau2: jsonNumber(errorOfTau2(fit, tests)),
    tau2_conf_low: jsonNumber(all.tau2Lower),
    tau2_conf_high: jsonNumber(all.tau2Upper),
    I2: jsonNumber(all.i2),
    I2_conf_low: jsonNumber(all.i2Lower),
    I2_conf_high: jsonNumber(all.i2Upper),
    H2: jsonNumber(all.h2),
    H2_conf_low: jsonNumber(all.h2Lower),
    H2_conf_high: jsonNumber(all.h2Upper),
    confint,
    QE: jsonNumber(q?.statistic),
    QE_df: jsonNumber(q?.df),
    QE_p: jsonNumber(q?.pValue),
    ...moderatorTest(ofMean),
  };
}

function moderatorTest(
  test: WaldTest | undefined,
): Pick<JsonHeterogeneity, "QM" | "QM_df" | "QM_ddf" | "QM_p"> {
  return {
    QM: jsonNumber(test?.statistic),
    QM_df: jsonNumber(test?.df),
    ...(Number.isFinite(test?.ddf) && { QM_ddf: test!.ddf! }),
    QM_p: jsonNumber(test?.pValue),
  };
}

/**
 * Of the one estimated SD beside SDs that are held: d tau^2 = 2 s^2 d log s. The SDs have no moderators here, so each is one
 * coefficient. Moments have an error where tau^2 is 0, too.
 */
function errorOfTau2(fit: Fit, { basis }: ModelTests): number {
  const estimated = fit.coefficients.filter(({ dpar }) => isSd(dparOf(fit, dpar)));
  if (isMoments(fit.method)) return momentTau2(openFit(fit).model, fit.method).stdError;
  if (basis === "Q" || estimated.length !== 1 || estimated[0]!.atBoundary) return Number.NaN;
  const { estimate, stdError } = estimated[0]!;
  return 2 * Math.exp(2 * estimate) * stdError;
}
