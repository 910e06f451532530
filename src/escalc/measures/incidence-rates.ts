import { type Design, type Measure, measure } from "../measure";

/** x events in person-time t. */
interface Events {
  readonly x: number;
  readonly t: number;
}

const EVENTS: Design<Events> = {
  sources: [{ kinds: { xi: "count", ti: "time" }, row: ({ xi, ti }) => ({ x: xi!, t: ti! }) }],
  zeros: { counts: ({ x }) => [x], add: ({ x, t }, add) => ({ x: x + add, t }) },
};

export const INCIDENCE_RATES: Readonly<Record<string, Measure>> = {
  /**
   * x / t; v = x / t^2, of a Poisson count.
   * By hand: 8 events in 100 gives 0.08 and 0.0008.
   */
  IR: measure(EVENTS, {
    title: "incidence rate",
    formula: "x / t",
    variance: "x / t^2",
    paper: "the Poisson distribution",
    effect: ({ x, t }) => x / t,
    variances: { LS: ({ x, t }) => x / t ** 2 },
  }),

  /**
   * log(x / t); v = 1/x.
   * By hand: 8 events in 100 gives -2.526 and 0.125.
   */
  IRLN: measure(EVENTS, {
    title: "log incidence rate",
    formula: "log(x / t)",
    variance: "1/x",
    paper: "the delta method",
    effect: ({ x, t }) => Math.log(x / t),
    variances: { LS: ({ x }) => 1 / x },
  }),

  /**
   * sqrt(x / t); v = 1 / (4t).
   * By hand: 9 events in 100 gives 0.3 and 0.0025.
   */
  IRS: measure(EVENTS, {
    title: "square root incidence rate",
    formula: "sqrt(x / t)",
    variance: "1 / (4t)",
    paper: "the delta method",
    effect: ({ x, t }) => Math.sqrt(x / t),
    variances: { LS: ({ t }) => 1 / (4 * t) },
    add: 0,
  }),

  /**
   * (sqrt(x / t) + sqrt((x + 1) / t)) / 2; v = 1 / (4t) (Freeman & Tukey 1950).
   * By hand: 8 events in 100 gives 0.2914 and 0.0025.
   */
  IRFT: measure(EVENTS, {
    title: "Freeman-Tukey incidence rate",
    formula: "(sqrt(x / t) + sqrt((x + 1) / t)) / 2",
    variance: "1 / (4t)",
    paper: "Freeman & Tukey (1950)",
    effect: ({ x, t }) => (Math.sqrt(x / t) + Math.sqrt((x + 1) / t)) / 2,
    variances: { LS: ({ t }) => 1 / (4 * t) },
    add: 0,
  }),
};
