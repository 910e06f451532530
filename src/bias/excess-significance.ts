import { DrmError } from "../errors";
import type { Fit } from "../index";
import { checkOptions, type OptionKinds, shown } from "../options";
import { normalProbability, normalQuantile } from "../stats/normal";
import { tailQuantile } from "../stats/tail-quantile";
import { singleMean } from "./effects";
import { inverseVarianceMean } from "./estimate";

export interface ExcessSignificanceOptions {
  /** the true effect; default the common-effect mean */
  readonly theta?: number;
  /** level of the studies' own tests; default 0.05 */
  readonly alpha?: number;
  /** what the studies tested; default "greater" or "less", the side of theta */
  readonly alternative?: "greater" | "less" | "two.sided";
  /** default "exact" where fewer than a million sets of studies hold as many significant ones or more, else "chi2" */
  readonly test?: "exact" | "chi2";
}

/** Observed and expected numbers of significant effect sizes. */
export interface ExcessSignificance {
  readonly observed: number;
  /** the sum of the powers */
  readonly expected: number;
  readonly theta: number;
  readonly alternative: "greater" | "less" | "two.sided";
  readonly test: "exact" | "chi2";
  /** chi-squared, one degree of freedom; NaN of the exact test */
  readonly statistic: number;
  /** P(as many significant ones, or more), one-sided */
  readonly pValue: number;
  /** the true effect at which pValue is 0.10: with a smaller one there are too many significant ones. NaN where there is none */
  readonly limit: number;
  /** of each effect size */
  readonly power: readonly number[];
  readonly notes: readonly string[];
}

const OPTIONS: OptionKinds<ExcessSignificanceOptions> = {
  theta: "number",
  alpha: "number",
  alternative: "text",
  test: "text",
};

/** The level of the test (Ioannidis and Trikalinos 2007), for `limit`. */
const LEVEL = 0.1;

/**
 * The test of excess significance (Ioannidis and Trikalinos 2007, Clinical Trials 4, 245-253): whether more effect sizes are
 * significant, O, than their powers at the true effect add up to, E. Exact: O is a sum of independent events with those
 * powers. "chi2": (O - E)^2 (1 / E + 1 / (k - E)), of which the side O > E counts. With heterogeneity powers differ from these.
 *
 * @throws DrmError "bad_option" for an unknown option or an alpha outside (0, 1); what singleMean() throws
 */
export function excessSignificance(fit: Fit, options: ExcessSignificanceOptions = {}): ExcessSignificance {
  checkOptions("excessSignificance", options, OPTIONS);
  const { alpha = 0.05 } = options;
  if (!(alpha > 0 && alpha < 1)) {
    throw new DrmError("bad_option", `alpha ${shown(alpha)} is not between 0 and 1`);
  }
  const { yi, vi, notes } = singleMean("excessSignificance", fit);
  const theta = options.theta ?? inverseVarianceMean({ yi, vi }).mean;
  const alternative = options.alternative ?? (theta < 0 ? "less" : "greater");
  const powerAt = POWERS[alternative];
  if (powerAt === undefined) {
    throw new DrmError(
      "bad_option",
      `unknown alternative ${shown(alternative)}: it is "greater", "less" or "two.sided"`,
    );
  }
  const critical = normalQuantile(1 - (alternative === "two.sided" ? alpha / 2 : alpha));
  const signed = yi.map((y, i) => y / Math.sqrt(vi[i]!));
  const observed = signed.filter(
    (z) => (alternative === "two.sided" ? Math.abs(z) : z * SIGNS[alternative]) >= critical,
  ).length;
  const powersAt = (effect: number) => Array.from(vi, (v) => powerAt(effect / Math.sqrt(v), critical));
  const test = options.test ?? (setsOfAtLeast(yi.length, observed) < 1e6 ? "exact" : "chi2");
  if (test !== "exact" && test !== "chi2") {
    throw new DrmError("bad_option", `unknown test ${shown(test)}: it is "exact" or "chi2"`);
  }
  const pOf = test === "exact" ? exactP : chiSquaredP;
  const power = powersAt(theta);
  const expected = total(power);
  return {
    observed,
    expected,
    theta,
    alternative,
    test,
    statistic: test === "exact" ? Number.NaN : chiSquared(observed, power),
    pValue: pOf(observed, power),
    limit: limitOf((effect) => pOf(observed, powersAt(effect)), alternative === "less" ? -1 : 1),
    power,
    notes,
  };
}

const SIGNS = { greater: 1, less: -1, "two.sided": 1 } as const;

/** P(significant) of an effect of z standard errors. */
const POWERS = {
  greater: (z: number, critical: number) => normalProbability(z - critical),
  less: (z: number, critical: number) => normalProbability(-z - critical),
  "two.sided": (z: number, critical: number) =>
    normalProbability(z - critical) + normalProbability(-z - critical),
} as const;

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function setsOfAtLeast(n: number, least: number): number {
  let choose = 1;
  let sum = 0;
  for (let j = n; j >= least; j--) {
    sum += choose;
    choose = (choose * j) / (n - j + 1);
  }
  return sum;
}

/** P(at least `observed` of independent events with these probabilities). */
function exactP(observed: number, power: readonly number[]): number {
  let counts = Float64Array.of(1);
  for (const p of power) {
    const next = new Float64Array(counts.length + 1);
    counts.forEach((probability, n) => {
      next[n]! += probability * (1 - p);
      next[n + 1]! += probability * p;
    });
    counts = next;
  }
  return Math.min(1, total(Array.from(counts.subarray(observed))));
}

function chiSquared(observed: number, power: readonly number[]): number {
  const expected = total(power);
  return (observed - expected) ** 2 * (1 / expected + 1 / (power.length - expected));
}

function chiSquaredP(observed: number, power: readonly number[]): number {
  return normalProbability(-Math.sign(observed - total(power)) * Math.sqrt(chiSquared(observed, power)));
}

/** The effect on the side of `sign` at which the test has p = LEVEL: p rises with the size of the effect. */
function limitOf(pAt: (effect: number) => number, sign: number): number {
  if (pAt(0) >= LEVEL) return Number.NaN;
  const size = tailQuantile(1 - LEVEL, (effect, upper) => {
    const p = pAt(sign * effect);
    return upper ? 1 - p : p;
  });
  return Number.isFinite(size) ? sign * size : Number.NaN;
}
