import { type Measure, measure } from "../measure";
import { TABLES, type Table2x2 } from "./two-by-two";

/*
 * Pairs, or one group twice, and a yes-or-no outcome:
 *
 *                   2: event  none
 *   1: event            a       b
 *      none             c       d       N pairs; risks (a + b) / N and (a + c) / N
 */

const { sources, zeros } = TABLES;
const PAIRS: typeof TABLES = {
  // a total of rows is no group here
  sources: [sources[0]!],
  zeros: {
    ...zeros!,
    // no event, or only events, at either time: pairs that agree are no reason to leave out a table with events and without
    isEmpty: ({ a, b, c, d }: Table2x2) => b === 0 && c === 0 && (a === 0 || d === 0),
  },
  unusable: ({ a, b, c, d }) => (a + b + c + d === 0 ? "there are no pairs" : null),
};

export const MATCHED_PAIRS: Readonly<Record<string, Measure>> = {
  /**
   * (b - c) / N; v = (b (N - b) + c (N - c) + 2 b c) / N^3 (May & Johnson 1997).
   * Example: Agresti (2002), section 10.1: 794, 150, 86 and 570 give 0.04, with a standard error of 0.0095.
   * By hand: 15, 5, 10 and 10 give -0.125 and 0.008984.
   */
  MPRD: measure(PAIRS, {
    title: "marginal risk difference of pairs",
    formula: "(b - c) / N",
    variance: "(b (N - b) + c (N - c) + 2 b c) / N^3",
    paper: "May & Johnson (1997); Newcombe (1998)",
    effect: (row) => (row.b - row.c) / total(row),
    variances: {
      LS: (row) => {
        const { b, c } = row;
        const n = total(row);
        return (b * (n - b) + c * (n - c) + 2 * b * c) / n ** 3;
      },
    },
  }),

  /**
   * log((a + b) / (a + c)); v = (b + c) / ((a + b)(a + c)) (Zou 2007).
   * By hand: 15, 5, 10 and 10 give -0.2231 and 0.03.
   */
  MPRR: measure(PAIRS, {
    title: "marginal log risk ratio of pairs",
    formula: "log((a + b) / (a + c))",
    variance: "(b + c) / ((a + b)(a + c))",
    paper: "Zou (2007)",
    effect: ({ a, b, c }) => Math.log((a + b) / (a + c)),
    variances: { LS: ({ a, b, c }) => (b + c) / ((a + b) * (a + c)) },
  }),

  /**
   * The odds ratio of the margins, which covary by N (a d - b c) / ((a+b)(c+d)(a+c)(b+d)) (Becker & Balagtas 1993).
   * By hand: 15, 5, 10 and 10 give -0.5108 and 0.1533.
   */
  MPOR: measure(PAIRS, {
    title: "marginal log odds ratio of pairs",
    formula: "log((a + b)(b + d) / ((a + c)(c + d)))",
    variance: "1/(a+b) + 1/(c+d) + 1/(a+c) + 1/(b+d) - 2 N (a d - b c) / ((a+b)(c+d)(a+c)(b+d))",
    paper: "Becker & Balagtas (1993)",
    effect: ({ a, b, c, d }) => Math.log(((a + b) * (b + d)) / ((a + c) * (c + d))),
    variances: {
      LS: (row) => {
        const { a, b, c, d } = row;
        const margins = [a + b, c + d, a + c, b + d] as const;
        const product = margins[0] * margins[1] * margins[2] * margins[3];
        const sum = 1 / margins[0] + 1 / margins[1] + 1 / margins[2] + 1 / margins[3];
        return sum - (2 * total(row) * (a * d - b * c)) / product;
      },
    },
  }),

  /**
   * log(b / c), of the pairs that differ; v = 1/b + 1/c (Curtin et al. 2002).
   * Example: Agresti (2002), section 10.2: 794, 150, 86 and 570 give -log 0.57.
   * By hand: 15, 5, 10 and 10 give -0.6931 and 0.3.
   */
  MPORC: measure(PAIRS, {
    title: "conditional log odds ratio of pairs",
    formula: "log(b / c)",
    variance: "1/b + 1/c",
    paper: "Curtin, Elbourne & Altman (2002)",
    effect: ({ b, c }) => Math.log(b / c),
    variances: { LS: ({ b, c }) => 1 / b + 1 / c },
  }),

  /**
   * 2 (b - c) / (b + c), Peto's method: O - E = (b - c) / 2, V = (b + c) / 4; v = 1 / V (Zou 2007).
   * By hand: 15, 5, 10 and 10 give -0.6667 and 0.2667.
   */
  MPPETO: measure(PAIRS, {
    title: "conditional log odds ratio of pairs by Peto's method",
    formula: "2 (b - c) / (b + c)",
    variance: "4 / (b + c)",
    paper: "Curtin, Elbourne & Altman (2002); Zou (2007)",
    effect: ({ b, c }) => (2 * (b - c)) / (b + c),
    variances: { LS: ({ b, c }) => 4 / (b + c) },
  }),
};

function total({ a, b, c, d }: Table2x2): number {
  return a + b + c + d;
}
