import { type Design, type Measure, measure, ofSecondGroup } from "../measure";

/** Events x in person-time t of two groups. */
export interface Rates {
  readonly x1: number;
  readonly t1: number;
  readonly x2: number;
  readonly t2: number;
}

const RATES: Design<Rates> = {
  sources: [
    {
      kinds: { x1i: "count", x2i: "count", t1i: "time", t2i: "time" },
      row: ({ x1i, x2i, t1i, t2i }) => ({ x1: x1i!, x2: x2i!, t1: t1i!, t2: t2i! }),
    },
  ],
  zeros: {
    counts: ({ x1, x2 }) => [x1, x2],
    add: ({ x1, x2, t1, t2 }, add) => ({ x1: x1 + add, x2: x2 + add, t1, t2 }),
    isEmpty: ({ x1, x2 }) => x1 === 0 && x2 === 0,
  },
};

export const COMPARING_RATES: Readonly<Record<string, Measure>> = {
  /**
   * log((x1 / t1) / (x2 / t2)); v = 1/x1 + 1/x2 (Rothman et al. 2008).
   * Example: Rothman et al. (2008): 41 events in 28,010 and 15 in 19,017 give log 1.86.
   * By hand: 8 events in 100 and 5 in 125 give 0.6931 and 0.325.
   */
  IRR: measure(RATES, {
    title: "log incidence rate ratio",
    formula: "log((x1 / t1) / (x2 / t2))",
    variance: "1/x1 + 1/x2",
    paper: "Rothman, Greenland & Lash (2008)",
    effect: ({ x1, t1, x2, t2 }) => Math.log(x1 / t1 / (x2 / t2)),
    variances: { LS: ({ x1, x2 }) => 1 / x1 + 1 / x2 },
    shared: ofSecondGroup(({ x2 }) => 1 / x2),
  }),

  /**
   * x1 / t1 - x2 / t2; v = x1 / t1^2 + x2 / t2^2 (Rothman et al. 2008).
   * Example: Rothman et al. (2008): 41 events in 28,010 and 15 in 19,017 give 6.7 in 10,000.
   * By hand: 8 events in 100 and 5 in 125 give 0.04 and 0.00112.
   */
  IRD: measure(RATES, {
    title: "incidence rate difference",
    formula: "x1 / t1 - x2 / t2",
    variance: "x1 / t1^2 + x2 / t2^2",
    paper: "Rothman, Greenland & Lash (2008)",
    effect: ({ x1, t1, x2, t2 }) => x1 / t1 - x2 / t2,
    variances: { LS: ({ x1, t1, x2, t2 }) => x1 / t1 ** 2 + x2 / t2 ** 2 },
    shared: ofSecondGroup(({ x2, t2 }) => x2 / t2 ** 2),
  }),

  /**
   * sqrt(x1 / t1) - sqrt(x2 / t2); v = 1 / (4 t1) + 1 / (4 t2) (Bagos & Nikolopoulos 2009).
   * By hand: 9 events in 100 and 4 in 100 give 0.1 and 0.005.
   */
  IRSD: measure(RATES, {
    title: "difference of square root incidence rates",
    formula: "sqrt(x1 / t1) - sqrt(x2 / t2)",
    variance: "1 / (4 t1) + 1 / (4 t2)",
    paper: "Bagos & Nikolopoulos (2009)",
    effect: ({ x1, t1, x2, t2 }) => Math.sqrt(x1 / t1) - Math.sqrt(x2 / t2),
    variances: { LS: ({ t1, t2 }) => 1 / (4 * t1) + 1 / (4 * t2) },
    add: 0,
    shared: ofSecondGroup(({ t2 }) => 1 / (4 * t2)),
  }),
};
