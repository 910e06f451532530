import type { Objective } from "../../fit/trust-region";
import { emptyMoments, type Moments, moments, stepMoments } from "./moments";
import { type Alternative, crossings, pValueOf, type WeightFunction } from "./weight-function";

/** What is selected from: independent effect sizes, y_i ~ N(m_i, v_i + sigma_i^2), m = offset + X b, log sigma = offset + W g. */
export interface Selected {
  readonly yi: Float64Array;
  readonly vi: Float64Array;
  readonly mean: Predictor;
  /** null where sigma is 0 in all rows */
  readonly logSigma: Predictor | null;
  readonly weight: WeightFunction;
  /** whether the weight is constant between its breaks */
  readonly isStep: boolean;
  readonly alternative: Alternative;
}

/** A linear predictor: a known part and a design, column-major. */
export interface Predictor {
  readonly offset: Float64Array;
  readonly columns: number;
  readonly values: Float64Array;
}

/** The negative log-likelihood in theta = (b, g, eta), with what each row contributes to its gradient. */
export interface SelectionObjective extends Objective {
  /** rows x size, row-major, of the last evaluation: of -log L */
  readonly scores: Float64Array;
}

/**
 * The likelihood of effect sizes that were selected by their p-values (Hedges 1992, Statistical Science 7, 246-255; Vevea and Hedges
 * 1995, Psychometrika 60, 419-435): with t = v + sigma^2 and A = E w(Y), Y ~ N(m, t),
 *
 *   log L = sum of log w(p_i) - log(2 pi t) / 2 - (y - m)^2 / (2 t) - log A.
 *
 * Derivatives are exact: those of A in m and t are Hermite moments (moments.ts), those in b, g and eta follow by the chain rule,
 * dt / d log sigma = 2 sigma^2, d^2 t / d(log sigma)^2 = 4 sigma^2.
 */
export function selectionObjective(selected: Selected): SelectionObjective {
  const { yi, vi, mean, logSigma, weight, isStep, alternative } = selected;
  const rows = yi.length;
  const p = mean.columns;
  const q = logSigma?.columns ?? 0;
  const n = weight.size;
  const size = p + q + n;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const scores = new Float64Array(rows * size);
  const z = crossings(weight.breaks, alternative);
  const se = vi.map(Math.sqrt);
  const edges = Array.from(se, (error) => z.map((cross) => cross * error));
  const work = { gradient: new Float64Array(n), hessian: new Float64Array(n * n), he: new Float64Array(5) };
  const A: Moments = emptyMoments(n);
  const momentsOf = isStep ? stepMoments : moments;
  /** by m, log sigma and the etas */
  const local = new Float64Array(2 + n);
  const localHessian = new Float64Array((2 + n) * (2 + n));
  const theta = { eta: new Float64Array(n) };

  const objective = {
    size,
    gradient,
    hessian,
    scores,
    value: Number.NaN,
    evaluate,
    valueAt(at: Float64Array) {
      return evaluate(at) ? objective.value : Number.NaN;
    },
  };
  return objective;

  function evaluate(at: Float64Array): boolean {
    theta.eta = at.slice(p + q);
    gradient.fill(0);
    hessian.fill(0);
    let value = 0;
    for (let i = 0; i < rows; i++) {
      const m = predicted(mean, i, rows, at, 0);
      const log = logSigma === null ? Number.NEGATIVE_INFINITY : predicted(logSigma, i, rows, at, p);
      const part = rowValue(i, m, Math.exp(2 * log));
      if (!Number.isFinite(part)) return false;
      value += part;
      scatter(i);
    }
    objective.value = value;
    return Number.isFinite(value);
  }

  /** -log L of a row; its derivatives go to `local` and `localHessian`. */
  function rowValue(i: number, m: number, sigma2: number): number {
    const t = vi[i]! + sigma2;
    const sd = Math.sqrt(t);
    momentsOf(weight, alternative, { m, sd, se: se[i]!, edges: edges[i]! }, theta.eta, work, A);
    const { plain, first, second } = A;
    const a = plain[0]!;
    const [pValue, upper] = pValueOf(yi[i]! / se[i]!, alternative);
    const logWeight = weight.evaluate(pValue, upper, theta.eta, work.gradient, work.hessian);
    const r = yi[i]! - m;

    // d log A in m and t: relative derivatives of A
    const am = plain[1]! / (a * sd);
    const amm = plain[2]! / (a * t);
    const ammm = plain[3]! / (a * t * sd);
    const ammmm = plain[4]! / (a * t * t);
    const [at, amt, att] = [amm / 2, ammm / 2, ammmm / 4];
    const lm = r / t - am;
    const lt = -1 / (2 * t) + (r * r) / (2 * t * t) - at;
    const lmm = -1 / t - amm + am * am;
    const lmt = -r / (t * t) - amt + am * at;
    const ltt = 1 / (2 * t * t) - (r * r) / (t * t * t) - att + at * at;
    const [t1, t2] = [2 * sigma2, 4 * sigma2];
    const width = 2 + n;
    local[0] = -lm;
    local[1] = -lt * t1;
    localHessian[0] = -lmm;
    localHessian[1] = -lmt * t1;
    localHessian[width] = -lmt * t1;
    localHessian[width + 1] = -(ltt * t1 * t1 + lt * t2);
    for (let j = 0; j < n; j++) {
      const ae = first[j]! / a;
      local[2 + j] = -(work.gradient[j]! - ae);
      const me = -(first[n + j]! / (a * sd)) + am * ae;
      const te = -(first[2 * n + j]! / (2 * a * t)) + at * ae;
      localHessian[2 + j] = -me;
      localHessian[(2 + j) * width] = -me;
      localHessian[width + 2 + j] = -te * t1;
      localHessian[(2 + j) * width + 1] = -te * t1;
      for (let l = 0; l < n; l++) {
        const both = work.hessian[j * n + l]! - second[j * n + l]! / a + (ae * first[l]!) / a;
        localHessian[(2 + j) * width + 2 + l] = -both;
      }
    }
    return -(logWeight - Math.log(2 * Math.PI * t) / 2 - (r * r) / (2 * t) - Math.log(a));
  }

  /** From m, log sigma and eta to b, g and eta. */
  function scatter(i: number): void {
    const width = 2 + n;
    for (let j = 0; j < size; j++) {
      const [x, J] = factor(i, j);
      const score = x * local[J]!;
      gradient[j]! += score;
      scores[i * size + j] = score;
      for (let l = 0; l < size; l++) {
        const [x2, L] = factor(i, l);
        hessian[j * size + l]! += x * x2 * localHessian[J * width + L]!;
      }
    }
  }

  /** What a coefficient moves in row i, and by how much. */
  function factor(i: number, j: number): readonly [number, number] {
    if (j < p) return [mean.values[j * rows + i]!, 0];
    if (j < p + q) return [logSigma!.values[(j - p) * rows + i]!, 1];
    return [1, 2 + j - p - q];
  }
}

function predicted(
  { offset, columns, values }: Predictor,
  i: number,
  rows: number,
  at: Float64Array,
  from: number,
): number {
  let sum = offset[i]!;
  for (let j = 0; j < columns; j++) sum += values[j * rows + i]! * at[from + j]!;
  return sum;
}
