import type { LevelsInput } from "./terms/term";

/** What the dense kernel takes of levels beside their numbers. */
export interface DenseLevels {
  /** dense rows x terms, row-major: what a level's effect is multiplied by; null where that is 1 throughout */
  readonly z: Float64Array | null;
  /** numbers of the terms whose levels are correlated */
  readonly structured: Int32Array;
  /** for each cluster, for each of these terms: the lower triangle, row-major, of the correlations of its rows' levels, 0 where one has none */
  readonly correlations: Float64Array;
}

export const NO_DENSE_LEVELS: DenseLevels = {
  z: null,
  structured: new Int32Array(0),
  correlations: new Float64Array(0),
};

/** @param rowOrder the rows of the clusters, one cluster after the other; @param sizes rows, levels and pairs of each */
export function denseLevels(
  random: readonly LevelsInput[],
  rowOrder: readonly number[],
  sizes: readonly number[],
): DenseLevels {
  if (rowOrder.length === 0) return NO_DENSE_LEVELS;
  const width = random.length;
  let z: Float64Array | null = null;
  if (random.some((term) => term.z !== null)) {
    z = new Float64Array(rowOrder.length * width);
    rowOrder.forEach((row, i) => {
      for (let t = 0; t < width; t++) {
        const own = random[t]!;
        z![i * width + t] = own.index[row]! < 0 || own.z === null ? 1 : own.z[row]!;
      }
    });
  }
  const structured = random.flatMap(({ structure }, t) => (structure === null ? [] : [t]));
  if (structured.length === 0) return { ...NO_DENSE_LEVELS, z };
  const correlations: number[] = [];
  let first = 0;
  for (let c = 0; c < sizes.length; c += 3) {
    const end = first + sizes[c]!;
    for (const t of structured) {
      const { index, structure } = random[t]!;
      for (let a = first; a < end; a++) {
        const one = index[rowOrder[a]!]!;
        for (let b = first; b <= a; b++) {
          const other = index[rowOrder[b]!]!;
          correlations.push(one < 0 || other < 0 ? 0 : structure!.correlation(one, other));
        }
      }
    }
    first = end;
  }
  return { z, structured: Int32Array.from(structured), correlations: Float64Array.from(correlations) };
}
