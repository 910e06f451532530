import { normalDensity, normalProbability } from "../../stats/normal";
import { type Design, type Measure, measure, ofSecondGroup } from "../measure";
import { hedgesJ } from "../small-sample";
import { twoSidedT } from "../test-statistics";

/*
 * Two independent groups with means m, SDs s and sizes n. Standardized by
 *
 *   sp^2 = ((n1 - 1) s1^2 + (n2 - 1) s2^2) / (n1 + n2 - 2)   SMD, with d = (m1 - m2) / sp, g = J(n1 + n2 - 2) d
 *   sa^2 = (s1^2 + s2^2) / 2                                 SMDH
 *   s2                                                       SMD1, SMD1H
 */

export interface TwoGroups {
  readonly m1: number;
  readonly s1: number;
  readonly n1: number;
  readonly m2: number;
  readonly s2: number;
  readonly n2: number;
}

type Sizes = Pick<TwoGroups, "n1" | "n2">;

const tooSmall = ({ n1, n2 }: Sizes) =>
  n1 < 2 || n2 < 2 ? `${n1 < 2 ? "n1i" : "n2i"} is ${n1 < 2 ? n1 : n2}: one value has no SD` : null;

export const TWO_GROUPS: Design<TwoGroups> = {
  sources: [
    {
      kinds: { m1i: "number", sd1i: "sd", n1i: "size", m2i: "number", sd2i: "sd", n2i: "size" },
      row: (x) => ({ m1: x.m1i!, s1: x.sd1i!, n1: x.n1i!, m2: x.m2i!, s2: x.sd2i!, n2: x.n2i! }),
    },
  ],
  unusable: tooSmall,
};

/** Cohen's d and the sizes, from whatever tells it. */
export interface Standardized extends Sizes {
  readonly d: number;
}

export const STANDARDIZED: Design<Standardized> = {
  sources: [
    {
      kinds: TWO_GROUPS.sources[0]!.kinds,
      row: (x) => {
        const row = TWO_GROUPS.sources[0]!.row(x);
        return { d: (row.m1 - row.m2) / Math.sqrt(pooledVariance(row)), n1: row.n1, n2: row.n2 };
      },
    },
    {
      kinds: { di: "number", n1i: "size", n2i: "size" },
      row: (x) => ({ d: x.di!, n1: x.n1i!, n2: x.n2i! }),
    },
    {
      // Student's t for independent samples
      kinds: { ti: "number", n1i: "size", n2i: "size" },
      row: (x) => ({ d: x.ti! * Math.sqrt(1 / x.n1i! + 1 / x.n2i!), n1: x.n1i!, n2: x.n2i! }),
    },
    {
      kinds: { pi: "p-value", n1i: "size", n2i: "size" },
      row: (x) => {
        const t = twoSidedT(x.pi!, x.n1i! + x.n2i! - 2);
        return { d: t * Math.sqrt(1 / x.n1i! + 1 / x.n2i!), n1: x.n1i!, n2: x.n2i! };
      },
    },
  ],
  unusable: tooSmall,
};

/** Standardized by the SD of the second group alone. */
const SECOND_SD: Design<Omit<TwoGroups, "s1">> = {
  sources: [
    {
      kinds: { m1i: "number", n1i: "size", m2i: "number", sd2i: "sd", n2i: "size" },
      row: (x) => ({ m1: x.m1i!, n1: x.n1i!, m2: x.m2i!, s2: x.sd2i!, n2: x.n2i! }),
    },
  ],
  unusable: ({ n2 }) => (n2 < 2 ? `n2i is ${n2}: one value has no SD` : null),
};

export function pooledVariance({ s1, n1, s2, n2 }: TwoGroups): number {
  return ((n1 - 1) * s1 * s1 + (n2 - 1) * s2 * s2) / (n1 + n2 - 2);
}

const inverses = ({ n1, n2 }: Sizes) => 1 / n1 + 1 / n2;
const total = ({ n1, n2 }: Sizes) => n1 + n2;
const degrees = ({ n1, n2 }: Sizes) => n1 + n2 - 2;
const factor = (correct: boolean, m: number) => (correct ? hedgesJ(m) : 1);
const averageEffect = [{ of: (_: Sizes, g: number) => g, weight: total }] as const;

