import { flatten, link, newForest } from "../covariance/union-find";
import { choleskyFactor } from "../linalg/cholesky";
import { choleskyInverse } from "../linalg/inverse";
import type { SparseSymmetric } from "../linalg/sparse-ldl";

/** Effects that are connected to more others than this are solved for one by one. */
const MOST_TOGETHER = 60;

/**
 * Elements of M^-1 of a sparse symmetric M that falls into small parts, as where studies share nothing: a part is inverted as it is, once.
 * The element of two variables of different parts is 0, of a part that is too large null. Not positive definite: NaN.
 */
export function partwiseInverse({
  n,
  rows,
  columns,
  values,
}: SparseSymmetric): (u: number, v: number) => number | null {
  const root = newForest(n);
  for (let e = 0; e < values.length; e++) if (values[e] !== 0) link(root, rows[e]!, columns[e]!);
  flatten(root);
  // variables of each part, and which of them one is
  const members = new Map<number, number[]>();
  const place = new Int32Array(n);
  for (let u = 0; u < n; u++) {
    const part = members.get(root[u]!) ?? [];
    if (part.length === 0) members.set(root[u]!, part);
    place[u] = part.push(u) - 1;
  }
  const entries = new Map<number, number[]>();
  for (let e = 0; e < values.length; e++) {
    const part = root[rows[e]!]!;
    if (root[columns[e]!] !== part || members.get(part)!.length > MOST_TOGETHER) continue;
    const own = entries.get(part);
    if (own === undefined) entries.set(part, [e]);
    else own.push(e);
  }
  const inverses = new Map<number, Float64Array>();
  const inverseOf = (part: number): Float64Array => {
    let inverse = inverses.get(part);
    if (inverse === undefined) {
      const m = members.get(part)!.length;
      const A = new Float64Array(m * m);
      for (const e of entries.get(part)!) {
        const [i, k] = [place[rows[e]!]!, place[columns[e]!]!];
        A[i * m + k]! += values[e]!;
        if (i !== k) A[k * m + i]! += values[e]!;
      }
      const L = choleskyFactor(A, m);
      inverse = L === null ? new Float64Array(m * m).fill(Number.NaN) : choleskyInverse(L, m).slice();
      inverses.set(part, inverse);
    }
    return inverse;
  };
  return (u, v) => {
    const part = root[u]!;
    const m = members.get(part)!.length;
    if (m > MOST_TOGETHER) return null;
    return root[v] === part ? inverseOf(part)[place[u]! * m + place[v]!]! : 0;
  };
}
