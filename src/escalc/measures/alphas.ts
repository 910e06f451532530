import { type Design, type Measure, measure } from "../measure";

/** Cronbach's alpha of m items in n persons. */
interface Reliability {
  readonly alpha: number;
  readonly m: number;
  readonly n: number;
}

const RELIABILITIES: Design<Reliability> = {
  sources: [
    {
      kinds: { ai: "alpha", mi: "items", ni: "size" },
      row: ({ ai, mi, ni }) => ({ alpha: ai!, m: mi!, n: ni! }),
    },
  ],
  unusable: ({ n }) => (n < 3 ? `ni is ${n}: the variance of alpha needs 3 or more` : null),
};

export const ALPHAS: Readonly<Record<string, Measure>> = {
  /**
   * alpha; v = 2 m (1 - alpha)^2 / ((m - 1)(n - 2)) (Bonett 2010).
   * By hand: 0.875 of 11 items and 102 persons gives 0.875 and 0.0003437.
   */
  ARAW: measure(RELIABILITIES, {
    title: "Cronbach's alpha",
    formula: "alpha",
    variance: "2 m (1 - alpha)^2 / ((m - 1)(n - 2))",
    paper: "Bonett (2010)",
    effect: ({ alpha }) => alpha,
    variances: { LS: ({ alpha, m, n }) => (2 * m * (1 - alpha) ** 2) / ((m - 1) * (n - 2)) },
  }),

  /**
   * 1 - (1 - alpha)^(1/3); v = 18 m (n - 1)(1 - alpha)^(2/3) / ((m - 1)(9n - 11)^2) (Hakstian & Whalen 1976).
   * By hand: 0.875 of 11 items and 102 persons gives 0.5 and 0.0006077.
   */
  AHW: measure(RELIABILITIES, {
    title: "Cronbach's alpha, cube root transformed",
    formula: "1 - (1 - alpha)^(1/3)",
    variance: "18 m (n - 1)(1 - alpha)^(2/3) / ((m - 1)(9n - 11)^2)",
    paper: "Hakstian & Whalen (1976)",
    effect: ({ alpha }) => 1 - Math.cbrt(1 - alpha),
    variances: {
      LS: ({ alpha, m, n }) => (18 * m * (n - 1) * Math.cbrt(1 - alpha) ** 2) / ((m - 1) * (9 * n - 11) ** 2),
    },
  }),

  /**
   * -log(1 - alpha); v = 2 m / ((m - 1)(n - 2)) (Bonett 2002).
   * By hand: 0.875 of 11 items and 102 persons gives 2.079 and 0.022.
   */
  ABT: measure(RELIABILITIES, {
    title: "Cronbach's alpha, log transformed",
    formula: "-log(1 - alpha)",
    variance: "2 m / ((m - 1)(n - 2))",
    paper: "Bonett (2002)",
    effect: ({ alpha }) => -Math.log1p(-alpha),
    variances: { LS: ({ m, n }) => (2 * m) / ((m - 1) * (n - 2)) },
  }),
};
