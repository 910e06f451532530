/*
 * Levels on a rooted tree. An effect starts at 0 at the root and moves along the edges as Brownian motion: its variance at a node is the
 * node's depth, and two nodes covary by the depth at which their paths part. Divided by the square root of its depth, each node's
 * effect has variance 1 and, with q = (depth - depth above) / depth, depends on the node above it alone:
 *   u = sqrt(1 - q) u_above + N(0, q),
 * so that the precision over tips and inner nodes without the root is sparse (Hadfield & Nakagawa 2010, J Evol Biol 23:494), all
 * numbers are of order 1, and short edges beside the root do no harm.
 */

/** A tree of any size with the depth of each node: node 0 is the root at depth 0, a node comes after the one above it. */
export interface Rooted {
  readonly parents: ArrayLike<number>;
  readonly depths: Float64Array;
}

/**
 * The part of a tree that the levels with rows need: their nodes, and those where their paths part. Chains are one edge, and an edge
 * shorter than CONTRACTED of the depth at its lower end is none: 1 / q would cost more digits than it is worth.
 */
export interface Fitted extends Rooted {
  readonly parents: Int32Array;
  /** by used node of the whole tree: its node here */
  readonly nodes: Int32Array;
  /** by node of the whole tree: the node here at or below it, -1 where none of those used is below */
  readonly below: Int32Array;
}

/** An error of as much in correlations; at 1e-9 a log-likelihood keeps 6 digits behind the point, contracted or not. */
export const CONTRACTED = 1e-9;

/** Prunes a tree to the nodes that are used. Depths run from the root as it is written. */
export function fitted({ parents, depths }: Rooted, used: ArrayLike<number>): Fitted {
  const n = parents.length;
  const isUsed = new Uint8Array(n);
  for (let j = 0; j < used.length; j++) isUsed[used[j]!] = 1;
  // ways down from a node to those used; where there is one, `only` is where it leads
  const ways = new Int32Array(n);
  const only = new Int32Array(n).fill(-1);
  for (let node = n - 1; node >= 0; node--) {
    if (isUsed[node] === 1 || ways[node]! > 1) only[node] = node;
    if (node > 0 && only[node]! >= 0) {
      ways[parents[node]!]!++;
      only[parents[node]!] = only[node]!;
    }
  }
  only[0] = 0;

  const at = new Int32Array(n).fill(-1);
  at[0] = 0;
  const kept = { parents: [-1], depths: [0] };
  for (let node = 1; node < n; node++) {
    const parent = at[parents[node]!]!;
    // in a chain, or beside all paths: what is below hangs from the node above
    at[node] = parent;
    if (only[node] !== node) continue;
    const depth = depths[node]!;
    if (!(depth - kept.depths[parent]! > CONTRACTED * depth)) continue;
    at[node] = kept.parents.length;
    kept.parents.push(parent);
    kept.depths.push(depth);
  }
  return {
    parents: Int32Array.from(kept.parents),
    depths: Float64Array.from(kept.depths),
    nodes: Int32Array.from(used, (node) => at[node]!),
    below: only.map((node) => (node < 0 ? -1 : at[node]!)),
  };
}

/** Depth at which the paths from the root to two nodes part. */
export function sharedDepth({ parents, depths }: Rooted, a: number, b: number): number {
  let [x, y] = [a, b];
  while (x !== y) {
    if (x > y) x = parents[x]!;
    else y = parents[y]!;
  }
  return depths[x]!;
}