/** Unbiased (Hedges 1983, eq. 9) for g = J d; of d itself it is that over J^2. */
function unbiased(row: Sizes, effect: number, m: number, correct: boolean): number {
  const j = hedgesJ(m);
  const g = correct ? effect : j * effect;
  const variance = inverses(row) + (1 - (m - 2) / (m * j * j)) * g * g;
  return correct ? variance : variance / (j * j);
}

/** Exact where there is no difference: J^2 m / (m - 2) (1/n1 + 1/n2). */
function ofNoDifference(row: Sizes, m: number, correct: boolean): number {
  return m > 2 ? (factor(correct, m) ** 2 * m * inverses(row)) / (m - 2) : Number.NaN;
}

export const MEAN_DIFFERENCES: Readonly<Record<string, Measure>> = {
  /**
   * m1 - m2; v = s1^2 / n1 + s2^2 / n2; HO, with one SD in both groups: sp^2 (1/n1 + 1/n2) (Borenstein 2009, eq. 12.5 and 12.3).
   * Example: Borenstein et al. (2009), chapter 4: 103 and 100, SDs 5.5 and 4.5, 50 each give 3 and 1.0100.
   * By hand: means of 12 and 10, SDs of 3 and 4, 10 in each group give 2 and 2.5.
   */
  MD: measure(TWO_GROUPS, {
    title: "mean difference",
    formula: "m1 - m2",
    variance: "s1^2 / n1 + s2^2 / n2",
    paper: "Borenstein (2009)",
    effect: ({ m1, m2 }) => m1 - m2,
    variances: {
      LS: ({ s1, n1, s2, n2 }) => (s1 * s1) / n1 + (s2 * s2) / n2,
      HO: (row) => pooledVariance(row) * inverses(row),
    },
    shared: ofSecondGroup(({ s2, n2 }) => (s2 * s2) / n2),
  }),

  /**
   * Hedges' g; LS: 1/n1 + 1/n2 + g^2 / (2 (n1 + n2)) (Hedges 1982, eq. 8); LS2: J^2 (1/n1 + 1/n2 + d^2 / (2 (n1 + n2)))
   * (Borenstein 2009, eq. 12.17); UB: unbiased (Hedges 1983); AV: LS with the average g; H0: exact for no difference.
   * Example: Borenstein et al. (2009), chapter 4: 103 and 100, SDs 5.5 and 4.5, 50 each give 0.5924 and (LS2) 0.0411.
   * By hand: means of 12 and 10, SDs of 3 and 4, 10 in each group give 0.5417 and 0.2073.
   */
  SMD: measure(STANDARDIZED, {
    title: "standardized mean difference (Hedges' g)",
    formula: "g = J(n1 + n2 - 2) (m1 - m2) / sp",
    variance: "1/n1 + 1/n2 + g^2 / (2 (n1 + n2))",
    paper: "Hedges (1981, 1982)",
    corrects: true,
    effect: (row, correct) => factor(correct, degrees(row)) * row.d,
    variances: {
      LS: (row, g) => inverses(row) + (g * g) / (2 * total(row)),
      LS2: (row, _, __, correct) =>
        factor(correct, degrees(row)) ** 2 * (inverses(row) + row.d ** 2 / (2 * total(row))),
      UB: (row, g, _, correct) => unbiased(row, g, degrees(row), correct),
      AV: { means: averageEffect, of: (row, _, [g]) => inverses(row) + (g! * g!) / (2 * total(row)) },
      H0: (row, _, __, correct) => ofNoDifference(row, degrees(row), correct),
    },
    // Gleser & Olkin (2009), with the sizes of the three groups
    shared: (a, b, g, h) =>
      Math.sqrt((1 / a.n2) * (1 / b.n2)) + (g * h) / (2 * (a.n1 + b.n1 + (a.n2 + b.n2) / 2)),
  }),

  /**
   * g = J(n1 + n2 - 2) (m1 - m2) / sa; LS: g^2 (s1^4 / (n1 - 1) + s2^4 / (n2 - 1)) / (8 sa^4) + (s1^2 / (n1 - 1) + s2^2 / (n2 - 1)) /
   * sa^2 (Bonett 2008, 2009); LS2 the same with n1 and n2.
   * By hand: means of 12 and 10, SDs of 3 and 4, 10 in each group give 0.5417 and 0.231.
   */
  SMDH: measure(TWO_GROUPS, {
    title: "standardized mean difference, unequal variances",
    formula: "g = J(n1 + n2 - 2) (m1 - m2) / sqrt((s1^2 + s2^2) / 2)",
    variance:
      "g^2 (s1^4 / (n1 - 1) + s2^4 / (n2 - 1)) / (8 sa^4) + (s1^2 / (n1 - 1) + s2^2 / (n2 - 1)) / sa^2",
    paper: "Bonett (2008, 2009)",
    corrects: true,
    effect: (row, correct) =>
      (factor(correct, degrees(row)) * (row.m1 - row.m2)) / Math.sqrt((row.s1 ** 2 + row.s2 ** 2) / 2),
    variances: { LS: (row, g) => bonett(row, g, 1), LS2: (row, g) => bonett(row, g, 0) },
  }),

  /**
   * Glass's: g = J(n2 - 1) (m1 - m2) / s2; LS: 1/n1 + 1/n2 + g^2 / (2 n2); LS2: J^2 (1/n1 + 1/n2 + d^2 / (2 n2)); UB, AV and H0
   * as for SMD (Hedges 1981).
   * By hand: means of 12 and 10, a second SD of 4, 10 and 9 in the groups give 0.4514 and 0.2224.
   */
  SMD1: measure(SECOND_SD, {
    title: "standardized mean difference by the SD of the second group",
    formula: "g = J(n2 - 1) (m1 - m2) / s2",
    variance: "1/n1 + 1/n2 + g^2 / (2 n2)",
    paper: "Hedges (1981)",
    corrects: true,
    effect: glass,
    variances: {
      LS: (row, g) => inverses(row) + (g * g) / (2 * row.n2),
      LS2: (row, _, __, correct) =>
        factor(correct, row.n2 - 1) ** 2 * (inverses(row) + glass(row, false) ** 2 / (2 * row.n2)),
      UB: (row, g, _, correct) => unbiased(row, g, row.n2 - 1, correct),
      AV: { means: averageEffect, of: (row, _, [g]) => inverses(row) + (g! * g!) / (2 * row.n2) },
      H0: (row, _, __, correct) => ofNoDifference(row, row.n2 - 1, correct),
    },
  }),

  /**
   * As SMD1; v = s1^2 / (s2^2 (n1 - 1)) + 1 / (n2 - 1) + g^2 / (2 (n2 - 1)) (Bonett 2008).
   * By hand: means of 12 and 10, SDs of 3 and 4, 10 and 9 in the groups give 0.4514 and 0.2002.
   */
  SMD1H: measure(TWO_GROUPS, {
    title: "standardized mean difference by the SD of the second group, unequal variances",
    formula: "g = J(n2 - 1) (m1 - m2) / s2",
    variance: "s1^2 / (s2^2 (n1 - 1)) + 1 / (n2 - 1) + g^2 / (2 (n2 - 1))",
    paper: "Bonett (2008)",
    corrects: true,
    effect: glass,
    variances: {
      LS: ({ s1, n1, s2, n2 }, g) => s1 ** 2 / (s2 ** 2 * (n1 - 1)) + (1 + (g * g) / 2) / (n2 - 1),
    },
  }),

  /**
   * 1.65 d, a log odds ratio for normal distributions; v = 1.65^2 (1/n1 + 1/n2 + d^2 / (2 (n1 + n2))) (Cox & Snell 1989).
   * By hand: means of 12 and 10, SDs of 3 and 4, 10 in each group give 0.9334 and 0.5663.
   */
  D2ORN: measure(STANDARDIZED, {
    title: "log odds ratio from the standardized mean difference, normal distributions",
    formula: "1.65 d",
    variance: "1.65^2 (1/n1 + 1/n2 + d^2 / (2 (n1 + n2)))",
    paper: "Cox & Snell (1989); Sanchez-Meca et al. (2003)",
    effect: ({ d }) => 1.65 * d,
    variances: { LS: (row) => 1.65 ** 2 * varianceOfD(row) },
  }),

  /**
   * pi d / sqrt(3), a log odds ratio for logistic distributions; v = pi^2 / 3 (1/n1 + 1/n2 + d^2 / (2 (n1 + n2))) (Hasselblad &
   * Hedges 1995).
   * By hand: means of 12 and 10, SDs of 3 and 4, 10 in each group give 1.026 and 0.6843.
   */
  D2ORL: measure(STANDARDIZED, {
    title: "log odds ratio from the standardized mean difference, logistic distributions",
    formula: "pi d / sqrt(3)",
    variance: "pi^2 / 3 (1/n1 + 1/n2 + d^2 / (2 (n1 + n2)))",
    paper: "Hasselblad & Hedges (1995)",
    effect: ({ d }) => (Math.PI * d) / Math.sqrt(3),
    variances: { LS: (row) => (Math.PI ** 2 / 3) * varianceOfD(row) },
  }),

  /**
   * Phi(z), z = (m1 - m2) / sqrt(s1^2 + s2^2): the chance that one of the first group is above one of the second. Delta method:
   * v = phi(z)^2 ((s1^2 / (n1 - 1) + s2^2 / (n2 - 1)) / S + z^2 (s1^4 / (n1 - 1) + s2^4 / (n2 - 1)) / (2 S^2)), S = s1^2 + s2^2
   * (McGraw & Wong 1992; Newcombe 2006).
   * Example: McGraw & Wong (1992): heights of 69.7 and 64.3, SDs of 2.8 and 2.6, give 0.92.
   * By hand: means of 12 and 10, SDs of 3 and 4, 10 in each group give 0.6554 and 0.01572.
   */
  CLESN: measure(TWO_GROUPS, {
    title: "common language effect size, normal distributions",
    formula: "Phi((m1 - m2) / sqrt(s1^2 + s2^2))",
    variance:
      "phi(z)^2 ((s1^2 / (n1 - 1) + s2^2 / (n2 - 1)) / S + z^2 (s1^4 / (n1 - 1) + s2^4 / (n2 - 1)) / (2 S^2))",
    paper: "McGraw & Wong (1992); Newcombe (2006)",
    effect: (row) => normalProbability(distance(row)),
    variances: { LS: superiority },
  }),

  /**
   * The same under its other name, the area under the curve.
   * By hand: means of 12 and 10, SDs of 3 and 4, 10 in each group give 0.6554 and 0.01572.
   */
  AUCN: measure(TWO_GROUPS, {
    title: "area under the curve, normal distributions",
    formula: "Phi((m1 - m2) / sqrt(s1^2 + s2^2))",
    variance: "as CLESN",
    paper: "Newcombe (2006)",
    effect: (row) => normalProbability(distance(row)),
    variances: { LS: superiority },
  }),
};

