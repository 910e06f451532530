import { normalTo } from "../linalg/elimination";
import { dot } from "../linalg/vector";
import { type DesignPart, partsOf } from "./design-parts";
import { facetNormals, isOn, squares, subsets } from "./facets";

/**
 * Which rows of a design can run to minus infinity together while the others stay: along a direction d with w'd < 0 for
 * them and w'd = 0 for the rest. The rows that stay make up a face of the cone that all rows span; the empty set is one
 * too when the cone is pointed, as it is with an intercept. A group of a factor, the smallest or the largest value of a
 * number, corners and sides of several numbers are faces.
 */
export interface Face {
  /** by row: 1 for those that stay */
  readonly stays: Uint8Array;
  /** d, scaled so that the largest |w'd| is 1 */
  readonly direction: Float64Array;
}

const MOST_FACES = 64;

/**
 * Facets of the cone (facets.ts) and their intersections: those of each part of the design (design-parts.ts) and of the design, then
 * the corners, at which one row stays, then the others, the smaller sets of facets first, until there are 200.
 *
 * @param rows distinct, q numbers each
 */
export function facesOf(rows: readonly Float64Array[], q: number): Face[] {
  const parts = partsOf(rows, q);
  const ofParts = parts.map((part) => facetsOfPart(part, rows.length));
  const facets = ofParts.flat();
  const faces: Face[] = facets.slice();
  const bits = facets.map(({ stays }) => bitsOf(stays));
  const all = bits.slice();
  const known = new Set(all.map(String));
  const add = (sides: readonly Face[], own: Int32Array): void => {
    known.add(String(own));
    all.push(own);
    faces.push(sides.reduce(together));
  };
  const wholes = parts.length > 1 ? [...ofParts, facets].filter(({ length }) => length > 1) : [];
  for (const own of wholes) add(own, bitsOf(own.reduce(together).stays));
  for (const row of rows.keys()) {
    const through = facets.filter(({ stays }) => stays[row] === 1);
    if (through.length === 0) continue;
    const corner = bitsOf(through.reduce(together).stays);
    if (!known.has(String(corner))) add(through, corner);
  }
  // faces from here on are tried with each facet in turn
  for (let from = 0; from < faces.length && faces.length < MOST_FACES; from++) {
    for (let k = 0; k < facets.length && faces.length < MOST_FACES; k++) {
      const both = all[from]!.map((word, w) => word & bits[k]![w]!);
      if (!known.has(String(both))) add([faces[from]!, facets[k]!], both);
    }
  }
  return faces;
}

/** 32 flags a number, so that many intersections cost little. */
function bitsOf(stays: Uint8Array): Int32Array {
  const out = new Int32Array(Math.ceil(stays.length / 32));
  stays.forEach((flag, i) => {
    if (flag === 1) out[i >> 5]! |= 1 << (i & 31);
  });
  return out;
}

function together(a: Face, b: Face): Face {
  return {
    stays: a.stays.map((flag, i) => flag & b.stays[i]!),
    direction: a.direction.map((d, k) => d + b.direction[k]!),
  };
}

/** Of a cone that is a product, each facet is one of a factor, with all of the others. */
function facetsOfPart({ members, rows, q, lift }: DesignPart, count: number): Face[] {
  const facets = q === 1 ? ray(rows) : facetNormals(rows, q).map((normal) => faceAlong(rows, normal));
  return facets.map(({ stays, direction }) => {
    const all = new Uint8Array(count).fill(1);
    members.forEach((member, i) => {
      all[member] = stays[i]!;
    });
    return { stays: all, direction: lift(direction) };
  });
}

/** One column: all rows go the same way, or there is no face. */
function ray(rows: readonly Float64Array[]): Face[] {
  const sign = Math.sign(rows[0]![0]!);
  if (sign === 0 || rows.some((row) => Math.sign(row[0]!) !== sign)) return [];
  return [faceAlong(rows, Float64Array.of(-sign))];
}

/** Normals to the hyperplanes through q - 1 of the rows, as far as `most` subsets go, those of rows far out first. */
export function* hyperplanes(
  rows: readonly Float64Array[],
  q: number,
  most: number,
): Generator<Float64Array> {
  const outermost = rows.map((_, i) => i).sort((a, b) => squares(rows[b]!) - squares(rows[a]!));
  let tried = rows.length;
  while (tried > q && choose(tried, q - 1) > most) tried--;
  for (const subset of subsets(tried, q - 1)) {
    const normal = normalTo(
      subset.map((at) => rows[outermost[at]!]!),
      q,
    );
    if (normal !== null) yield normal;
  }
}

function faceAlong(rows: readonly Float64Array[], direction: Float64Array): Face {
  const changes = rows.map((row) => (isOn(row, direction) ? 0 : dot(row, direction)));
  let largest = 0;
  for (const change of changes) largest = Math.max(largest, -change);
  return {
    stays: Uint8Array.from(changes, (change) => (change === 0 ? 1 : 0)),
    direction: direction.map((part) => part / largest),
  };
}

function choose(n: number, k: number): number {
  let count = 1;
  for (let i = 1; i <= k; i++) count = (count * (n - k + i)) / i;
  return count;
}
