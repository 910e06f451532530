import type { Conditional } from "../structure";
import type { Fitted, Rooted } from "./rooted";

/**
 * What the effects of the fitted tree say of another node of the whole tree. Its path up meets the fitted tree at a point of an edge, at
 * depth t, and given the ends of that edge it depends on nothing else. Brownian motion B between B_u at depth d_u and B_l at d_l is
 *
 *   N(((d_l - t) B_u + (t - d_u) B_l) / (d_l - d_u),  (t - d_u) (d_l - t) / (d_l - d_u))
 *
 * and at the root 0. An effect is B over the square root of its depth.
 *
 * @param effect by fitted node, the number of its effect
 */
export function nodeGiven(
  whole: Rooted & { readonly sds: Float64Array },
  tree: Fitted,
  node: number,
  effect: Int32Array,
): Conditional {
  const effects: number[] = [];
  const weights: number[] = [];
  const depth = whole.depths[node]!;
  if (depth === 0) return { effects, weights, variance: 0 };
  let meets = node;
  while (tree.below[meets]! < 0) meets = whole.parents[meets]!;
  const lower = tree.below[meets]!;
  // of B at the node, and that in units of which the effect of the node is
  let variance = depth;
  const own = whole.sds[node]! / Math.sqrt(depth);
  if (lower > 0) {
    const { parents, depths } = tree;
    const upper = parents[lower]!;
    const point = Math.min(Math.max(whole.depths[meets]!, depths[upper]!), depths[lower]!);
    const edge = depths[lower]! - depths[upper]!;
    const [above, under] = [point - depths[upper]!, depths[lower]! - point];
    variance = (above * under) / edge + Math.max(0, depth - point);
    for (const [end, share] of [
      [lower, above / edge],
      [upper, under / edge],
    ] as const) {
      if (end === 0 || share === 0) continue;
      effects.push(effect[end]!);
      weights.push(share * Math.sqrt(depths[end]!) * own);
    }
  }
  return { effects, weights, variance: variance * own ** 2 };
}
