import { dparOf, isLocation } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { dparKeys } from "../inference/coefficients";
import { hasSamplingErrors, type QTest } from "../inference/q-test";
import type { LimitsMethod } from "../inference/scale-limits";
import type { TestStatistic } from "../inference/test-basis";
import { type WaldTest, waldTest } from "../inference/wald-test";
import { formatFixed, formatSignificant, NOT_AVAILABLE, pText } from "./format";
import { type HeterogeneityGroup, heterogeneity, qTestOrNull } from "./heterogeneity";
import { limitRange, limitsTitle } from "./limits-line";
import type { FitSummary } from "./summary";

/** What a meta-analyst looks for below the coefficients. */
export interface ModelTests {
  /** null where there is no single one: two outcomes, SDs with moderators, or no meta_V() */
  readonly heterogeneity: HeterogeneityGroup | null;
  /** "Q": sigma is held at 0, so that I2 and H2 come from Q */
  readonly basis: "tau2" | "Q";
  /** confidence level of the limits of the heterogeneity */
  readonly level: number;
  /** how those limits were found */
  readonly confint: LimitsMethod;
  /** Q of an intercept-only mean, QE with moderators; null where qTest() does not apply, or V has huge clusters */
  readonly q: QTest | null;
  /** whether V leaves a row, or a combination of rows, without sampling error: then no fit has sigma held at 0 */
  readonly certainRows: boolean;
  /** QM, or F where coefficients have t tests, of each dpar that has moderators */
  readonly moderators: readonly WaldTest[];
}

/** Q costs the cube of a cluster of V: about half a second here. Beyond, qTest() is for those who want to wait. */
const LARGEST_CLUSTER = 1000;

/** `test` is how moderators are tested, as in waldTest(); `level` is that of the limits of the heterogeneity. */
export function modelTests(fit: Fit, test: TestStatistic, level: number): ModelTests {
  const small = fit.knownV.largestCluster <= LARGEST_CLUSTER;
  const { groups, basis, confint } =
    single(fit) && small
      ? heterogeneity(fit, { level })
      : { groups: [], basis: "tau2" as const, confint: "wald" as const };
  const q = small ? qTestOrNull(fit) : null;
  // without an intercept the test of a scale parameter would be of log-SDs against 0, of SDs against 1
  const withModerators = dparKeys(fit).filter((dpar) => {
    const { termLabels, assign } = fit.designs[dpar] ?? { termLabels: [], assign: [] };
    return termLabels.length > 0 && (assign.includes(0) || isLocation(dparOf(fit, dpar)));
  });
  return {
    heterogeneity: groups[0] ?? null,
    basis,
    level,
    confint,
    q,
    certainRows: q === null && (small ? !hasSamplingErrors(fit) : fit.knownV.variances.includes(0)),
    moderators: withModerators.map((dpar) => waldTest(fit, { dpar, test })),
  };
}

/** One tau2 for all rows. */
function single(fit: Fit): boolean {
  const scales = fit.dpars.filter((dpar) => !isLocation(dpar)).map(({ key }) => fit.designs[key]);
  const constant = scales.every((design) => design === undefined || design.termLabels.length === 0);
  return fit.family === "gaussian" && fit.knownV.kind !== "none" && constant;
}

/** QE is what moderators of the mean leave. */
export function qName({ tests, parameters }: Pick<FitSummary, "tests" | "parameters">): "Q" | "QE" {
  const ofMean = tests.moderators.some(({ dpar }) => !parameters.some((one) => one.dpar === dpar));
  return ofMean ? "QE" : "Q";
}

/** One line each, with the names that metafor's users know. `whyNone` says of a test of moderators that does not exist why. */
export function modelTestLines(summary: FitSummary, whyNone: (test: WaldTest) => string): string[] {
  const { heterogeneity: all, basis, level, confint, q, moderators } = summary.tests;
  const lines: string[] = [];
  if (all !== null) {
    const tau2 = `tau^2: ${formatSignificant(all.tau2)} (tau: ${formatSignificant(all.tau)}${summary.random.length > 0 ? ", all levels" : ""})  `;
    const from = basis === "Q" ? " (from Q)" : "";
    if (Number.isNaN(all.tau2)) {
      const dash = NOT_AVAILABLE;
      lines.push(`tau^2: ${dash}  I^2: ${dash}  H^2: ${dash}  (the heterogeneity is in phi alone)`);
    }
    const known = !Number.isNaN(all.i2) || !Number.isNaN(all.h2);
    const i2 = Number.isNaN(all.i2) ? NOT_AVAILABLE : `${formatFixed(all.i2, 2)} %`;
    const shares = known ? `I^2: ${i2}  H^2: ${formatFixed(all.h2, 2)}${from}` : "";
    const line = basis === "Q" ? shares : tau2 + shares;
    if (line !== "" && !Number.isNaN(all.tau2)) lines.push(line.trimEnd());
    if (!Number.isNaN(all.tau2Lower) || !Number.isNaN(all.tau2Upper))
      lines.push(limitsLine(all, level, confint));
  }
  if (q !== null && q.df > 0) {
    const name = qName(summary);
    const what = name === "QE" ? "Residual heterogeneity" : "Heterogeneity";
    lines.push(`${what}: ${name}(df = ${q.df}) = ${formatFixed(q.statistic, 4)}, ${pText(q.pValue)}`);
  }
  for (const moderated of moderators) {
    const { dpar, df, ddf, statistic, pValue } = moderated;
    if (Number.isNaN(statistic)) {
      lines.push(`Moderators of ${dpar}: no test, ${whyNone(moderated)}`);
      continue;
    }
    const test =
      ddf === null ? `QM(df = ${df})` : `F(${df}, ${Number.isInteger(ddf) ? ddf : formatFixed(ddf, 2)})`;
    lines.push(`Moderators of ${dpar}: ${test} = ${formatFixed(statistic, 4)}, ${pText(pValue)}`);
  }
  return lines;
}

/** "95 % limits by profile likelihood: tau^2 0.1153 to 0.9647, tau 0.3395 to 0.9822, I^2 81.35 to 97.33 %, H^2 5.36 to 37.51" */
function limitsLine(all: HeterogeneityGroup, level: number, confint: LimitsMethod): string {
  const tau = `tau^2 ${limitRange(all.tau2Lower, all.tau2Upper)}, tau ${limitRange(all.tauLower, all.tauUpper)}`;
  const title = limitsTitle(level, confint);
  // without residual degrees of freedom there is no sampling variance to hold tau^2 against
  if (Number.isNaN(all.i2Lower) && Number.isNaN(all.i2Upper)) return `${title}: ${tau}`;
  const i2 = `I^2 ${formatFixed(all.i2Lower, 2)} to ${formatFixed(all.i2Upper, 2)} %`;
  const h2 = `H^2 ${formatFixed(all.h2Lower, 2)} to ${formatFixed(all.h2Upper, 2)}`;
  return `${title}: ${tau}, ${i2}, ${h2}`;
}
