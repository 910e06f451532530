import { DrmError } from "../../errors";
import type { Fit, RobustErrors } from "../../fit/fit";
import { choleskyFactor } from "../../linalg/cholesky";
import { symmetricEigen } from "../../linalg/eigen";
import { leastSquares } from "../../linalg/least-squares";
import { crossProduct, product, timesTransposed } from "../../linalg/product";
import { solveLowerAt } from "../../linalg/solve";
import { fittedSpreads } from "../../opened/fitted-spreads";
import { openFit } from "../../opened/open-fit";

/**
 * The parts of a cluster-robust covariance matrix with the model's own Sigma as working covariance and W = Sigma^-1
 * (Pustejovsky and Tipton 2018, Journal of Business & Economic Statistics 36, 672-683),
 *
 *   V_CR = M [ sum_i X_i' W_i A_i e_i e_i' A_i' W_i X_i ] M,   M = (X' W X)^-1.
 *
 * Each cluster is whitened, Sigma_i = L_i L_i', L^-1 X = Q R, so that M = R^-1 R^-T and the clusters' scores in the
 * coordinates of Q are T_i' L_i^-1 e_i with
 *
 *   CR0, CR1:  T_i = Q_i
 *   CR2:       T_i = K B^-1/2 Q_i,   K = L_i' L_i,   B = K (I - Q_i Q_i') K,
 *
 * which is their A_i = L_i B^-1/2 L_i'. B is singular where a cluster alone determines a coefficient: the
 * Moore-Penrose inverse is taken. Cost O(m^3) for a cluster of m observations.
 */
export interface Sandwich {
  readonly p: number;
  /** R^-1, p x p, row-major, upper triangular */
  readonly inverseR: Float64Array;
  /** T_i' L_i^-1 e_i of each cluster, clusters x p, row-major, in the coordinates of Q */
  readonly scores: Float64Array;
  /** of each score the sum of the sizes of its terms: what its rounding is relative to */
  readonly sizes: Float64Array;
  readonly clusters: readonly ClusterPart[];
}

/** The working model's covariance of scores i and j is (i = j) D_i - E_i' E_j, in the coordinates of Q. */
export interface ClusterPart {
  /** T_i' T_i, p x p, row-major */
  readonly D: Float64Array;
  /** Q_i' T_i, p x p, row-major */
  readonly E: Float64Array;
}

export function sandwich(
  fit: Fit,
  { type, codes, clusters }: Omit<RobustErrors, "df" | "cluster">,
): Sandwich {
  const { model, covariance } = openFit(fit);
  const { rows, outcomes, location } = model;
  const p = location.columns;
  const members = membersOf(
    outcomes === null ? codes : Int32Array.from(outcomes.frameRow, (row) => codes[row]!),
    clusters,
  );
  const spreads = fittedSpreads(fit, model);
  const X = location.values.slice();
  const y = model.y.slice();
  const factors = members.map((own) => {
    const L = choleskyFactor(covariance(own, spreads), own.length);
    if (L === null) {
      const row = fit.rows[outcomes === null ? own[0]! : outcomes.frameRow[own[0]!]!]! + 1;
      const what = `the fitted covariance matrix of the cluster of row ${row} is singular`;
      throw new DrmError("not_positive_definite", `${what}, so robust errors do not exist`);
    }
    for (let j = 0; j < p; j++) solveLowerAt(L, own, X.subarray(j * rows, (j + 1) * rows));
    solveLowerAt(L, own, y);
    return L;
  });
  const { Q, inverseR, residual } = leastSquares(X, y, rows, p);
  dropRounding(residual, y);
  const scores = new Float64Array(clusters * p);
  const sizes = new Float64Array(clusters * p);
  const parts = members.map((own, c) => {
    const m = own.length;
    const Qi = new Float64Array(m * p);
    for (let i = 0; i < m; i++) for (let j = 0; j < p; j++) Qi[i * p + j] = Q[j]![own[i]!]!;
    const T = type === "CR2" ? adjusted(factors[c]!, Qi, m, p) : Qi;
    for (let i = 0; i < m; i++) {
      const e = residual[own[i]!]!;
      for (let j = 0; j < p; j++) {
        const [t, q] = [T[i * p + j]!, Qi[i * p + j]!];
        scores[c * p + j]! += t * e;
        // where the inverse of B takes a direction out of Q, what is left of it in T is rounding
        sizes[c * p + j]! += Math.max(Math.abs(t), Math.abs(q)) * Math.abs(e);
      }
    }
    return { D: crossProduct(T, T, m, p, p), E: crossProduct(Qi, T, m, p, p) };
  });
  return { p, inverseR, scores, sizes, clusters: parts };
}

/** Relative to the largest effect size, in its standard errors: a residual below is rounding of 0. */
const NO_RESIDUAL = 1e-13;

function dropRounding(residual: Float64Array, y: Float64Array): void {
  let largest = 0;
  for (const value of y) largest = Math.max(largest, Math.abs(value));
  residual.forEach((e, i) => {
    if (Math.abs(e) <= NO_RESIDUAL * largest) residual[i] = 0;
  });
}

/** Observations by cluster. */
function membersOf(codes: Int32Array, clusters: number): Int32Array[] {
  const lists: number[][] = Array.from({ length: clusters }, () => []);
  codes.forEach((code, i) => {
    lists[code]!.push(i);
  });
  return lists.map((list) => Int32Array.from(list));
}

/** A direction that a cluster determines alone: its leverage is 1 up to this. */
const FULL_LEVERAGE = 1e-10;

/** K B^-1/2 Q, m x p. */
function adjusted(L: Float64Array, Q: Float64Array, m: number, p: number): Float64Array {
  let leverage = 0;
  for (const q of Q) leverage += q * q;
  // one observation: K cancels
  if (m === 1) return Q.map((q) => (leverage > 1 - FULL_LEVERAGE ? 0 : q / Math.sqrt(1 - leverage)));
  const K = crossProduct(L, L, m, m, m);
  const KQ = product(K, Q, m, m, p);
  const B = product(K, K, m, m, m);
  timesTransposed(KQ, KQ, m, p, m).forEach((value, at) => {
    B[at]! -= value;
  });
  const singular = leverage > 1 - FULL_LEVERAGE ? fullLeverages(Q, m, p) : 0;
  const { values, vectors } = symmetricEigen(B, m);
  const rotated = crossProduct(vectors, Q, m, m, p);
  for (let e = 0; e < m; e++) {
    const root = e < singular || !(values[e]! > 0) ? 0 : 1 / Math.sqrt(values[e]!);
    for (let j = 0; j < p; j++) rotated[e * p + j]! *= root;
  }
  return product(K, product(vectors, rotated, m, m, p), m, m, p);
}

/** How many directions the cluster determines alone: no more than the sum of its leverages. */
function fullLeverages(Q: Float64Array, m: number, p: number): number {
  return symmetricEigen(crossProduct(Q, Q, m, p, p), p).values.filter((value) => value > 1 - FULL_LEVERAGE)
    .length;
}

const sandwiches = new WeakMap<Fit, Sandwich>();

/** The parts of a robust fit's errors, worked out once: they cost the cube of each cluster. */
export function sandwichOf(fit: Fit): Sandwich {
  let parts = sandwiches.get(fit);
  if (parts === undefined) {
    parts = sandwich(fit, fit.robust!);
    sandwiches.set(fit, parts);
  }
  return parts;
}
