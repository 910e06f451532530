import type { Fit } from "../index";
import { normalTwoSidedP } from "../stats/normal";
import { effectsOf } from "./effects";
import { inverseVarianceMean } from "./estimate";

/** Kendall's rank correlation of standardized effects and sampling variances. */
export interface RankTest {
  /** Kendall's tau (tau-b where there are ties) */
  readonly tau: number;
  /** two-sided */
  readonly pValue: number;
  /** whether pValue is of the exact distribution, else of its normal approximation */
  readonly exact: boolean;
  readonly notes: readonly string[];
}

/** The exact distribution is used up to this many effect sizes; the normal approximation is then good to 1e-4. */
const MOST_EXACT = 500;

/**
 * The rank correlation test for funnel asymmetry (Begg and Mazumdar 1994, Biometrics 50, 1088-1101): Kendall's tau between
 * the standardized deviates (y_i - m) / sqrt(v_i - 1 / sum w) and v_i, where w = 1 / v and m = sum w y / sum w. Its p-value is
 * exact without ties, else the normal approximation with Kendall's variance for ties. Moderators are not taken into account.
 *
 * @throws DrmError what effectsOf() throws
 */
export function rankTest(fit: Fit): RankTest {
  const { yi, vi, notes } = effectsOf("rankTest", fit);
  const { mean, total } = inverseVarianceMean({ yi, vi });
  // a single effect size, or one that has all the weight, does not deviate
  const deviates = yi.map((y, i) => (y - mean) / Math.sqrt(vi[i]! - 1 / total));
  return { ...kendall(deviates, vi), notes };
}

/** Kendall's tau-b of two variables, with a two-sided test; NaN where one of them is constant. */
export function kendall(x: ArrayLike<number>, y: ArrayLike<number>): Omit<RankTest, "notes"> {
  const n = x.length;
  let score = 0;
  let [tiedX, tiedY] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [Math.sign(x[i]! - x[j]!), Math.sign(y[i]! - y[j]!)];
      score += a * b;
      if (a === 0) tiedX++;
      if (b === 0) tiedY++;
    }
  }
  const pairs = (n * (n - 1)) / 2;
  const tau = score / Math.sqrt((pairs - tiedX) * (pairs - tiedY));
  const exact = tiedX === 0 && tiedY === 0 && n <= MOST_EXACT;
  if (Number.isNaN(tau)) return { tau, pValue: Number.NaN, exact: false };
  return { tau, pValue: exact ? exactP(n, (pairs + score) / 2) : approximateP(score, x, y), exact };
}

/**
 * P(|S| >= |s|) over all orders: the number of concordant pairs of a random permutation of n is a sum of independent
 * uniform numbers on 0..i, i < n (Kendall 1970, Rank Correlation Methods, chapter 5).
 */
function exactP(n: number, concordant: number): number {
  const pairs = (n * (n - 1)) / 2;
  let probability = Float64Array.of(1);
  for (let i = 1; i < n; i++) {
    const next = new Float64Array(probability.length + i);
    let window = 0;
    for (let s = 0; s < next.length; s++) {
      if (s < probability.length) window += probability[s]!;
      if (s > i) window -= probability[s - i - 1]!;
      next[s] = window / (i + 1);
    }
    probability = next;
  }
  const least = Math.min(concordant, pairs - concordant);
  let tail = 0;
  for (let s = 0; s <= least; s++) tail += probability[s]!;
  return Math.min(1, 2 * tail);
}

/** Normal approximation with the variance of S under ties (Kendall 1970, chapter 4). */
function approximateP(score: number, x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = x.length;
  const [tx, ty] = [tieSums(x), tieSums(y)];
  const variance =
    (n * (n - 1) * (2 * n + 5) - tx.five - ty.five) / 18 +
    (tx.two * ty.two) / (2 * n * (n - 1)) +
    (tx.three * ty.three) / (9 * n * (n - 1) * (n - 2) || 1);
  return normalTwoSidedP(score / Math.sqrt(variance));
}

/** Over groups of t tied values: the sums of t (t - 1), t (t - 1)(t - 2) and t (t - 1)(2 t + 5). */
function tieSums(x: ArrayLike<number>): { two: number; three: number; five: number } {
  const counts = new Map<number, number>();
  for (const value of Array.from(x)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sums = { two: 0, three: 0, five: 0 };
  for (const t of counts.values()) {
    sums.two += t * (t - 1);
    sums.three += t * (t - 1) * (t - 2);
    sums.five += t * (t - 1) * (2 * t + 5);
  }
  return sums;
}
