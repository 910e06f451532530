import { hypergeometric } from "../../stats/hypergeometric";
import { type Design, type Measure, measure } from "../measure";
import { twoSidedT } from "../test-statistics";

/** r of n pairs. */
interface Correlation {
  readonly r: number;
  readonly n: number;
}

/** r of a t test of no correlation with df degrees of freedom. */
export const correlationOfT = (t: number, df: number) => t / Math.sqrt(t * t + df);

const CORRELATIONS: Design<Correlation> = {
  sources: [
    { kinds: { ri: "correlation", ni: "size" }, row: (x) => ({ r: x.ri!, n: x.ni! }) },
    { kinds: { ti: "number", ni: "size" }, row: (x) => ({ r: correlationOfT(x.ti!, x.ni! - 2), n: x.ni! }) },
    {
      kinds: { pi: "p-value", ni: "size" },
      row: (x) => ({ r: correlationOfT(twoSidedT(x.pi!, x.ni! - 2), x.ni! - 2), n: x.ni! }),
    },
  ],
  unusable: ({ n }) => (n < 3 ? `ni is ${n}: a correlation of so few is 1 or -1` : null),
};

const average = [{ of: (_: Correlation, r: number) => r, weight: ({ n }: Correlation) => n }] as const;
const largeSample = (r: number, n: number) => (1 - r * r) ** 2 / (n - 1);

/** r F(1/2, 1/2; (n - 2) / 2; 1 - r^2), the unbiased estimator (Olkin & Pratt 1958, eq. 2.3). */
function unbiased({ r, n }: Correlation): number {
  return r === 0 || Math.abs(r) === 1 ? r : r * hypergeometric(0.5, (n - 2) / 2, 1 - r * r);
}

/** u^2 less the unbiased estimator of rho^2, 1 - (n - 3) / (n - 2) (1 - r^2) F(1, 1; n / 2; 1 - r^2) (Olkin & Pratt 1958; Hedges 1989). */
function unbiasedVariance({ r, n }: Correlation, u: number): number {
  const x = 1 - r * r;
  // Gauss's theorem at x = 1
  const f = x === 1 ? (n - 2) / (n - 4) : hypergeometric(1, n / 2, x);
  return n > 4 || x < 1 ? u * u - 1 + ((n - 3) / (n - 2)) * x * f : Number.NaN;
}

export const CORRELATION_MEASURES: Readonly<Record<string, Measure>> = {
  /**
   * r; v = (1 - r^2)^2 / (n - 1) (Borenstein 2009, eq. 12.27); AV with the average r.
   * Example: Borenstein et al. (2009), chapter 6: r = 0.50 of 100 gives 0.0057 (0.75^2 / 99 = 0.005682).
   * By hand: r = 0.6 of 17 gives 0.6 and 0.0256.
   */
  COR: measure(CORRELATIONS, {
    title: "correlation",
    formula: "r",
    variance: "(1 - r^2)^2 / (n - 1)",
    paper: "Borenstein (2009)",
    effect: ({ r }) => r,
    variances: {
      LS: ({ n }, r) => largeSample(r, n),
      AV: { means: average, of: ({ n }, _, [r]) => largeSample(r!, n) },
    },
  }),

  /**
   * u = r F(1/2, 1/2; (n - 2) / 2; 1 - r^2) (Olkin & Pratt 1958, eq. 2.3); variances as COR, with u for r; UB: unbiased (Hedges 1989).
   * By hand: r = 0.6 of 5 gives 0.6955 and 0.06665.
   */
  UCOR: measure(CORRELATIONS, {
    title: "correlation, unbiased",
    formula: "u = r F(1/2, 1/2; (n - 2) / 2; 1 - r^2)",
    variance: "(1 - u^2)^2 / (n - 1)",
    paper: "Olkin & Pratt (1958)",
    effect: unbiased,
    variances: {
      LS: ({ n }, u) => largeSample(u, n),
      UB: unbiasedVariance,
      AV: { means: average, of: ({ n }, _, [u]) => largeSample(u!, n) },
    },
    unusable: ({ n }) => (n < 4 ? `ni is ${n}: the unbiased estimator needs 4 or more` : null),
  }),

  /**
   * atanh(r); v = 1 / (n - 3) (Fisher 1921).
   * Example: Borenstein et al. (2009), chapter 6: r = 0.50 of 100 gives 0.5493 and 0.0103.
   * By hand: r = 0.6 of 19 gives 0.6931 and 0.0625.
   */
  ZCOR: measure(CORRELATIONS, {
    title: "Fisher's z of the correlation",
    formula: "atanh(r)",
    variance: "1 / (n - 3)",
    paper: "Fisher (1921)",
    effect: ({ r }) => Math.atanh(r),
    variances: { LS: ({ n }) => 1 / (n - 3) },
    unusable: ({ r, n }) => (n <= 3 ? `ni is ${n}: the variance 1 / (n - 3) needs 4 or more` : perfect(r)),
  }),
};

/** Fisher's z of it is infinite. */
export function perfect(r: number): string | null {
  return Math.abs(r) === 1 ? `the correlation is ${r}: Fisher's z of it is infinite` : null;
}
