import { type Design, type Measure, measure } from "../measure";
import { hedgesJ } from "../small-sample";
import { twoSidedT } from "../test-statistics";
import { otherSigns } from "./ratios";

/*
 * One group twice, or pairs: means m, SDs s, correlation r of the two, n pairs. The SD of the differences is
 *
 *   sd^2 = s1^2 + s2^2 - 2 r s1 s2
 */

interface Pairs {
  readonly m1: number;
  readonly s1: number;
  readonly m2: number;
  readonly s2: number;
  readonly r: number;
  readonly n: number;
}

const tooSmall = ({ n }: { readonly n: number }) => (n < 2 ? `ni is ${n}: one value has no SD` : null);

const PAIRS: Design<Pairs> = {
  sources: [
    {
      kinds: { m1i: "number", m2i: "number", sd1i: "sd", sd2i: "sd", ri: "correlation", ni: "size" },
      row: (x) => ({ m1: x.m1i!, m2: x.m2i!, s1: x.sd1i!, s2: x.sd2i!, r: x.ri!, n: x.ni! }),
    },
  ],
  unusable: tooSmall,
};

/** The mean difference by the SD of the differences, from whatever tells it. */
interface Standardized {
  readonly d: number;
  readonly n: number;
}

const STANDARDIZED: Design<Standardized> = {
  sources: [
    {
      kinds: PAIRS.sources[0]!.kinds,
      row: (x) => {
        const row = PAIRS.sources[0]!.row(x);
        return { d: (row.m1 - row.m2) / Math.sqrt(differenceVariance(row)), n: row.n };
      },
    },
    { kinds: { di: "number", ni: "size" }, row: (x) => ({ d: x.di!, n: x.ni! }) },
    // of a t test of the differences
    { kinds: { ti: "number", ni: "size" }, row: (x) => ({ d: x.ti! / Math.sqrt(x.ni!), n: x.ni! }) },
    {
      kinds: { pi: "p-value", ni: "size" },
      row: (x) => ({ d: twoSidedT(x.pi!, x.ni! - 1) / Math.sqrt(x.ni!), n: x.ni! }),
    },
  ],
  unusable: tooSmall,
};

/** Standardized by the first SD: the second one says nothing. */
const FIRST_SD: Design<Omit<Pairs, "s2">> = {
  sources: [
    {
      kinds: { m1i: "number", m2i: "number", sd1i: "sd", ri: "correlation", ni: "size" },
      row: (x) => ({ m1: x.m1i!, m2: x.m2i!, s1: x.sd1i!, r: x.ri!, n: x.ni! }),
    },
  ],
  unusable: tooSmall,
};

const SPREADS: Design<Pick<Pairs, "s1" | "s2" | "r" | "n">> = {
  sources: [
    {
      kinds: { sd1i: "sd", sd2i: "sd", ri: "correlation", ni: "size" },
      row: (x) => ({ s1: x.sd1i!, s2: x.sd2i!, r: x.ri!, n: x.ni! }),
    },
  ],
  unusable: tooSmall,
};

function differenceVariance({ s1, s2, r }: Pick<Pairs, "s1" | "s2" | "r">): number {
  return s1 * s1 + s2 * s2 - 2 * r * s1 * s2;
}

const factor = (correct: boolean, m: number) => (correct ? hedgesJ(m) : 1);

/** By the average of both variances; m = 2 (n - 1) / (1 + r^2) degrees of freedom (Cousineau & Goulet-Pelletier 2021). */
function byAverage({ m1, m2, s1, s2, r, n }: Pairs, correct: boolean): number {
  return (factor(correct, (2 * (n - 1)) / (1 + r * r)) * (m1 - m2)) / Math.sqrt((s1 * s1 + s2 * s2) / 2);
}

/** c^2 / n of either time, and the covariance of the two log means, r c1 c2 / n. */
function relative({ m1, s1, m2, s2, r, n }: Pairs): { r1: number; r2: number; shared: number } {
  const c1 = s1 / m1;
  const c2 = s2 / m2;
  return { r1: (c1 * c1) / n, r2: (c2 * c2) / n, shared: (r * c1 * c2) / n };
}

function logRatioVariance(row: Pairs): number {
  const { r1, r2, shared } = relative(row);
  return r1 + r2 - 2 * shared;
}

