// Where the audit's climbs inside the scale start.
import { type Face, profileOf } from "./faces";
import type { PlainModel } from "./plain-model";
import type { Space } from "./space";

const RANDOM_STARTS = 30;
const MOST_LEANS = 60;

/** Linear predictors that are the same in all units: sizes of the SDs, who has most of the variance, correlations. */
export function constantTargets({ parts, spread }: PlainModel): Float64Array[][] {
  const sds = parts.filter(({ kind }) => kind !== "rho").length;
  const out: Float64Array[][] = [];
  const correlations = parts.some(({ kind }) => kind === "rho") ? [0, 1, -1] : [0];
  for (const eta of correlations) {
    for (let large = 2 ** sds - 1; large >= 0; large--) {
      let s = 0;
      out.push(
        parts.map(({ kind, units }) => {
          if (kind === "rho") return new Float64Array(units).fill(eta);
          const size = (large >> s++) % 2 === 1 ? 0.7 : 0.1;
          return new Float64Array(units).fill(Math.log(size * spread));
        }),
      );
    }
  }
  return out;
}

/** One unit alone high or low, as far as the design allows, and towards each edge. */
export function leaningStarts(
  { parts }: PlainModel,
  faces: readonly (readonly Face[])[],
  inside: Space,
  base: readonly Float64Array[],
  random: () => number,
): Float64Array[] {
  const starts: Float64Array[] = [];
  parts.forEach((part, t) => {
    if (faces[t][0].columns === 1) return;
    const toUnits = sample(
      Array.from({ length: part.units }, (_, u) => u),
      MOST_LEANS,
      random,
    ).map((u) => profileOf(faces[t][0].basis, faces[t][0].columns, u));
    const toEdges = sample(faces[t].slice(1), MOST_LEANS, random).map(({ direction }) => direction);
    for (const profile of toUnits) for (const lean of [3, -3, 8, -8]) starts.push(leaning(t, profile, lean));
    for (const profile of toEdges) for (const lean of [4, 12]) starts.push(leaning(t, profile, lean));
  });
  return starts;

  function leaning(t: number, profile: Float64Array, lean: number): Float64Array {
    return inside.project(
      base.map((targets, s) => (s === t ? targets.map((value, u) => value + lean * profile[u]) : targets)),
    );
  }
}

export function randomStarts(base: Float64Array, random: () => number): Float64Array[] {
  return Array.from({ length: RANDOM_STARTS }, () => base.map((value) => value + 2.5 * normalFrom(random)));
}

function normalFrom(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

/** The first of a sorted list, its middle, the second, the one after the middle, ... */
export function interleave<T>(sorted: readonly T[]): T[] {
  const half = Math.ceil(sorted.length / 2);
  return sorted
    .slice(0, half)
    .flatMap((item, i) => (half + i < sorted.length ? [item, sorted[half + i]] : [item]));
}

export function sample<T>(items: readonly T[], most: number, random: () => number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, () => items[Math.floor(random() * items.length)]);
}
