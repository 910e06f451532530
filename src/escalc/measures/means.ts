import { type Design, type Measure, measure } from "../measure";
import { hedgesJ } from "../small-sample";

/** Mean m and SD s of n. */
interface Group {
  readonly m: number;
  readonly s: number;
  readonly n: number;
}

const unusable = ({ n }: { readonly n: number }) => (n < 2 ? "ni is 1: one value has no SD" : null);
const GROUPS: Design<Group> = {
  sources: [
    {
      kinds: { mi: "number", sdi: "sd", ni: "size" },
      row: ({ mi, sdi, ni }) => ({ m: mi!, s: sdi!, n: ni! }),
    },
  ],
  unusable,
};
const SPREADS: Design<Pick<Group, "s" | "n">> = {
  sources: [{ kinds: { sdi: "sd", ni: "size" }, row: ({ sdi, ni }) => ({ s: sdi!, n: ni! }) }],
  unusable,
};

const notPositive = ({ m }: Pick<Group, "m">) =>
  m > 0 ? null : `the mean is ${m}: its logarithm needs one above 0`;

export const MEANS: Readonly<Record<string, Measure>> = {
  /**
   * m; v = s^2 / n.
   * By hand: a mean of 12, an SD of 3 of 9 gives 12 and 1.
   */
  MN: measure(GROUPS, {
    title: "mean",
    formula: "m",
    variance: "s^2 / n",
    paper: "the variance of a mean",
    effect: ({ m }) => m,
    variances: { LS: ({ s, n }) => (s * s) / n },
  }),

  /**
   * log m; v = s^2 / (n m^2).
   * By hand: a mean of 12, an SD of 3 of 9 gives 2.485 and 0.006944.
   */
  MNLN: measure(GROUPS, {
    title: "log mean",
    formula: "log(m)",
    variance: "s^2 / (n m^2)",
    paper: "the delta method",
    effect: ({ m }) => Math.log(m),
    variances: { LS: ({ m, s, n }) => (s * s) / (n * m * m) },
    unusable: notPositive,
  }),

  /**
   * g = J(n - 1) m / s; v = 1/n + g^2 / (2n).
   * By hand: a mean of 12, an SD of 3 of 9 gives 3.611 and 0.8354.
   */
  SMN: measure(GROUPS, {
    title: "standardized mean",
    formula: "g = J(n - 1) m / s",
    variance: "1/n + g^2 / (2n)",
    paper: "Hedges (1981)",
    corrects: true,
    effect: ({ m, s, n }, correct) => ((correct ? hedgesJ(n - 1) : 1) * m) / s,
    variances: { LS: ({ n }, g) => 1 / n + (g * g) / (2 * n) },
  }),

  /**
   * log(s / m) + 1 / (2 (n - 1)); v = 1 / (2 (n - 1)) + s^2 / (n m^2) (Nakagawa et al. 2015, eq. 25 and 27 without correlation).
   * By hand: a mean of 12, an SD of 3 of 9 gives -1.324 and 0.06944.
   */
  CVLN: measure(GROUPS, {
    title: "log coefficient of variation",
    formula: "log(s / m) + 1 / (2 (n - 1))",
    variance: "1 / (2 (n - 1)) + s^2 / (n m^2)",
    paper: "Nakagawa et al. (2015)",
    corrects: true,
    effect: ({ m, s, n }, correct) => Math.log(s / m) + (correct ? 1 / (2 * (n - 1)) : 0),
    variances: { LS: ({ m, s, n }) => 1 / (2 * (n - 1)) + (s * s) / (n * m * m) },
    unusable: notPositive,
  }),

  /**
   * log s + 1 / (2 (n - 1)); v = 1 / (2 (n - 1)) (Raudenbush & Bryk 1987; Nakagawa et al. 2015, eq. 7).
   * By hand: an SD of 3 of 9 gives 1.161 and 0.0625.
   */
  SDLN: measure(SPREADS, {
    title: "log standard deviation",
    formula: "log(s) + 1 / (2 (n - 1))",
    variance: "1 / (2 (n - 1))",
    paper: "Raudenbush & Bryk (1987); Nakagawa et al. (2015)",
    corrects: true,
    effect: ({ s, n }, correct) => Math.log(s) + (correct ? 1 / (2 * (n - 1)) : 0),
    variances: { LS: ({ n }) => 1 / (2 * (n - 1)) },
  }),
};
