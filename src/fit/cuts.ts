import { inverseOf, normalTo } from "../linalg/elimination";
import { dot } from "../linalg/vector";
import { isOn, subsets } from "./faces";

/**
 * A way to part the rows of a correlation's design by a plane through q - 1 of them: +1 above it, -1 below, and each of the
 * rows on it free or to one of the sides. Any choice of correlations that coefficients can run to is one of these.
 */
export interface Cut {
  /** the q - 1 rows on the plane, and where each of them goes: 0 stays free */
  readonly on: readonly number[];
  readonly sides: readonly Side[];
  readonly normal: Float64Array;
}

type Side = -1 | 0 | 1;
const ENDS = [1, -1] as const;
const ALL = [0, 1, -1] as const;

/** Where the coefficients run to, and from where: the rows that stay free keep their predictor. */
export interface Way {
  readonly direction: Float64Array;
  readonly base: Float64Array;
}

/** Null where rounding hides which side a row is on. */
export function wayTo(
  { on, sides, normal }: Cut,
  rows: readonly Float64Array[],
  predictors: ArrayLike<number>,
): Way | null {
  const q = normal.length;
  // its columns: 1 in one of the rows on the plane, 0 in the others
  const inverse = inverseOf([...on.map((at) => rows[at]!), normal]);
  if (inverse === null) return null;
  const base = new Float64Array(q);
  const push = new Float64Array(q);
  on.forEach((at, i) => {
    const side = sides[i]!;
    for (let k = 0; k < q; k++) {
      if (side === 0) base[k]! += predictors[at]! * inverse[k * q + i]!;
      else push[k]! += side * inverse[k * q + i]!;
    }
  });
  // so little that no other row changes sides
  let factor = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const pushed = Math.abs(dot(row, push));
    if (pushed > 0 && !isOn(row, normal)) factor = Math.min(factor, Math.abs(dot(row, normal)) / pushed);
  }
  const size = Number.isFinite(factor) ? 0.5 * factor : 1;
  return { direction: normal.map((part, k) => part + size * push[k]!), base };
}

/** The cells around the rows' plane, on either side of it. */
export function* cellsAround(
  on: readonly number[],
  rows: readonly Float64Array[],
  q: number,
): Generator<Cut> {
  for (const normal of bothWays(on, rows, q))
    for (const sides of patternsOf(ENDS, q - 1)) yield { on, sides, normal };
}

/** The cuts along the rows' plane that leave them free, both ways. */
export function* freeAt(on: readonly number[], rows: readonly Float64Array[], q: number): Generator<Cut> {
  const sides = on.map((): Side => 0);
  for (const normal of bothWays(on, rows, q)) yield { on, sides, normal };
}

/**
 * Cuts through the same rows, and through all but one of them and another. "cells" leave no row on the plane: from a cut
 * with none.
 */
export function* neighboursOf(
  { on, sides, normal }: Cut,
  rows: readonly Float64Array[],
  which: "any" | "cells",
): Generator<Cut> {
  const q = normal.length;
  const among = which === "cells" ? ENDS : ALL;
  for (const other of patternsOf(among, q - 1)) yield { on, sides: other, normal };
  for (let i = 0; i < on.length; i++) {
    for (let j = 0; j < rows.length; j++) {
      if (on.includes(j)) continue;
      const through = on.map((at, k) => (k === i ? j : at));
      for (const turned of bothWays(through, rows, q)) {
        for (const side of among) {
          yield { on: through, sides: sides.map((one, k) => (k === i ? side : one)), normal: turned };
        }
      }
    }
  }
}

function bothWays(on: readonly number[], rows: readonly Float64Array[], q: number): readonly Float64Array[] {
  const normal = normalTo(
    on.map((at) => rows[at]!),
    q,
  );
  return normal === null ? [] : [normal, normal.map((part) => -part)];
}

function patternsOf(among: readonly Side[], size: number): Side[][] {
  let patterns: Side[][] = [[]];
  for (let i = 0; i < size; i++) patterns = patterns.flatMap((one) => among.map((side) => [...one, side]));
  return patterns;
}

/** The cut through the q - 1 independent rows on which a direction is nearest to 0, each on the side where it is. */
export function cutNear(rows: readonly Float64Array[], direction: Float64Array): Cut | null {
  const q = direction.length;
  const heights = rows.map((row) => (isOn(row, direction) ? 0 : dot(row, direction)));
  const nearest = rows.map((_, i) => i).sort((a, b) => Math.abs(heights[a]!) - Math.abs(heights[b]!));
  for (const choice of subsets(Math.min(rows.length, q + 3), q - 1)) {
    const on = choice.map((i) => nearest[i]!);
    const sides = on.map((at) => Math.sign(heights[at]!) as Side);
    for (const normal of bothWays(on, rows, q)) if (dot(normal, direction) >= 0) return { on, sides, normal };
  }
  return null;
}
