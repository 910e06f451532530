import { fCritical } from "../../stats/f-distribution";
import { type Determination, varianceOfFixedR2 } from "../fixed-predictors";
import { type Design, type Measure, measure, type Numbers } from "../measure";
import { twoSidedT } from "../test-statistics";
import { correlationOfT, perfect } from "./correlations";

/*
 * Of a linear regression with m predictors and n cases, df = n - m - 1: the t of one of its coefficients, and its R^2.
 */

interface Partial {
  readonly r: number;
  readonly n: number;
  readonly m: number;
}

interface SemiPartial extends Partial {
  readonly square: number;
}

const degrees = (x: Numbers) => x.ni! - x.mi! - 1;
const tooFew = ({ n, m }: { readonly n: number; readonly m: number }) =>
  n - m - 1 < 1 ? `ni is ${n} and mi is ${m}: no degrees of freedom are left` : null;

const PARTIAL: Design<Partial> = {
  sources: [
    {
      kinds: { ti: "number", mi: "predictors", ni: "size" },
      row: (x) => ({ r: correlationOfT(x.ti!, degrees(x)), m: x.mi!, n: x.ni! }),
    },
    {
      kinds: { ri: "correlation", mi: "predictors", ni: "size" },
      row: (x) => ({ r: x.ri!, m: x.mi!, n: x.ni! }),
    },
    {
      kinds: { pi: "p-value", mi: "predictors", ni: "size" },
      row: (x) => ({ r: correlationOfT(twoSidedT(x.pi!, degrees(x)), degrees(x)), m: x.mi!, n: x.ni! }),
    },
  ],
  unusable: tooFew,
};

const semiPartialOfT = (t: number, x: Numbers) => t * Math.sqrt((1 - x.r2i!) / degrees(x));

const SEMI_PARTIAL: Design<SemiPartial> = {
  sources: [
    {
      kinds: { ti: "number", mi: "predictors", r2i: "share", ni: "size" },
      row: (x) => ({ r: semiPartialOfT(x.ti!, x), m: x.mi!, n: x.ni!, square: x.r2i! }),
    },
    {
      kinds: { ri: "correlation", mi: "predictors", r2i: "share", ni: "size" },
      row: (x) => ({ r: x.ri!, m: x.mi!, n: x.ni!, square: x.r2i! }),
    },
    {
      kinds: { pi: "p-value", mi: "predictors", r2i: "share", ni: "size" },
      row: (x) => ({
        r: semiPartialOfT(twoSidedT(x.pi!, degrees(x)), x),
        m: x.mi!,
        n: x.ni!,
        square: x.r2i!,
      }),
    },
  ],
  unusable: (row) =>
    tooFew(row) ??
    (row.r ** 2 > row.square
      ? `the squared semi-partial correlation ${row.r ** 2} is above R^2 = ${row.square}`
      : null),
};

/** (R^4 - 2 R^2 + Rf^2 + 1 - Rf^4) / n, Rf^2 = R^2 - r^2 that of the other predictors (Aloe & Becker 2012, eq. 9). */
function aloe({ r, n, square }: SemiPartial): number {
  const others = square - r * r;
  return (square * square - 2 * square + others + 1 - others * others) / n;
}

export const REGRESSION_COEFFICIENTS: Readonly<Record<string, Measure>> = {
  /**
   * r = t / sqrt(t^2 + n - m - 1); v = (1 - r^2)^2 / (n - m) (Aloe & Thompson 2013; Olkin & Siotani 1976).
   * Example: metafor's manual: pi = -0.07 with 5 predictors and 30 cases gives -0.3610.
   * By hand: t = 2, 3 predictors, 20 cases gives 0.4472 and 0.03765.
   */
  PCOR: measure(PARTIAL, {
    title: "partial correlation",
    formula: "r = t / sqrt(t^2 + n - m - 1)",
    variance: "(1 - r^2)^2 / (n - m)",
    paper: "Aloe & Thompson (2013)",
    effect: ({ r }) => r,
    variances: { LS: ({ n, m }, r) => (1 - r * r) ** 2 / (n - m) },
  }),

  /**
   * atanh(r); v = 1 / (n - m - 2): a partial correlation has the distribution of one of m - 1 fewer cases (Fisher 1924).
   * By hand: t = 2, 3 predictors, 20 cases gives 0.4812 and 0.06667.
   */
  ZPCOR: measure(PARTIAL, {
    title: "Fisher's z of the partial correlation",
    formula: "atanh(r)",
    variance: "1 / (n - m - 2)",
    paper: "Fisher (1924)",
    effect: ({ r }) => Math.atanh(r),
    variances: { LS: ({ n, m }) => 1 / (n - m - 2) },
    unusable: ({ r, n, m }) =>
      n - m - 2 <= 0
        ? `ni is ${n} and mi is ${m}: the variance 1 / (n - m - 2) needs more cases`
        : perfect(r),
  }),

  /**
   * r = t sqrt((1 - R^2) / (n - m - 1)); v = (R^4 - 2 R^2 + Rf^2 + 1 - Rf^4) / n, Rf^2 = R^2 - r^2 (Aloe & Becker 2012).
   * By hand: t = 2, 3 predictors, 20 cases, R^2 = 0.4 gives 0.3873 and 0.02738.
   */
  SPCOR: measure(SEMI_PARTIAL, {
    title: "semi-partial correlation",
    formula: "r = t sqrt((1 - R^2) / (n - m - 1))",
    variance: "(R^4 - 2 R^2 + Rf^2 + 1 - Rf^4) / n, Rf^2 = R^2 - r^2",
    paper: "Aloe & Becker (2012)",
    effect: ({ r }) => r,
    variances: { LS: aloe },
  }),

  /**
   * atanh(r); v(r) / (1 - r^2)^2. It does not make the variance constant.
   * By hand: t = 2, 3 predictors, 20 cases, R^2 = 0.4 gives 0.4086 and 0.03789.
   */
  ZSPCOR: measure(SEMI_PARTIAL, {
    title: "Fisher's z of the semi-partial correlation",
    formula: "atanh(r)",
    variance: "v(r) / (1 - r^2)^2",
    paper: "Aloe & Becker (2012)",
    effect: ({ r }) => Math.atanh(r),
    variances: { LS: (row) => aloe(row) / (1 - row.r ** 2) ** 2 },
    unusable: ({ r }) => perfect(r),
  }),
};

