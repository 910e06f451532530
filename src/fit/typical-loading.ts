import type { EffectsTerm } from "../model/terms/term";

/** Root mean square of what rows have of an effect of SD 1: 1 for intercepts, the size of its column for a slope. */
export function typicalLoading({ index, z, structure }: EffectsTerm): number {
  if (z === null && structure === null) return 1;
  let rows = 0;
  let squares = 0;
  for (let i = 0; i < index.length; i++) {
    const level = index[i]!;
    if (level < 0) continue;
    rows++;
    squares += (z === null ? 1 : z[i]! ** 2) * (structure === null ? 1 : structure.correlation(level, level));
  }
  return squares > 0 ? Math.sqrt(squares / rows) : 1;
}
