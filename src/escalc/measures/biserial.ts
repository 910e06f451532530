import { normalDensity, normalQuantile } from "../../stats/normal";
import { type Measure, measure } from "../measure";
import { STANDARDIZED, type Standardized } from "./mean-differences";

/*
 * A dichotomy and a number, from the standardized mean difference d of its two groups:
 *
 *   r_pb = d / sqrt(d^2 + h),  h = (n1 + n2 - 2) (1/n1 + 1/n2);   r_b = r_pb sqrt(p q) / phi(z(p)),  p = n1 / (n1 + n2), q = 1 - p
 */

export const BISERIAL: Readonly<Record<string, Measure>> = {
  /**
   * r_pb. ST, group sizes fixed: h^2 (1/n1 + 1/n2 + d^2 / (2N)) / (h + d^2)^3, the delta method. CS, group sizes random:
   * (1 - r^2)^2 (N r^2 / (4 n1 n2) + (2 - 3 r^2) / (2N)) (Tate 1954).
   * By hand: means of 12 and 10, SDs of 3 and 4, 10 in each group give 0.2857 and 0.04475.
   */
  RPB: measure(STANDARDIZED, {
    title: "point-biserial correlation",
    formula: "r_pb = d / sqrt(d^2 + h), h = (N - 2) (1/n1 + 1/n2)",
    variance: "h^2 (1/n1 + 1/n2 + d^2 / (2N)) / (h + d^2)^3",
    paper: "Tate (1954); Jacobs & Viechtbauer (2017)",
    effect: pointBiserial,
    variances: { ST: withFixedSizes, CS: withRandomSizes },
  }),

  /**
   * atanh(r_pb); v(r_pb) / (1 - r_pb^2)^2. It does not make the variance constant.
   * By hand: means of 12 and 10, SDs of 3 and 4, 10 in each group give 0.2939 and 0.05306.
   */
  ZPB: measure(STANDARDIZED, {
    title: "Fisher's z of the point-biserial correlation",
    formula: "atanh(r_pb)",
    variance: "v(r_pb) / (1 - r_pb^2)^2",
    paper: "Tate (1954); Jacobs & Viechtbauer (2017)",
    effect: (row) => Math.atanh(pointBiserial(row)),
    variances: {
      ST: (row) => withFixedSizes(row) / (1 - pointBiserial(row) ** 2) ** 2,
      CS: (row) => withRandomSizes(row) / (1 - pointBiserial(row) ** 2) ** 2,
    },
  }),

  /**
   * r_b; v = (p q / phi^2 - (3/2 + (1 + p z / phi)(1 - q z / phi)) r_b^2 + r_b^4) / (N - 1), z the quantile of p, phi the density
   * there (Soper 1914). An r_b beyond 1, which is possible, counts as 1 in the variance.
   * By hand: means of 12 and 10, SDs of 3 and 4, 10 in each group give 0.3581 and 0.06667.
   */
  RBIS: measure(STANDARDIZED, {
    title: "biserial correlation",
    formula: "r_b = r_pb sqrt(p q) / phi(z(p)), p = n1 / N",
    variance: "(p q / phi^2 - (3/2 + (1 + p z / phi)(1 - q z / phi)) r_b^2 + r_b^4) / (N - 1)",
    paper: "Soper (1914); Jacobs & Viechtbauer (2017)",
    effect: biserial,
    variances: { LS: soper },
  }),

  /**
   * atanh(r_b); v(r_b) / (1 - r_b^2)^2.
   * By hand: means of 12 and 10, SDs of 3 and 4, 10 in each group give 0.3747 and 0.08772.
   */
  ZBIS: measure(STANDARDIZED, {
    title: "Fisher's z of the biserial correlation",
    formula: "atanh(r_b)",
    variance: "v(r_b) / (1 - r_b^2)^2",
    paper: "Soper (1914); Jacobs & Viechtbauer (2017)",
    effect: (row) => Math.atanh(biserial(row)),
    variances: { LS: (row) => soper(row) / (1 - biserial(row) ** 2) ** 2 },
    unusable: (row) =>
      Math.abs(biserial(row)) < 1
        ? null
        : `the biserial correlation is ${biserial(row).toFixed(3)}: Fisher's z needs one below 1`,
  }),
};

const scale = ({ n1, n2 }: Standardized) => (n1 + n2 - 2) * (1 / n1 + 1 / n2);

function pointBiserial(row: Standardized): number {
  return row.d / Math.sqrt(row.d ** 2 + scale(row));
}

function withFixedSizes(row: Standardized): number {
  const { d, n1, n2 } = row;
  const h = scale(row);
  return (h * h * (1 / n1 + 1 / n2 + (d * d) / (2 * (n1 + n2)))) / (h + d * d) ** 3;
}

function withRandomSizes(row: Standardized): number {
  const { n1, n2 } = row;
  const n = n1 + n2;
  const square = pointBiserial(row) ** 2;
  return (1 - square) ** 2 * ((n * square) / (4 * n1 * n2) + (2 - 3 * square) / (2 * n));
}

function cut({ n1, n2 }: Standardized): { p: number; z: number; density: number } {
  const p = n1 / (n1 + n2);
  const z = normalQuantile(p);
  return { p, z, density: normalDensity(z) };
}

function biserial(row: Standardized): number {
  const { p, density } = cut(row);
  return (pointBiserial(row) * Math.sqrt(p * (1 - p))) / density;
}

function soper(row: Standardized): number {
  const { p, z, density } = cut(row);
  const q = 1 - p;
  const square = Math.min(biserial(row) ** 2, 1);
  const slope = 1.5 + (1 + (p * z) / density) * (1 - (q * z) / density);
  return ((p * q) / density ** 2 - slope * square + square * square) / (row.n1 + row.n2 - 1);
}
