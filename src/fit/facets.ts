import { normalTo } from "../linalg/elimination";
import { dot } from "../linalg/vector";
import { independent } from "./design-parts";

/** More at any time, and the rows that are left are not taken in: what has no row outside by then is a facet all the same. */
const MOST_FACETS = 400;
/** Components of two unit normals that differ by less are the same facet's. */
const SAME = 1e-9;

/** A side of a cone: n with n'w = 0 for the rows on it, q - 1 independent ones at least, and n'w < 0 for all others. */
interface Facet {
  readonly normal: Float64Array;
  /** which of the rows taken in are on it */
  readonly on: readonly number[];
}

/**
 * The unit normals to the facets of the cone that rows span, row by row from q independent ones, those farthest out first (the
 * "beneath and beyond" of convex hulls): a row outside some facets takes their place with those through itself and a ridge, q - 2
 * of the rows on one of them. Rows inside change nothing, so that the cost goes with the facets, not with the choices of q - 1
 * rows: 87 rows of three moderators have 100,000 of these and some 30 facets. None where rows lie all around.
 */
export function facetNormals(rows: readonly Float64Array[], q: number): Float64Array[] {
  const first = independent(rows, q);
  if (first.length < q) return [];
  let facets: Facet[] = [];
  const taken: number[] = [...first];
  const add = (through: readonly number[]): void => {
    const facet = facetThrough(rows, taken, through, q);
    if (facet !== null && !facets.some(({ normal }) => isSame(normal, facet.normal))) facets.push(facet);
  };
  for (const left of first) add(first.filter((row) => row !== left));
  const others = rows.map((_, i) => i).filter((i) => !first.includes(i));
  others.sort((a, b) => squares(rows[b]!) - squares(rows[a]!));
  for (const row of others) {
    if (facets.length > MOST_FACETS) break;
    const own = rows[row]!;
    const isOutside = ({ normal }: Facet) => !isOn(own, normal) && dot(own, normal) > 0;
    const beyond = facets.filter(isOutside);
    if (beyond.length === 0) continue;
    taken.push(row);
    facets = facets
      .filter((facet) => !isOutside(facet))
      .map((facet) => (isOn(own, facet.normal) ? { ...facet, on: [...facet.on, row] } : facet));
    for (const { on } of beyond) {
      for (const ridge of subsets(on.length, q - 2)) add([row, ...ridge.map((at) => on[at]!)]);
    }
  }
  return facets
    .map(({ normal }) => normal)
    .filter((normal) => rows.every((row) => isOn(row, normal) || dot(row, normal) < 0));
}

/** The facet of the rows taken in that goes through some q - 1 of them; null where they have rows on both sides of it. */
function facetThrough(
  rows: readonly Float64Array[],
  taken: readonly number[],
  through: readonly number[],
  q: number,
): Facet | null {
  const found = normalTo(
    through.map((row) => rows[row]!),
    q,
  );
  if (found === null) return null;
  const on: number[] = [];
  let side = 0;
  for (const row of taken) {
    const own = rows[row]!;
    if (isOn(own, found)) {
      on.push(row);
      continue;
    }
    const here = Math.sign(dot(own, found));
    if (side === 0) side = here;
    else if (side !== here) return null;
  }
  if (side === 0) return null;
  const length = Math.sqrt(squares(found));
  return { normal: found.map((part) => (-side * part) / length), on };
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  for (let k = 0; k < a.length; k++) if (Math.abs(a[k]! - b[k]!) > SAME) return false;
  return true;
}

/** w'd counts as 0 below this, relative to |w| |d|. */
const ON_FACE = 1e-9;
/** Hyperplanes through rows that are tried at most; with more, only through the rows farthest out. */
export function isOn(row: Float64Array, normal: Float64Array): boolean {
  return Math.abs(dot(row, normal)) <= ON_FACE * Math.sqrt(squares(row) * squares(normal));
}

/** Ascending subsets of `size` numbers below `count`, those of small numbers first. */
export function* subsets(count: number, size: number): Generator<readonly number[]> {
  if (size > count) return;
  const chosen = Array.from({ length: size }, (_, i) => i);
  for (;;) {
    yield chosen;
    // the next one in colexicographic order
    let i = 0;
    while (i < size && chosen[i]! + 1 === (i + 1 < size ? chosen[i + 1]! : count)) i++;
    if (i === size) return;
    chosen[i]!++;
    for (let j = 0; j < i; j++) chosen[j] = j;
  }
}

export function squares(a: Float64Array): number {
  return dot(a, a);
}
