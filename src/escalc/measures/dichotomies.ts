import { type Measure, measure } from "../measure";
import { tetrachoric, tetrachoricVariance } from "../tetrachoric";
import { logOdds, reciprocals, risks, TABLES, type Table2x2 } from "./two-by-two";

/** The log odds ratio on the scale of a correlation: with k = 1 Yule's Q, with k = 1/2 his Y, both tanh(k log(OR) / 2). */
const yule = (k: number) => (row: Table2x2) => Math.tanh((k * logOdds(row)) / 2);

export const ASSOCIATION_OF_DICHOTOMIES: Readonly<Record<string, Measure>> = {
  /**
   * phi = (a d - b c) / sqrt(n1 n2 (a + c) (b + d)). CS, all four counts random: Yule's (1912) variance, Bishop et al. (1975,
   * eq. 11.3-6). ST, group sizes fixed: the delta method with the binomial variances of p1 and p2.
   * By hand: 15, 5, 10 and 10 give 0.2582 and 0.023.
   */
  PHI: measure(TABLES, {
    title: "phi coefficient",
    formula: "(a d - b c) / sqrt(n1 n2 (a + c) (b + d))",
    variance:
      "(1 - phi^2 + phi (1 + phi^2 / 2) g h - 3/4 phi^2 (g^2 + h^2)) / N, g and h: difference of the shares over their geometric mean, rows and columns",
    paper: "Yule (1912); Bishop, Fienberg & Holland (1975)",
    effect: phi,
    variances: { CS: phiVariance, ST: phiVarianceOfGroups },
    add: 0,
  }),

  /**
   * atanh(phi); v(phi) / (1 - phi^2)^2. It does not make the variance constant.
   * By hand: 15, 5, 10 and 10 give 0.2642 and 0.0264.
   */
  ZPHI: measure(TABLES, {
    title: "Fisher's z of the phi coefficient",
    formula: "atanh(phi)",
    variance: "v(phi) / (1 - phi^2)^2",
    paper: "Yule (1912)",
    effect: (row) => Math.atanh(phi(row)),
    variances: {
      CS: (row) => phiVariance(row) / (1 - phi(row) ** 2) ** 2,
      ST: (row) => phiVarianceOfGroups(row) / (1 - phi(row) ** 2) ** 2,
    },
    add: 0,
  }),

  /**
   * Q = (OR - 1) / (OR + 1); v = (1 - Q^2)^2 (1/a + 1/b + 1/c + 1/d) / 4 (Yule 1912).
   * By hand: 15, 5, 10 and 10 give 0.5 and 0.06563.
   */
  YUQ: measure(TABLES, {
    title: "Yule's Q",
    formula: "(OR - 1) / (OR + 1)",
    variance: "(1 - Q^2)^2 (1/a + 1/b + 1/c + 1/d) / 4",
    paper: "Yule (1912)",
    effect: yule(1),
    variances: { LS: (row, q) => ((1 - q * q) ** 2 * reciprocals(row)) / 4 },
  }),

  /**
   * Y = (sqrt(OR) - 1) / (sqrt(OR) + 1); v = (1 - Y^2)^2 (1/a + 1/b + 1/c + 1/d) / 16 (Yule 1912).
   * By hand: 15, 5, 10 and 10 give 0.2679 and 0.02513.
   */
  YUY: measure(TABLES, {
    title: "Yule's Y",
    formula: "(sqrt(OR) - 1) / (sqrt(OR) + 1)",
    variance: "(1 - Y^2)^2 (1/a + 1/b + 1/c + 1/d) / 16",
    paper: "Yule (1912)",
    effect: yule(0.5),
    variances: { LS: (row, y) => ((1 - y * y) ** 2 * reciprocals(row)) / 16 },
  }),

  /**
   * The correlation of two normal variables that were cut in two: rho with Phi2(h, k; rho) = a / N, h and k from the margins, which
   * is maximum likelihood. v by the delta method: see tetrachoricVariance().
   * By hand: 40, 10, 10 and 40 give 0.809 and 0.005456.
   */
  RTET: measure(TABLES, {
    title: "tetrachoric correlation",
    formula: "rho with Phi2(z(n1 / N), z((a + c) / N); rho) = a / N",
    variance: "delta method for rho and both thresholds",
    paper: "Pearson (1900); Kirk (1973)",
    effect: tetrachoric,
    variances: { LS: tetrachoricVariance },
    add: 0,
  }),

  /**
   * atanh(rho); v(rho) / (1 - rho^2)^2. It does not make the variance constant.
   * By hand: 40, 10, 10 and 40 give 1.124 and 0.04571.
   */
  ZTET: measure(TABLES, {
    title: "Fisher's z of the tetrachoric correlation",
    formula: "atanh(rho)",
    variance: "v(rho) / (1 - rho^2)^2",
    paper: "Pearson (1900); Kirk (1973)",
    effect: (row) => Math.atanh(tetrachoric(row)),
    variances: {
      LS: (row, z) => tetrachoricVariance(row, Math.tanh(z)) / (1 - Math.tanh(z) ** 2) ** 2,
    },
    add: 0,
  }),
};

function phi({ a, b, c, d }: Table2x2): number {
  return (a * d - b * c) / Math.sqrt((a + b) * (c + d) * (a + c) * (b + d));
}

function phiVariance(row: Table2x2): number {
  const { a, b, c, d } = row;
  const r = phi(row);
  const g = (a + b - c - d) / Math.sqrt((a + b) * (c + d));
  const h = (a + c - b - d) / Math.sqrt((a + c) * (b + d));
  return (1 - r * r + r * (1 + (r * r) / 2) * g * h - 0.75 * r * r * (g * g + h * h)) / (a + b + c + d);
}

/** phi = sqrt(w1 w2) (p1 - p2) / sqrt(p (1 - p)), p = w1 p1 + w2 p2 with the shares w of the groups, and its derivatives. */
function phiVarianceOfGroups(row: Table2x2): number {
  const { p1, p2, n1, n2 } = risks(row);
  const w1 = n1 / (n1 + n2);
  const w2 = 1 - w1;
  const p = w1 * p1 + w2 * p2;
  const q = p * (1 - p);
  const scale = Math.sqrt((w1 * w2) / q);
  const bend = ((p1 - p2) * (1 - 2 * p)) / (2 * q);
  const slope1 = scale * (1 - bend * w1);
  const slope2 = scale * (-1 - bend * w2);
  return (slope1 ** 2 * p1 * (1 - p1)) / n1 + (slope2 ** 2 * p2 * (1 - p2)) / n2;
}