/** F of all predictors: R^2 = m F / (m F + n - m - 1). */
const squareOfF = (f: number, x: Numbers) => (x.mi! * f) / (x.mi! * f + degrees(x));

const DETERMINATION: Design<Determination> = {
  sources: [
    {
      kinds: { r2i: "share", mi: "predictors", ni: "size" },
      row: (x) => ({ square: x.r2i!, m: x.mi!, n: x.ni! }),
    },
    {
      kinds: { fi: "F", mi: "predictors", ni: "size" },
      row: (x) => ({ square: squareOfF(x.fi!, x), m: x.mi!, n: x.ni! }),
    },
    {
      kinds: { pi: "p-value of F", mi: "predictors", ni: "size" },
      row: (x) => ({ square: squareOfF(fCritical(x.pi!, x.mi!, degrees(x)), x), m: x.mi!, n: x.ni! }),
    },
  ],
  unusable: tooFew,
};

const average = [
  { of: (_: Determination, square: number) => square, weight: ({ n }: Determination) => n },
] as const;
const first = (square: number, { n }: Determination) => (4 * square * (1 - square) ** 2) / n;
const second = (square: number, { n, m }: Determination) =>
  (4 * square * (1 - square) ** 2 * (n - m - 1) ** 2) / ((n * n - 1) * (n + 3));

export const DETERMINATIONS: Readonly<Record<string, Measure>> = {
  /**
   * R^2 of random predictors. LS: 4 R^2 (1 - R^2)^2 / n; LS2: 4 R^2 (1 - R^2)^2 (n - m - 1)^2 / ((n^2 - 1)(n + 3)) (Kendall & Stuart
   * 1979, eq. 27.88 and 27.87); AV and AV2 with the average R^2.
   * By hand: R^2 = 0.36, 3 predictors, 20 cases gives 0.36 and 0.02949.
   */
  R2: measure(DETERMINATION, {
    title: "coefficient of determination",
    formula: "R^2",
    variance: "4 R^2 (1 - R^2)^2 / n",
    paper: "Kendall & Stuart (1979)",
    effect: ({ square }) => square,
    variances: {
      LS: (row, square) => first(square, row),
      LS2: (row, square) => second(square, row),
      AV: { means: average, of: (row, _, [square]) => first(square!, row) },
      AV2: { means: average, of: (row, _, [square]) => second(square!, row) },
    },
  }),

  /**
   * atanh(R); v = 1/n (Olkin & Finn 1995).
   * By hand: R^2 = 0.36, 3 predictors, 20 cases gives 0.6931 and 0.05.
   */
  ZR2: measure(DETERMINATION, {
    title: "Fisher's z of R",
    formula: "atanh(R)",
    variance: "1/n",
    paper: "Olkin & Finn (1995)",
    effect: ({ square }) => Math.atanh(Math.sqrt(square)),
    variances: { LS: ({ n }) => 1 / n },
    unusable: ({ square }) => perfect(Math.sqrt(square)),
  }),

  /**
   * R^2 of fixed predictors; v is the variance of its posterior under a flat prior between 0.0001 and 0.9999, F being noncentral F
   * with m and n - m - 1 degrees of freedom and noncentrality n R^2 / (1 - R^2): metafor's, which names no paper.
   * Example: metafor 5.2, R^2 = 0.36, 3 predictors, 20 cases gives 0.36 and 0.01883.
   * By hand: R^2 = 0.36, 3 predictors, 6 cases gives 0.36 and 0.02697.
   */
  R2F: measure(DETERMINATION, {
    title: "coefficient of determination, fixed predictors",
    formula: "R^2",
    variance: "of its posterior given F, under a flat prior",
    paper: "metafor's manual",
    effect: ({ square }) => square,
    variances: { LS: varianceOfFixedR2 },
    unusable: ({ square }) => (square === 1 ? "R^2 is 1: its F is infinite" : null),
  }),

  /**
   * atanh(R); v(R2F) / (1 - R^4)^2, R^4 the square of R^2. This is metafor's; the delta method for atanh(R) would have
   * 4 R^2 (1 - R^2)^2 in the place of (1 - R^4)^2.
   * Example: metafor 5.2, R^2 = 0.36, 3 predictors, 20 cases gives 0.6931 and 0.02486.
   * By hand: R^2 = 0.36, 3 predictors, 6 cases gives 0.6931 and 0.03559.
   */
  ZR2F: measure(DETERMINATION, {
    title: "Fisher's z of R, fixed predictors",
    formula: "atanh(R)",
    variance: "v(R2F) / (1 - R^4)^2",
    paper: "metafor's manual",
    effect: ({ square }) => Math.atanh(Math.sqrt(square)),
    variances: { LS: (row) => varianceOfFixedR2(row) / (1 - row.square ** 2) ** 2 },
    unusable: ({ square }) => perfect(Math.sqrt(square)),
  }),
};
