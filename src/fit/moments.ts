// tau^2 = sigma^2, one for all rows of independent effect sizes, from equations of moments instead of a likelihood. With a
// weight a_i for each row, A = diag(a) and P = A - A X (X'A X)^-1 X'A,
//
//   q = y'P y,   E q = tr(P V) + tau^2 tr(P),   Var q = 2 (tr(PVPV) + 2 tau^2 tr(PVP) + tau^4 tr(PP))     (normal effects)
//
//   DL    a = 1/v        tau^2 = (q - (k - p)) / tr(P)                        DerSimonian and Laird 1986, Controlled Clinical Trials 7:177
//   HE    a = 1          tau^2 = (q - tr(PV)) / (k - p)                       Hedges and Olkin 1985, Statistical Methods, ch. 9
//   HS    a = 1/v        tau^2 = (q - k) / sum(a)                             Hunter and Schmidt 1990, Methods of Meta-Analysis
//   HSk   a = 1/v        tau^2 = (k/(k - p) q - k) / sum(a)                   Brannick et al. 2019, Psychological Methods 24:754
//   SJ    a = 1/(v + t)  tau^2 = t q / (k - p), t = mean((y - mean(y))^2)     Sidik and Jonkman 2005, Applied Statistics 54:367
//   PM    a = 1/(v + tau^2), q = k - p                                        Paule and Mandel 1982, J Res NBS 87:377; EB: Morris 1983, JASA 78:47
//   PMM   the same with q = median of chi-squared(k - p)                      Viechtbauer 2021, in: Handbook of Meta-Analysis, ch. 5
//   DLIT  DL's equation with a = 1/(v + tau^2), solved again until it stays   Mandel and Paule 1970; it is PM's where that is above 0
//
// A negative solution is 0. Standard errors of tau^2 are those of q by Var q at the estimate; of PM and its like
// sqrt(2 k^2 / (k - p)) / sum(a). Traces are written out in p x p matrices G(d) = X' diag(d) X, so that the cost is k p^2.

import type { Basis } from "../design/basis";
import { choleskyFactor } from "../linalg/cholesky";
import { choleskyInverse } from "../linalg/inverse";
import { product } from "../linalg/product";
import type { MomentMethod } from "../method";
import type { Model } from "../model/model";
import { chiSquaredQuantile } from "../stats/chi-squared";

/** Of independent effect sizes. */
type MomentModel = Pick<Model, "y" | "V" | "location">;

/** Effect sizes y with variances v, and a basis of the columns of their mean. */
interface MomentData {
  readonly y: Float64Array;
  readonly v: Float64Array;
  readonly location: Basis;
}

function dataOf({ y, V, location }: MomentModel): MomentData {
  return { y, v: V.variances, location: location.basis };
}

export interface Tau2 {
  /** a variance, at least 0 */
  readonly tau2: number;
  /** of tau2; where tau2 is 0, what it would be there */
  readonly stdError: number;
}

export function momentTau2(model: MomentModel, method: MomentMethod): Tau2 {
  const data = dataOf(model);
  const { y, v } = data;
  const k = y.length;
  const free = k - data.location.columns;
  switch (method) {
    case "DL":
    case "HS":
    case "HSk": {
      const form = quadraticForm(data, inverse(v, 0));
      const [share, expected, per] =
        method === "DL" ? [1, free, form.traceP()] : [method === "HS" ? 1 : k / free, k, sum(inverse(v, 0))];
      return fromForm(form, share / per, (share * form.value - expected) / per);
    }
    case "HE": {
      const form = quadraticForm(data, new Float64Array(k).fill(1));
      return fromForm(form, 1 / free, (form.value - form.expectation()) / free);
    }
    case "SJ": {
      const mean = sum(y) / k;
      const first = y.reduce((total, yi) => total + (yi - mean) ** 2, 0) / k;
      if (first === 0) return { tau2: 0, stdError: Number.NaN };
      const form = quadraticForm(data, inverse(v, first));
      return fromForm(form, first / free, (first * form.value) / free);
    }
    case "PM":
    case "EB":
    case "DLIT":
      return paule(data, free);
    case "PMM":
      return paule(data, chiSquaredQuantile(0.5, free));
  }
}

/**
 * Limits of tau^2 by the Q-profile (Viechtbauer 2007, Statistics in Medicine 26:37): q of Paule and Mandel is chi-squared with
 * k - p degrees of freedom at the true tau^2, so the limits are where it is at that distribution's quantiles.
 *
 * @param level 0.95 for 95 %
 * @returns variances; both 0 where even tau^2 = 0 has too small a q
 */
export function qProfile(
  model: MomentModel,
  level: number,
): { readonly lower: number; readonly upper: number } {
  const data = dataOf(model);
  const free = data.y.length - data.location.columns;
  const tail = (1 - level) / 2;
  return {
    lower: tau2Where(data, chiSquaredQuantile(1 - tail, free)),
    upper: tau2Where(data, chiSquaredQuantile(tail, free)),
  };
}

