import { inverseOf, normalTo } from "../linalg/elimination";
import { removeProjection, spanOf } from "../linalg/orthogonal";
import { dot, norm } from "../linalg/vector";
import { independent } from "./design-parts";
import { facetNormals, isOn, subsets } from "./facets";

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

/**
 * Directions in whose cut one row more or one less stays free, or one has changed sides, than in this one's. The directions with each row
 * on the same side are a cone whose corners are the facets of the cone that the rows span, each turned to its side (facets.ts): the
 * rows at some corner are those that can change sides alone, and the sum of a row's corners has all others where they were.
 */
export function* besideCell(rows: readonly Float64Array[], direction: Float64Array): Generator<Float64Array> {
  const q = direction.length;
  const free: Float64Array[] = [];
  const sided: Float64Array[] = [];
  for (const row of rows) {
    if (isOn(row, direction)) free.push(row);
    else sided.push(dot(row, direction) > 0 ? row : row.map((part) => -part));
  }
  const pushed = (from: Float64Array, push: Float64Array): Float64Array => {
    // so little that no other row changes sides
    let most = Number.POSITIVE_INFINITY;
    for (const row of sided) {
      const height = isOn(row, from) ? 0 : dot(row, from);
      const change = dot(row, push);
      if (height > 0 && change < 0) most = Math.min(most, height / -change);
    }
    const size = Number.isFinite(most) ? 0.5 * most : 1;
    return from.map((part, k) => part + size * push[k]!);
  };
  for (const row of independent(free, q).map((at) => free[at]!)) {
    const others = spanOf(
      free.filter((other) => other !== row),
      INDEPENDENT,
    );
    const push = removeProjection(row.slice(), others);
    if (!(norm(push) > INDEPENDENT * norm(row))) continue;
    yield pushed(direction, push);
    yield pushed(
      direction,
      push.map((part) => -part),
    );
  }
  const axes = complementOf(free, q);
  if (axes.length < 2) return;
  const lift = (inner: Float64Array): Float64Array =>
    Float64Array.from({ length: q }, (_, k) => axes.reduce((sum, axis, a) => sum + inner[a]! * axis[k]!, 0));
  const turned = sided.map((row) => Float64Array.from(axes, (axis) => dot(axis, row)));
  const corners = facetNormals(turned, axes.length);
  for (const row of turned) {
    const own = corners.filter((corner) => isOn(row, corner));
    if (own.length === 0) continue;
    const middle = Float64Array.from({ length: axes.length }, (_, a) =>
      own.reduce((sum, corner) => sum - corner[a]!, 0),
    );
    // only with others can this one change sides
    if (turned.some((other) => isOn(other, middle) && !isParallel(other, row))) continue;
    const at = lift(middle);
    yield at;
    yield pushed(at, lift(row.map((part) => -part)));
  }
}

function isParallel(a: Float64Array, b: Float64Array): boolean {
  return dot(a, b) >= (1 - INDEPENDENT) * norm(a) * norm(b);
}

/** Coefficients at which these rows, those of a cut that stay free, have these predictors. */
export function freeAtPredictors(
  rows: readonly Float64Array[],
  predictors: readonly number[],
  q: number,
): Float64Array | null {
  const chosen = independent(rows, q);
  const axes = complementOf(
    chosen.map((at) => rows[at]!),
    q,
  );
  const inverse = inverseOf([...chosen.map((at) => rows[at]!), ...axes]);
  if (inverse === null) return null;
  return Float64Array.from({ length: q }, (_, k) =>
    chosen.reduce((sum, at, j) => sum + inverse[k * q + j]! * predictors[at]!, 0),
  );
}

/** Orthonormal directions in which none of these vectors has a part. */
function complementOf(vectors: readonly Float64Array[], q: number): Float64Array[] {
  const axes = Array.from({ length: q }, (_, k) =>
    Float64Array.from({ length: q }, (_, j) => (j === k ? 1 : 0)),
  );
  const before = spanOf(vectors, INDEPENDENT);
  return spanOf([...before, ...axes], INDEPENDENT).slice(before.length);
}

const INDEPENDENT = 1e-7;
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