function glass({ m1, m2, s2, n2 }: Omit<TwoGroups, "s1">, correct: boolean): number {
  return (factor(correct, n2 - 1) * (m1 - m2)) / s2;
}

function bonett({ s1, n1, s2, n2 }: TwoGroups, g: number, less: 0 | 1): number {
  const square = (s1 ** 2 + s2 ** 2) / 2;
  const spread = (s1 ** 4 / (n1 - less) + s2 ** 4 / (n2 - less)) / (8 * square ** 2);
  return g * g * spread + (s1 ** 2 / (n1 - less) + s2 ** 2 / (n2 - less)) / square;
}

function varianceOfD(row: Standardized): number {
  return inverses(row) + row.d ** 2 / (2 * total(row));
}

function distance({ m1, s1, m2, s2 }: TwoGroups): number {
  return (m1 - m2) / Math.hypot(s1, s2);
}

function superiority(row: TwoGroups): number {
  const { s1, n1, s2, n2 } = row;
  const z = distance(row);
  const sum = s1 ** 2 + s2 ** 2;
  const ofMeans = (s1 ** 2 / (n1 - 1) + s2 ** 2 / (n2 - 1)) / sum;
  const ofSds = (z * z * (s1 ** 4 / (n1 - 1) + s2 ** 4 / (n2 - 1))) / (2 * sum * sum);
  return normalDensity(z) ** 2 * (ofMeans + ofSds);
}
