import { normalDensity, normalQuantile } from "../../stats/normal";
import { type Design, type Measure, measure, ofSecondGroup } from "../measure";

/*
 * Two groups and a yes-or-no outcome:
 *
 *            event  none
 *   group 1    a      b     n1      p1 = a / n1
 *   group 2    c      d     n2      p2 = c / n2
 */

export interface Table2x2 {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

export const TABLES: Design<Table2x2> = {
  sources: [
    {
      kinds: { ai: "count", bi: "count", ci: "count", di: "count" },
      row: ({ ai, bi, ci, di }) => ({ a: ai!, b: bi!, c: ci!, d: di! }),
    },
    {
      kinds: { ai: "count", n1i: "size", ci: "count", n2i: "size" },
      within: [
        ["ai", "n1i"],
        ["ci", "n2i"],
      ],
      row: ({ ai, ci, n1i, n2i }) => ({ a: ai!, b: n1i! - ai!, c: ci!, d: n2i! - ci! }),
    },
  ],
  zeros: {
    counts: ({ a, b, c, d }) => [a, b, c, d],
    add: ({ a, b, c, d }, add) => ({ a: a + add, b: b + add, c: c + add, d: d + add }),
    isEmpty: ({ a, b, c, d }) => (a === 0 && c === 0) || (b === 0 && d === 0),
  },
  unusable: ({ a, b, c, d }) => (a + b === 0 || c + d === 0 ? "a group has nobody in it" : null),
};

export const risks = ({ a, b, c, d }: Table2x2) => ({
  p1: a / (a + b),
  p2: c / (c + d),
  n1: a + b,
  n2: c + d,
});
export const reciprocals = ({ a, b, c, d }: Table2x2) => 1 / a + 1 / b + 1 / c + 1 / d;
export const logOdds = ({ a, b, c, d }: Table2x2) => Math.log((a * d) / (b * c));
const overall = {
  p1: { of: (row: Table2x2) => risks(row).p1, weight: (row: Table2x2) => risks(row).n1 },
  p2: { of: (row: Table2x2) => risks(row).p2, weight: (row: Table2x2) => risks(row).n2 },
};

export const COMPARING_RISKS: Readonly<Record<string, Measure>> = {
  /**
   * log RR = log(p1 / p2); v = 1/a - 1/n1 + 1/c - 1/n2 (Katz et al. 1978).
   * Example: Borenstein et al. (2009), chapter 5: 5 of 100 and 10 of 100 give -0.6931 and 0.2800.
   * By hand: 4 of 20 and 1 of 10 give 0.6931 and 1.1.
   */
  RR: measure(TABLES, {
    title: "log risk ratio",
    formula: "log(p1 / p2)",
    variance: "1/a - 1/n1 + 1/c - 1/n2",
    paper: "Katz, Baptista, Azen & Pike (1978)",
    effect: (row) => Math.log(risks(row).p1 / risks(row).p2),
    variances: {
      LS: (row) => 1 / row.a - 1 / risks(row).n1 + 1 / row.c - 1 / risks(row).n2,
    },
    shared: ofSecondGroup(({ c, d }) => 1 / c - 1 / (c + d)),
  }),

  /**
   * log OR = log(a d / (b c)); v = 1/a + 1/b + 1/c + 1/d (Woolf 1955).
   * Example: Borenstein et al. (2009), chapter 5: 5, 95, 10, 90 give -0.7472 and 0.3216.
   * By hand: 4 of 20 and 1 of 10 give 0.8109 and 1.424.
   */
  OR: measure(TABLES, {
    title: "log odds ratio",
    formula: "log(a d / (b c))",
    variance: "1/a + 1/b + 1/c + 1/d",
    paper: "Woolf (1955)",
    effect: logOdds,
    variances: {
      LS: reciprocals,
    },
    shared: ofSecondGroup(({ c, d }) => 1 / c + 1 / d),
  }),

  /**
   * RD = p1 - p2; v = p1 (1 - p1) / n1 + p2 (1 - p2) / n2; UB divides by n - 1, AV has the risks of all studies.
   * Example: Borenstein et al. (2009), chapter 5: 5, 95, 10, 90 give -0.0500 and 0.001375.
   * By hand: 4 of 20 and 1 of 10 give 0.1 and 0.017.
   */
  RD: measure(TABLES, {
    title: "risk difference",
    formula: "p1 - p2",
    variance: "p1 (1 - p1) / n1 + p2 (1 - p2) / n2",
    paper: "Fleiss & Berlin (2009)",
    effect: (row) => risks(row).p1 - risks(row).p2,
    variances: {
      LS: (row) => {
        const { p1, p2, n1, n2 } = risks(row);
        return (p1 * (1 - p1)) / n1 + (p2 * (1 - p2)) / n2;
      },
      UB: (row) => {
        const { p1, p2, n1, n2 } = risks(row);
        return (p1 * (1 - p1)) / (n1 - 1) + (p2 * (1 - p2)) / (n2 - 1);
      },
      AV: {
        means: [overall.p1, overall.p2],
        of: (row, _, [p1, p2]) => (p1! * (1 - p1!)) / risks(row).n1 + (p2! * (1 - p2!)) / risks(row).n2,
      },
    },
    shared: ofSecondGroup(({ c, d }) => (c * d) / (c + d) ** 3),
  }),

  /**
   * AS = asin(sqrt(p1)) - asin(sqrt(p2)), half of Cohen's h; v = 1 / (4 n1) + 1 / (4 n2) (Ruecker et al. 2009).
   * By hand: 4 of 20 and 1 of 10 give 0.1419 and 0.0375.
   */
  AS: measure(TABLES, {
    title: "difference of arcsine square root risks",
    formula: "asin(sqrt(p1)) - asin(sqrt(p2))",
    variance: "1 / (4 n1) + 1 / (4 n2)",
    paper: "Ruecker, Schwarzer, Carpenter & Olkin (2009)",
    effect: (row) => Math.asin(Math.sqrt(risks(row).p1)) - Math.asin(Math.sqrt(risks(row).p2)),
    variances: { LS: (row) => 1 / (4 * risks(row).n1) + 1 / (4 * risks(row).n2) },
    add: 0,
    shared: ofSecondGroup(({ c, d }) => 1 / (4 * (c + d))),
  }),

  /**
   * (O - E) / V with O = a, E = n1 (a + c) / N, V = n1 n2 (a + c) (b + d) / (N^2 (N - 1)); v = 1 / V. Nothing is wrong with one
   * cell of 0, but `add` is used all the same, as for the log odds ratio (Yusuf et al. 1985).
   * By hand: 4 of 20 and 1 of 10 give 0.696 and 1.044.
   */
  PETO: measure(TABLES, {
    title: "log odds ratio by Peto's method",
    formula: "(O - E) / V",
    variance: "1 / V, V = n1 n2 (a + c) (b + d) / (N^2 (N - 1))",
    paper: "Yusuf, Peto, Lewis, Collins & Sleight (1985)",
    effect: (row) => {
      const { n1, n2 } = risks(row);
      return (row.a - (n1 * (row.a + row.c)) / (n1 + n2)) / petoInformation(row);
    },
    variances: { LS: (row) => 1 / petoInformation(row) },
  }),

  /**
   * PBIT = z(p1) - z(p2), z the normal quantile; v = p1 (1 - p1) / (n1 phi(z1)^2) + ... (Sanchez-Meca et al. 2003).
   * By hand: 4 of 20 and 1 of 10 give 0.4399 and 0.3943.
   */
  PBIT: measure(TABLES, {
    title: "standardized mean difference from probits of the risks",
    formula: "z(p1) - z(p2)",
    variance: "p1 (1 - p1) / (n1 phi(z(p1))^2) + p2 (1 - p2) / (n2 phi(z(p2))^2)",
    paper: "Sanchez-Meca, Marin-Martinez & Chacon-Moscoso (2003)",
    effect: (row) => normalQuantile(risks(row).p1) - normalQuantile(risks(row).p2),
    variances: {
      LS: (row) => {
        const { p1, p2, n1, n2 } = risks(row);
        return probitVariance(p1, n1) + probitVariance(p2, n2);
      },
    },
  }),

  /**
   * log OR / 1.65, for normal distributions behind the outcome; v divided by 1.65^2 (Cox & Snell 1989).
   * By hand: 4 of 20 and 1 of 10 give 0.4915 and 0.5229.
   */
  OR2DN: measure(TABLES, {
    title: "standardized mean difference from the odds ratio, normal distributions",
    formula: "log(OR) / 1.65",
    variance: "(1/a + 1/b + 1/c + 1/d) / 1.65^2",
    paper: "Cox & Snell (1989); Sanchez-Meca et al. (2003)",
    effect: (row) => logOdds(row) / 1.65,
    variances: { LS: (row) => reciprocals(row) / 1.65 ** 2 },
  }),

  /**
   * log OR sqrt(3) / pi, for logistic distributions behind the outcome; v times 3 / pi^2 (Hasselblad & Hedges 1995).
   * Example: Borenstein et al. (2009), chapter 7: a log odds ratio of 0.9069 with variance 0.0676 gives 0.5000 and 0.0205.
   * By hand: 4 of 20 and 1 of 10 give 0.4471 and 0.4327.
   */
  OR2DL: measure(TABLES, {
    title: "standardized mean difference from the odds ratio, logistic distributions",
    formula: "log(OR) sqrt(3) / pi",
    variance: "(1/a + 1/b + 1/c + 1/d) 3 / pi^2",
    paper: "Hasselblad & Hedges (1995); Chinn (2000)",
    effect: (row) => (logOdds(row) * Math.sqrt(3)) / Math.PI,
    variances: { LS: (row) => (reciprocals(row) * 3) / Math.PI ** 2 },
  }),
};

function petoInformation({ a, b, c, d }: Table2x2): number {
  const n = a + b + c + d;
  return ((a + b) * (c + d) * (a + c) * (b + d)) / (n * n * (n - 1));
}

/** The delta method for z(p): p (1 - p) / (n phi(z(p))^2). */
export function probitVariance(p: number, n: number): number {
  return (p * (1 - p)) / (n * normalDensity(normalQuantile(p)) ** 2);
}
