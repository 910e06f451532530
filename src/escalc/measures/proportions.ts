import { normalQuantile } from "../../stats/normal";
import { type Design, type Measure, measure } from "../measure";
import { probitVariance } from "./two-by-two";

/** x of n have it. */
interface Share {
  readonly x: number;
  readonly n: number;
}

const SHARES: Design<Share> = {
  sources: [
    {
      kinds: { xi: "count", ni: "size" },
      within: [["xi", "ni"]],
      row: ({ xi, ni }) => ({ x: xi!, n: ni! }),
    },
    { kinds: { xi: "count", mi: "count" }, row: ({ xi, mi }) => ({ x: xi!, n: xi! + mi! }) },
  ],
  zeros: {
    counts: ({ x, n }) => [x, n - x],
    add: ({ x, n }, add) => ({ x: x + add, n: n + 2 * add }),
  },
  unusable: ({ n }) => (n === 0 ? "the group has nobody in it" : null),
};

const overall = [{ of: ({ x, n }: Share) => x / n, weight: ({ n }: Share) => n }] as const;

export const PROPORTIONS: Readonly<Record<string, Measure>> = {
  /**
   * p = x / n; v = p (1 - p) / n; UB divides by n - 1, AV has the proportion of all studies.
   * By hand: 4 of 20 gives 0.2 and 0.008.
   */
  PR: measure(SHARES, {
    title: "proportion",
    formula: "p = x / n",
    variance: "p (1 - p) / n",
    paper: "the binomial distribution",
    effect: ({ x, n }) => x / n,
    variances: {
      LS: ({ n }, p) => (p * (1 - p)) / n,
      UB: ({ n }, p) => (p * (1 - p)) / (n - 1),
      AV: { means: overall, of: ({ n }, _, [p]) => (p! * (1 - p!)) / n },
    },
  }),

  /**
   * log p; v = 1/x - 1/n.
   * By hand: 4 of 20 gives -1.609 and 0.2.
   */
  PLN: measure(SHARES, {
    title: "log proportion",
    formula: "log(p)",
    variance: "1/x - 1/n",
    paper: "the delta method",
    effect: ({ x, n }) => Math.log(x / n),
    variances: {
      LS: ({ x, n }) => 1 / x - 1 / n,
      AV: { means: overall, of: ({ n }, _, [p]) => (1 - p!) / (p! * n) },
    },
  }),

  /**
   * logit p; v = 1/x + 1/(n - x).
   * By hand: 4 of 20 gives -1.386 and 0.3125.
   */
  PLO: measure(SHARES, {
    title: "logit of the proportion",
    formula: "log(p / (1 - p))",
    variance: "1/x + 1/(n - x)",
    paper: "Woolf (1955)",
    effect: ({ x, n }) => Math.log(x / (n - x)),
    variances: {
      LS: ({ x, n }) => 1 / x + 1 / (n - x),
      AV: { means: overall, of: ({ n }, _, [p]) => 1 / (p! * (1 - p!) * n) },
    },
  }),

  /**
   * z(p), the normal quantile; v = p (1 - p) / (n phi(z(p))^2).
   * By hand: 8 of 20 gives -0.2533 and 0.0804.
   */
  PRZ: measure(SHARES, {
    title: "probit of the proportion",
    formula: "z(p)",
    variance: "p (1 - p) / (n phi(z(p))^2)",
    paper: "the delta method",
    effect: ({ x, n }) => normalQuantile(x / n),
    variances: { LS: ({ x, n }) => probitVariance(x / n, n) },
  }),

  /**
   * asin(sqrt(p)); v = 1 / (4n).
   * By hand: 5 of 20 gives 0.5236 and 0.0125.
   */
  PAS: measure(SHARES, {
    title: "arcsine square root of the proportion",
    formula: "asin(sqrt(p))",
    variance: "1 / (4n)",
    paper: "Anscombe (1948)",
    effect: ({ x, n }) => Math.asin(Math.sqrt(x / n)),
    variances: { LS: ({ n }) => 1 / (4 * n) },
    add: 0,
  }),

  /**
   * (asin(sqrt(x / (n + 1))) + asin(sqrt((x + 1) / (n + 1)))) / 2; v = 1 / (4n + 2) (Freeman & Tukey 1950).
   * Example: Miller (1978): 3 of 11 and 6 of 17 give 1.1391 / 2 and 1.2888 / 2.
   * By hand: 3 of 11 gives 0.5695 and 0.02174.
   */
  PFT: measure(SHARES, {
    title: "Freeman-Tukey double arcsine of the proportion",
    formula: "(asin(sqrt(x / (n + 1))) + asin(sqrt((x + 1) / (n + 1)))) / 2",
    variance: "1 / (4n + 2)",
    paper: "Freeman & Tukey (1950)",
    effect: ({ x, n }) => (Math.asin(Math.sqrt(x / (n + 1))) + Math.asin(Math.sqrt((x + 1) / (n + 1)))) / 2,
    variances: { LS: ({ n }) => 1 / (4 * n + 2) },
    add: 0,
  }),
};
