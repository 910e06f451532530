import type { Conditional } from "../structure";
import type { Fitted, Rooted } from "./rooted";

/*
 * What the effects of the fitted levels say of another node of the tree. Its path up meets the fitted tree at a point of an edge, and
 * seen from that point the fitted tree is two branches, down and up. What a branch says of the effect at its near end is a weighted mean
 * with a variance: at a level 0; at the root, whose effect is 0, also 0; elsewhere those of the branches behind it, each with the length of
 * its edge added, in proportion to their precisions. Brownian motion (Felsenstein 1973, Am J Hum Genet 25:471). Cost: linear in the tree.
 */

/** Branches at one point, and the share of its estimate that comes from each. */
interface Branch {
  /** towards it */
  readonly node: number;
  /** up, from the node `from`; otherwise down */
  readonly from: number;
  readonly variance: number;
}

export function nodeGiven(
  whole: Rooted & { readonly sds: Float64Array },
  tree: Fitted,
  node: number,
  nodeByLevel: Int32Array,
  scale: Float64Array,
): Conditional {
  const weights = new Float64Array(nodeByLevel.length);
  const depth = whole.depths[node]!;
  if (depth === 0) return { weights, variance: 0 };
  let meets = node;
  while (tree.below[meets]! < 0) meets = whole.parents[meets]!;
  const lower = tree.below[meets]!;
  let variance = depth;
  if (lower > 0) {
    const { parents, depths } = tree;
    const upper = parents[lower]!;
    const point = Math.min(Math.max(whole.depths[meets]!, depths[upper]!), depths[lower]!);
    const raw = pointGiven(tree, lower, point, nodeByLevel);
    variance = raw.variance + Math.max(0, depth - point);
    // from effects of variance `depth` to those that rows have
    const own = whole.sds[node]! / Math.sqrt(depth);
    nodeByLevel.forEach((at, level) => {
      const weight = raw.byNode[at]!;
      if (weight > 0) weights[level] = (weight * own * Math.sqrt(depths[at]!)) / scale[level]!;
    });
  }
  return { weights, variance: (variance * whole.sds[node]! ** 2) / depth };
}

/** Weights by node of the fitted tree, of levels alone, for the point at a depth on the edge above `lower`. */
function pointGiven(tree: Fitted, lower: number, point: number, nodeByLevel: Int32Array) {
  const { parents, depths } = tree;
  const n = parents.length;
  const isLevel = new Uint8Array(n);
  for (const node of nodeByLevel) isLevel[node] = 1;
  isLevel[0] = 1;
  const children: number[][] = Array.from({ length: n }, () => []);
  // variance of what is known at a node from below
  const down = new Float64Array(n);
  for (let node = n - 1; node > 0; node--) {
    down[node] = isLevel[node] === 1 ? 0 : 1 / down[node]!;
    const parent = parents[node]!;
    children[parent]!.push(node);
    if (isLevel[parent] === 0) down[parent]! += 1 / (down[node]! + edge(node));
  }
  // and from above, of the nodes over the point: each from the side of the one below it on that path
  const path: number[] = [];
  for (let node = parents[lower]!; ; node = parents[node]!) {
    path.push(node);
    if (isLevel[node] === 1) break;
  }
  const up = new Float64Array(n);
  for (let k = path.length - 2; k >= 0; k--) {
    const from = k === 0 ? lower : path[k - 1]!;
    up[path[k]!] = 1 / branchesAt(path[k]!, from).reduce((sum, { variance }) => sum + 1 / variance, 0);
  }

  const byNode = new Float64Array(n);
  const upper = parents[lower]!;
  const first: Branch[] = [
    { node: lower, from: -1, variance: down[lower]! + depths[lower]! - point },
    { node: upper, from: lower, variance: up[upper]! + point - depths[upper]! },
  ];
  const exact = first.find(({ variance }) => variance === 0);
  const stack: (Branch & { readonly share: number })[] = exact ? [{ ...exact, share: 1 }] : shared(first, 1);
  while (stack.length > 0) {
    const { node, from, share } = stack.pop()!;
    if (isLevel[node] === 1) byNode[node]! += share;
    else for (const branch of shared(branchesAt(node, from), share)) stack.push(branch);
  }
  byNode[0] = 0;
  return { byNode, variance: exact ? 0 : 1 / first.reduce((sum, { variance }) => sum + 1 / variance, 0) };

  function edge(node: number): number {
    return depths[node]! - depths[parents[node]!]!;
  }

  /** What leads on from a node that is no level: down, and where it was come to from below, to the side and up. */
  function branchesAt(node: number, from: number): Branch[] {
    const branches = children[node]!.filter((child) => child !== from).map((child) => ({
      node: child,
      from: -1,
      variance: down[child]! + edge(child),
    }));
    if (from >= 0) {
      branches.push({ node: parents[node]!, from: node, variance: up[parents[node]!]! + edge(node) });
    }
    return branches;
  }
}

function shared(branches: readonly Branch[], share: number) {
  const precision = branches.reduce((sum, { variance }) => sum + 1 / variance, 0);
  return branches.map((branch) => ({ ...branch, share: share / (branch.variance * precision) }));
}
