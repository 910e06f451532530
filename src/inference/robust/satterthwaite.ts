import { choleskyFactor } from "../../linalg/cholesky";
import { congruence, crossProduct, timesTransposed } from "../../linalg/product";
import { solveLowerAt } from "../../linalg/solve";
import type { Sandwich } from "./sandwich";

/**
 * Degrees of freedom of a cluster-robust covariance matrix of q contrasts C b under the working model: eta, such that
 * the matrix is like a Wishart matrix of eta degrees of freedom, its elements' total variance matched (Pustejovsky and
 * Tipton 2018, eq. 12, "HTZ"). With scores T_i of covariance P_ij, rotated so that their sum is the identity,
 *
 *   eta = q (q + 1) / sum_ij [ tr(P_ij)^2 + tr(P_ij P_ij) ],
 *
 * which for one contrast is Satterthwaite's (sum_i P_ii)^2 / sum_ij P_ij^2 (Bell and McCaffrey 2002). The double sum over
 * clusters is one of squares of sums: cost O(clusters (p q)^2). NaN when the contrasts have no variance.
 *
 * @param contrasts q x p over the location coefficients, row-major
 */
export function wishartDf({ p, inverseR, clusters }: Sandwich, contrasts: Float64Array, q: number): number {
  // in the coordinates of Q: C R^-1
  const C = new Float64Array(q * p);
  for (let a = 0; a < q; a++) {
    for (let j = 0; j < p; j++) {
      for (let k = 0; k <= j; k++) C[a * p + j]! += contrasts[a * p + k]! * inverseR[k * p + j]!;
    }
  }
  const rotated = rotateToIdentity(C, q, p, clusters);
  if (rotated === null) return Number.NaN;

  const pq = p * q;
  const S = new Float64Array(pq * pq);
  let variance = 0;
  for (const { D, E } of clusters) {
    const F = timesTransposed(E, rotated, p, p, q);
    for (let u = 0; u < pq; u++) {
      if (F[u] === 0) continue;
      for (let v = 0; v < pq; v++) S[u * pq + v]! += F[u]! * F[v]!;
    }
    // i = j has D - E'E where the double sum below counts -E'E
    const own = congruence(rotated, D, q, p);
    const shared = crossProduct(F, F, p, q, q);
    variance -= squares(shared, q);
    for (let at = 0; at < own.length; at++) own[at]! -= shared[at]!;
    variance += squares(own, q);
  }
  // sum_ij tr(F_i' F_j)^2 + tr(F_i' F_j F_i' F_j)
  for (let k = 0; k < p; k++) {
    for (let a = 0; a < q; a++) {
      for (let l = 0; l < p; l++) {
        for (let b = 0; b < q; b++) {
          const same = S[(k * q + a) * pq + l * q + b]!;
          const crossed = S[(k * q + b) * pq + l * q + a]!;
          variance += same * same + same * crossed;
        }
      }
    }
  }
  return (q * (q + 1)) / variance;
}

/** G C with G (sum_i P_ii) G' = I; null when that sum is singular. */
function rotateToIdentity(
  C: Float64Array,
  q: number,
  p: number,
  clusters: Sandwich["clusters"],
): Float64Array | null {
  const omega = new Float64Array(q * q);
  for (const { D, E } of clusters) {
    const own = congruence(C, D, q, p);
    const F = timesTransposed(E, C, p, p, q);
    const shared = crossProduct(F, F, p, q, q);
    for (let at = 0; at < omega.length; at++) omega[at]! += own[at]! - shared[at]!;
  }
  const L = choleskyFactor(omega, q);
  if (L === null) return null;
  const out = C.slice();
  for (let j = 0; j < p; j++) {
    const column = Int32Array.from({ length: q }, (_, a) => a * p + j);
    solveLowerAt(L, column, out);
  }
  return out;
}

/** tr(P)^2 + tr(P P) of a symmetric P. */
function squares(P: Float64Array, q: number): number {
  let trace = 0;
  let sum = 0;
  for (let a = 0; a < q; a++) {
    trace += P[a * q + a]!;
    for (let b = 0; b < q; b++) sum += P[a * q + b]! * P[b * q + a]!;
  }
  return trace * trace + sum;
}
