import { type Design, type Measure, measure, ofSecondGroup } from "../measure";
import { pooledVariance, TWO_GROUPS, type TwoGroups } from "./mean-differences";

/*
 * Ratios of two independent groups. c = s / m is the coefficient of variation, c^2 / n the variance of log m.
 */

const SPREADS: Design<Omit<TwoGroups, "m1" | "m2">> = {
  sources: [
    {
      kinds: { sd1i: "sd", n1i: "size", sd2i: "sd", n2i: "size" },
      row: (x) => ({ s1: x.sd1i!, n1: x.n1i!, s2: x.sd2i!, n2: x.n2i! }),
    },
  ],
  unusable: ({ n1, n2 }) =>
    n1 < 2 || n2 < 2 ? `${n1 < 2 ? "n1i" : "n2i"} is ${n1 < 2 ? n1 : n2}: one value has no SD` : null,
};

/** c^2 / n of either group. */
function relative({ m1, s1, n1, m2, s2, n2 }: TwoGroups): [number, number] {
  return [(s1 / m1) ** 2 / n1, (s2 / m2) ** 2 / n2];
}

export function otherSigns({ m1, m2 }: Pick<TwoGroups, "m1" | "m2">): string | null {
  return m1 / m2 > 0 ? null : `the means are ${m1} and ${m2}: a ratio needs two of one sign, neither 0`;
}

const cv1 = { of: ({ m1, s1 }: TwoGroups) => s1 / m1, weight: ({ n1 }: TwoGroups) => n1 };
const cv2 = { of: ({ m2, s2 }: TwoGroups) => s2 / m2, weight: ({ n2 }: TwoGroups) => n2 };
const bothCv = {
  of: ({ m1, s1, n1, m2, s2, n2 }: TwoGroups) => (n1 * (s1 / m1) + n2 * (s2 / m2)) / (n1 + n2),
  weight: ({ n1, n2 }: TwoGroups) => n1 + n2,
};

export const RATIOS: Readonly<Record<string, Measure>> = {
  /**
   * log(m1 / m2), corrected by (c1^2 / n1 - c2^2 / n2) / 2 (Lajeunesse 2015, eq. 8); `correct` false leaves that out.
   * LS: c1^2 / n1 + c2^2 / n2 (Hedges et al. 1999, eq. 1); LS2 adds half of the squares of both (Lajeunesse 2015, eq. 9); HO has
   * one SD in both groups; AV the average c of each group over the studies, AVHO of both (Nakagawa et al. 2023).
   * Example: Borenstein et al. (2009), chapter 4: 61.515 and 51.015, SD 19.475, 10 each give log 1.2058 (uncorrected) and 0.0246 (HO).
   * By hand: means of 12 and 10, SDs of 3 and 4, 10 in each group give 0.1774 and 0.02225.
   */
  ROM: measure(TWO_GROUPS, {
    title: "log ratio of means (log response ratio)",
    formula: "log(m1 / m2) + (c1^2 / n1 - c2^2 / n2) / 2",
    variance: "c1^2 / n1 + c2^2 / n2, c = s / m",
    paper: "Hedges, Gurevitch & Curtis (1999); Lajeunesse (2015)",
    corrects: true,
    effect: (row, correct) => {
      const [r1, r2] = relative(row);
      return Math.log(row.m1 / row.m2) + (correct ? (r1 - r2) / 2 : 0);
    },
    variances: {
      LS: (row) => relative(row)[0] + relative(row)[1],
      LS2: (row) => {
        const [r1, r2] = relative(row);
        return r1 + r2 + (r1 * r1 + r2 * r2) / 2;
      },
      HO: (row) => pooledVariance(row) * (1 / (row.n1 * row.m1 ** 2) + 1 / (row.n2 * row.m2 ** 2)),
      AV: { means: [cv1, cv2], of: ({ n1, n2 }, _, [c1, c2]) => c1! ** 2 / n1 + c2! ** 2 / n2 },
      AVHO: { means: [bothCv], of: ({ n1, n2 }, _, [c]) => c! ** 2 * (1 / n1 + 1 / n2) },
    },
    unusable: otherSigns,
    shared: ofSecondGroup((row) => relative(row)[1]),
  }),

  /**
   * log(c1 / c2), corrected by (1 / (n1 - 1) - 1 / (n2 - 1)) / 2 + (c2^2 / n2 - c1^2 / n1) / 2; v = c1^2 / n1 + c2^2 / n2 +
   * 1 / (2 (n1 - 1)) + 1 / (2 (n2 - 1)) (Nakagawa et al. 2015, eq. 11 and 12 for independent means and SDs; Senior et al. 2020).
   * By hand: means of 12 and 10, SDs of 3 and 4, 10 in each group give -0.4651 and 0.1334.
   */
  CVR: measure(TWO_GROUPS, {
    title: "log coefficient of variation ratio",
    formula: "log(c1 / c2) + (1 / (n1 - 1) - 1 / (n2 - 1) + c2^2 / n2 - c1^2 / n1) / 2",
    variance: "c1^2 / n1 + c2^2 / n2 + 1 / (2 (n1 - 1)) + 1 / (2 (n2 - 1)), c = s / m",
    paper: "Nakagawa et al. (2015); Senior, Viechtbauer & Nakagawa (2020)",
    corrects: true,
    effect: (row, correct) => {
      const { m1, s1, n1, m2, s2, n2 } = row;
      const [r1, r2] = relative(row);
      const correction = (1 / (n1 - 1) - 1 / (n2 - 1) + r2 - r1) / 2;
      return Math.log(s1 / m1 / (s2 / m2)) + (correct ? correction : 0);
    },
    variances: {
      LS: (row) => relative(row)[0] + relative(row)[1] + 1 / (2 * (row.n1 - 1)) + 1 / (2 * (row.n2 - 1)),
    },
    unusable: otherSigns,
  }),

  /**
   * log(s1 / s2), corrected by (1 / (n1 - 1) - 1 / (n2 - 1)) / 2; v = 1 / (2 (n1 - 1)) + 1 / (2 (n2 - 1)) (Nakagawa et al. 2015,
   * eq. 9 and 10).
   * By hand: SDs of 3 and 4 of 11 and 6 give -0.3377 and 0.15.
   */
  VR: measure(SPREADS, {
    title: "log variability ratio",
    formula: "log(s1 / s2) + (1 / (n1 - 1) - 1 / (n2 - 1)) / 2",
    variance: "1 / (2 (n1 - 1)) + 1 / (2 (n2 - 1))",
    paper: "Nakagawa et al. (2015)",
    corrects: true,
    effect: ({ s1, n1, s2, n2 }, correct) =>
      Math.log(s1 / s2) + (correct ? (1 / (n1 - 1) - 1 / (n2 - 1)) / 2 : 0),
    variances: { LS: ({ n1, n2 }) => 1 / (2 * (n1 - 1)) + 1 / (2 * (n2 - 1)) },
  }),
};
