import { childCounts } from "../../data/tree";

/**
 * Depths of a tree without edge lengths (Grafen 1989, Phil Trans R Soc B 326:119, with rho = 1): a node above m of the n tips is at
 * 1 - (m - 1) / (n - 1), the root at 0 and every tip at 1. ape's compute.brlen(tree, "Grafen").
 */
export function grafenDepths(parents: readonly number[]): Float64Array {
  const n = parents.length;
  const tips = Float64Array.from(childCounts(parents), (below) => (below === 0 ? 1 : 0));
  for (let node = n - 1; node > 0; node--) tips[parents[node]!]! += tips[node]!;
  const all = Math.max(1, tips[0]! - 1);
  return tips.map((below) => 1 - (below - 1) / all);
}