export const CHANGES: Readonly<Record<string, Measure>> = {
  /**
   * m1 - m2; v = sd^2 / n.
   * Example: Borenstein et al. (2009), chapter 4: 103 and 100, SD of the differences 5.5, 50 pairs give 3 and 0.6050.
   * By hand: means of 12 and 10, SDs of 3 and 4, r = 0.5, 9 pairs give 2 and 1.444.
   */
  MC: measure(PAIRS, {
    title: "mean change",
    formula: "m1 - m2",
    variance: "(s1^2 + s2^2 - 2 r s1 s2) / n",
    paper: "Borenstein et al. (2009)",
    effect: ({ m1, m2 }) => m1 - m2,
    variances: { LS: (row) => differenceVariance(row) / row.n },
  }),

  /**
   * g = J(n - 1) (m1 - m2) / sd; v = 1/n + g^2 / (2n) (Gibbons et al. 1993).
   * Example: metafor's manual: pi = -0.018 of 50 gives -0.3408.
   * By hand: means of 12 and 10, SDs of 3 and 4, r = 0.5, 9 pairs give 0.5007 and 0.125.
   */
  SMCC: measure(STANDARDIZED, {
    title: "standardized mean change, by the SD of the changes",
    formula: "g = J(n - 1) (m1 - m2) / sd",
    variance: "1/n + g^2 / (2n)",
    paper: "Gibbons, Hedeker & Davis (1993)",
    corrects: true,
    effect: ({ d, n }, correct) => factor(correct, n - 1) * d,
    variances: { LS: ({ n }, g) => 1 / n + (g * g) / (2 * n) },
  }),

  /**
   * g = J(n - 1) (m1 - m2) / s1; v = 2 (1 - r) / n + g^2 / (2n) (Becker 1988).
   * By hand: means of 12 and 10, a first SD of 3, r = 0.5, 9 pairs give 0.6018 and 0.1312.
   */
  SMCR: measure(FIRST_SD, {
    title: "standardized mean change, by the first SD",
    formula: "g = J(n - 1) (m1 - m2) / s1",
    variance: "2 (1 - r) / n + g^2 / (2n)",
    paper: "Becker (1988)",
    corrects: true,
    effect: ({ m1, m2, s1, n }, correct) => (factor(correct, n - 1) * (m1 - m2)) / s1,
    variances: { LS: ({ r, n }, g) => (2 * (1 - r)) / n + (g * g) / (2 * n) },
  }),

  /**
   * As SMCR; v = sd^2 / (s1^2 (n - 1)) + g^2 / (2 (n - 1)) (Bonett 2008, eq. 13).
   * By hand: means of 12 and 10, SDs of 3 and 4, r = 0.5, 9 pairs give 0.6018 and 0.2032.
   */
  SMCRH: measure(PAIRS, {
    title: "standardized mean change, by the first SD, unequal variances",
    formula: "g = J(n - 1) (m1 - m2) / s1",
    variance: "sd^2 / (s1^2 (n - 1)) + g^2 / (2 (n - 1))",
    paper: "Bonett (2008)",
    corrects: true,
    effect: ({ m1, m2, s1, n }, correct) => (factor(correct, n - 1) * (m1 - m2)) / s1,
    variances: { LS: (row, g) => (differenceVariance(row) / row.s1 ** 2 + (g * g) / 2) / (row.n - 1) },
  }),

  /**
   * g = J(m) (m1 - m2) / sa, sa^2 = (s1^2 + s2^2) / 2, m = 2 (n - 1) / (1 + r^2); v = 2 (1 - r) / n + g^2 (1 + r^2) / (4n).
   * By hand: means of 12 and 10, SDs of 3 and 4, r = 0, 3 pairs give 0.4514 and 0.6836.
   */
  SMCRP: measure(PAIRS, {
    title: "standardized mean change, by the average variance",
    formula: "g = J(2 (n - 1) / (1 + r^2)) (m1 - m2) / sqrt((s1^2 + s2^2) / 2)",
    variance: "2 (1 - r) / n + g^2 (1 + r^2) / (4n)",
    paper: "Cousineau & Goulet-Pelletier (2021)",
    corrects: true,
    effect: byAverage,
    variances: { LS: ({ r, n }, g) => (2 * (1 - r)) / n + (g * g * (1 + r * r)) / (4 * n) },
  }),

  /**
   * As SMCRP; v = (sd^2 / sa^2 + g^2 (s1^4 + s2^4 + 2 r^2 s1^2 s2^2) / (8 sa^4)) / (n - 1) (Bonett 2008, eq. 10).
   * By hand: means of 12 and 10, SDs of 3 and 4, r = 0, 3 pairs give 0.4514 and 1.027.
   */
  SMCRPH: measure(PAIRS, {
    title: "standardized mean change, by the average variance, unequal variances",
    formula: "g = J(2 (n - 1) / (1 + r^2)) (m1 - m2) / sqrt((s1^2 + s2^2) / 2)",
    variance: "(sd^2 / sa^2 + g^2 (s1^4 + s2^4 + 2 r^2 s1^2 s2^2) / (8 sa^4)) / (n - 1)",
    paper: "Bonett (2008)",
    corrects: true,
    effect: byAverage,
    variances: {
      LS: (row, g) => {
        const { s1, s2, r, n } = row;
        const square = (s1 * s1 + s2 * s2) / 2;
        const spread = (s1 ** 4 + s2 ** 4 + 2 * (r * s1 * s2) ** 2) / (8 * square * square);
        return (differenceVariance(row) / square + g * g * spread) / (n - 1);
      },
    },
  }),

  /**
   * log(m1 / m2), corrected by (c1^2 - c2^2) / (2n); v = (c1^2 + c2^2 - 2 r c1 c2) / n, c = s / m (Lajeunesse 2011, 2015).
   * By hand: means of 12 and 10, SDs of 3 and 4, r = 0.5, 9 pairs give 0.1769 and 0.01361.
   */
  ROMC: measure(PAIRS, {
    title: "log ratio of means of pairs",
    formula: "log(m1 / m2) + (c1^2 - c2^2) / (2n)",
    variance: "(c1^2 + c2^2 - 2 r c1 c2) / n, c = s / m",
    paper: "Lajeunesse (2011, 2015)",
    corrects: true,
    effect: (row, correct) => {
      const { r1, r2 } = relative(row);
      return Math.log(row.m1 / row.m2) + (correct ? (r1 - r2) / 2 : 0);
    },
    variances: { LS: logRatioVariance },
    unusable: otherSigns,
  }),

  /**
   * log(c1 / c2), corrected by (c2^2 - c1^2) / (2n); v = v(VRC) + v(ROMC) (Nakagawa et al. 2015; Senior et al. 2020).
   * By hand: means of 12 and 10, SDs of 3 and 4, r = 0.5, 9 pairs give -0.4646 and 0.1074.
   */
  CVRC: measure(PAIRS, {
    title: "log coefficient of variation ratio of pairs",
    formula: "log(c1 / c2) + (c2^2 - c1^2) / (2n)",
    variance: "(1 - r^2) / (n - 1) + (c1^2 + c2^2 - 2 r c1 c2) / n, c = s / m",
    paper: "Nakagawa et al. (2015); Senior, Viechtbauer & Nakagawa (2020)",
    corrects: true,
    effect: (row, correct) => {
      const { r1, r2 } = relative(row);
      return Math.log(row.s1 / row.m1 / (row.s2 / row.m2)) + (correct ? (r2 - r1) / 2 : 0);
    },
    variances: { LS: (row) => (1 - row.r ** 2) / (row.n - 1) + logRatioVariance(row) },
    unusable: otherSigns,
  }),

  /**
   * log(s1 / s2); v = (1 - r^2) / (n - 1) (Nakagawa et al. 2015). The corrections of the two SDs cancel.
   * By hand: SDs of 3 and 4, r = 0.5, 9 pairs give -0.2877 and 0.09375.
   */
  VRC: measure(SPREADS, {
    title: "log variability ratio of pairs",
    formula: "log(s1 / s2)",
    variance: "(1 - r^2) / (n - 1)",
    paper: "Nakagawa et al. (2015)",
    effect: ({ s1, s2 }) => Math.log(s1 / s2),
    variances: { LS: ({ r, n }) => (1 - r * r) / (n - 1) },
  }),
};
