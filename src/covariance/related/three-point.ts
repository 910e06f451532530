import type { Rooted } from "./rooted";

/*
 * Matrices that are a tree's. S is one of depths at which paths from a root part, if of any three S_ij, S_ik, S_jk the two smallest are equal
 * (the three-point condition) and no S_ij is below 0 or above S_ii. The tree is then that of joining whoever shares most first. A matrix
 * that was divided by the square roots of its diagonal is one, too, after a change of scale: seen from any k,
 *   D_ij = C_ij / (C_ik C_jk)
 * are depths on the same tree with its root moved to k (along a path correlations multiply). Whatever comes out is held against every
 * cell, so that a matrix that only looks like a tree's (rounded, say) is none. Cost: n^2.
 */

/** A tree whose tips are the rows of a matrix. */
export interface MatrixTree extends Rooted {
  /** by row: its node */
  readonly tips: Int32Array;
}

/** The most that a cell may differ, as a correlation: what writing 15 digits does, and much less than rounding to four. */
const TOLERANCE = 1e-9;

/** The tree of a symmetric matrix n x n with a positive diagonal; null where it is none's. */
export function treeOfMatrix(S: Float64Array, n: number): MatrixTree | null {
  return joined(S, n) ?? rescaled(S, n);
}

/** Joins the two groups that share most, as long as there are two, and checks what they share. */
function joined(S: Float64Array, n: number): MatrixTree | null {
  const sd = Float64Array.from({ length: n }, (_, i) => Math.sqrt(S[i * n + i]!));
  const depths = Array.from({ length: n }, (_, i) => S[i * n + i]!);
  const above: number[] = new Array(n).fill(-1);
  // by row the first of its group; by such a first one the rows of the group, and the node over them
  const group = Int32Array.from({ length: n }, (_, i) => i);
  const members = Array.from({ length: n }, (_, i) => [i]);
  const top = Int32Array.from(group);
  for (const { i, j, value } of spanningTree(S, n)) {
    const [a, b] = [group[i]!, group[j]!];
    const [larger, smaller] = members[a]!.length >= members[b]!.length ? [a, b] : [b, a];
    const depth = Math.max(0, Math.min(value, depths[top[a]!]!, depths[top[b]!]!));
    for (const x of members[larger]!) {
      for (const y of members[smaller]!) {
        if (!(Math.abs(S[x * n + y]! - depth) <= TOLERANCE * sd[x]! * sd[y]!)) return null;
      }
    }
    above[top[a]!] = depths.length;
    above[top[b]!] = depths.length;
    top[larger] = depths.length;
    depths.push(depth);
    above.push(-1);
    for (const row of members[smaller]!) {
      group[row] = larger;
      members[larger]!.push(row);
    }
  }
  // the root comes first: nodes were made from the tips up
  const all = depths.length;
  return {
    parents: Int32Array.from({ length: all + 1 }, (_, k) => {
      if (k === 0) return -1;
      const parent = above[all - k]!;
      return parent < 0 ? 0 : all - parent;
    }),
    depths: Float64Array.from({ length: all + 1 }, (_, k) => (k === 0 ? 0 : depths[all - k]!)),
    tips: Int32Array.from({ length: n }, (_, i) => all - i),
  };
}

/** The spanning tree of largest sum (Prim 1957), its edges from the largest to the smallest. */
function spanningTree(S: Float64Array, n: number): { i: number; j: number; value: number }[] {
  const best = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
  const from = new Int32Array(n);
  const isIn = new Uint8Array(n);
  const edges: { i: number; j: number; value: number }[] = [];
  let last = 0;
  for (let step = 1; step < n; step++) {
    isIn[last] = 1;
    let next = -1;
    for (let j = 0; j < n; j++) {
      if (isIn[j] === 1) continue;
      if (S[last * n + j]! > best[j]!) {
        best[j] = S[last * n + j]!;
        from[j] = last;
      }
      if (next < 0 || best[j]! > best[next]!) next = j;
    }
    edges.push({ i: from[next]!, j: next, value: best[next]! });
    last = next;
  }
  return edges.sort((a, b) => b.value - a.value);
}

/** The trees of the groups of rows that correlate, each seen from one of its rows, side by side below one root. */
function rescaled(S: Float64Array, n: number): MatrixTree | null {
  const sd = Float64Array.from({ length: n }, (_, i) => Math.sqrt(S[i * n + i]!));
  const C = S.map((value, cell) => value / (sd[Math.floor(cell / n)]! * sd[cell % n]!));
  const parents = [-1];
  const depths = [0];
  const tips = new Int32Array(n);
  for (const rows of correlatedGroups(C, n)) {
    const k = viewpoint(C, n, rows);
    if (k < 0) return null;
    const m = rows.length;
    const D = new Float64Array(m * m);
    rows.forEach((i, a) => {
      rows.forEach((j, b) => {
        D[a * m + b] = C[i * n + j]! / (C[i * n + k]! * C[j * n + k]!);
      });
    });
    const tree = joined(D, m);
    if (tree === null) return null;
    const shift = parents.length - 1;
    for (let node = 1; node < tree.parents.length; node++) {
      const parent = tree.parents[node]!;
      parents.push(parent === 0 ? 0 : parent + shift);
      depths.push(tree.depths[node]!);
    }
    rows.forEach((i, a) => {
      tips[i] = tree.tips[a]! + shift;
    });
  }
  return { parents, depths: Float64Array.from(depths), tips };
}

/** Rows that are tied by correlations other than 0. */
export function correlatedGroups(C: Float64Array, n: number, zero = TOLERANCE): number[][] {
  const isSeen = new Uint8Array(n);
  const groups: number[][] = [];
  for (let first = 0; first < n; first++) {
    if (isSeen[first] === 1) continue;
    isSeen[first] = 1;
    const rows = [first];
    for (let at = 0; at < rows.length; at++) {
      for (let j = 0; j < n; j++) {
        if (isSeen[j] === 1 || Math.abs(C[rows[at]! * n + j]!) <= zero) continue;
        isSeen[j] = 1;
        rows.push(j);
      }
    }
    groups.push(rows.sort((a, b) => a - b));
  }
  return groups;
}

/** The row whose weakest correlation with the others is strongest; -1 where each has one of 0 or less. */
function viewpoint(C: Float64Array, n: number, rows: readonly number[]): number {
  let best = -1;
  let strongest = TOLERANCE;
  for (const i of rows) {
    let weakest = Number.POSITIVE_INFINITY;
    for (const j of rows) weakest = Math.min(weakest, C[i * n + j]!);
    if (weakest > strongest) [best, strongest] = [i, weakest];
  }
  return best;
}