function paule(data: MomentData, wanted: number): Tau2 {
  const k = data.y.length;
  const tau2 = tau2Where(data, wanted);
  const weights = inverse(data.v, tau2);
  return { tau2, stdError: Math.sqrt((2 * k * k) / (k - data.location.columns)) / sum(weights) };
}

const MOST_STEPS = 200;
/** Beside the mean square of y, where rows without a variance leave no tau^2 of 0: each step then doubles it at least. */
const NEARLY_ZERO = 1e-14;

/** Where q with a = 1/(v + tau^2) is `wanted`; 0 where it is below that already. */
function tau2Where(data: MomentData, wanted: number): number {
  // q falls and is convex, with the slope -|P y|^2: from the left Newton's steps climb to the root and never pass it
  let tau2 = data.v.includes(0) ? NEARLY_ZERO * meanSquare(data.y) : 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    const { value, slope } = quadraticForm(data, inverse(data.v, tau2));
    const next = tau2 + (value - wanted) / slope;
    if (!(next > tau2)) return step === 0 ? 0 : tau2;
    if (next - tau2 <= 1e-16 * next) return next;
    tau2 = next;
  }
  return tau2;
}

function fromForm(form: QuadraticForm, factor: number, solution: number): Tau2 {
  const tau2 = Math.max(solution, 0);
  return { tau2, stdError: Math.abs(factor) * Math.sqrt(form.variance(tau2)) };
}

interface QuadraticForm {
  /** q = y'P y */
  readonly value: number;
  /** |P y|^2 */
  readonly slope: number;
  traceP(): number;
  /** tr(P V) */
  expectation(): number;
  /** Var q at a tau^2 */
  variance(tau2: number): number;
}

function quadraticForm({ y, v, location }: MomentData, a: Float64Array): QuadraticForm {
  const { values: X, columns: p, rows: k } = location;
  const one = new Float64Array(k).fill(1);
  // X' diag(d) X
  const G = (d: (i: number) => number) => {
    const out = new Float64Array(p * p);
    for (let i = 0; i < k; i++) {
      const weight = d(i);
      for (let j = 0; j < p; j++)
        for (let l = 0; l < p; l++) out[j * p + l]! += weight * X[j * k + i]! * X[l * k + i]!;
    }
    return out;
  };
  const C = choleskyInverse(
    choleskyFactor(
      G((i) => a[i]!),
      p,
    )!,
    p,
  );
  const beta = new Float64Array(p);
  for (let j = 0; j < p; j++)
    for (let l = 0; l < p; l++) {
      let right = 0;
      for (let i = 0; i < k; i++) right += a[i]! * X[l * k + i]! * y[i]!;
      beta[j]! += C[j * p + l]! * right;
    }
  let value = 0;
  let slope = 0;
  for (let i = 0; i < k; i++) {
    let residual = y[i]!;
    for (let j = 0; j < p; j++) residual -= X[j * k + i]! * beta[j]!;
    value += a[i]! * residual * residual;
    slope += (a[i]! * residual) ** 2;
  }
  const traceOf = (d: Float64Array) => {
    const inner = G((i) => a[i]! * a[i]! * d[i]!);
    let total = 0;
    for (let i = 0; i < k; i++) total += a[i]! * d[i]!;
    return total - traceOfProduct(C, inner, p);
  };
  // tr(P D P E) of diagonal D and E
  const traceOfTwo = (d: Float64Array, e: Float64Array) => {
    const left = product(
      C,
      G((i) => a[i]! ** 2 * d[i]!),
      p,
      p,
      p,
    );
    const right = product(
      C,
      G((i) => a[i]! ** 2 * e[i]!),
      p,
      p,
      p,
    );
    const both = G((i) => a[i]! ** 3 * d[i]! * e[i]!);
    let total = traceOfProduct(left, right, p) - 2 * traceOfProduct(C, both, p);
    for (let i = 0; i < k; i++) total += a[i]! ** 2 * d[i]! * e[i]!;
    return total;
  };
  return {
    value,
    slope,
    traceP: () => traceOf(one),
    expectation: () => traceOf(v),
    variance: (tau2) =>
      2 * (traceOfTwo(v, v) + 2 * tau2 * traceOfTwo(v, one) + tau2 * tau2 * traceOfTwo(one, one)),
  };
}

function traceOfProduct(A: Float64Array, B: Float64Array, p: number): number {
  let total = 0;
  for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) total += A[i * p + j]! * B[j * p + i]!;
  return total;
}

function inverse(v: Float64Array, tau2: number): Float64Array {
  return v.map((variance) => 1 / (variance + tau2));
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function meanSquare(values: Float64Array): number {
  return values.reduce((total, value) => total + value * value, 0) / values.length;
}
