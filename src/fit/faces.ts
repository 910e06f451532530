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

/** w'd counts as 0 below this, relative to |w| |d|. */
const ON_FACE = 1e-9;
/** Hyperplanes through rows that are tried at most; with more, only through the rows farthest out. */
const MOST_HYPERPLANES = 4000;
const MOST_FACES = 64;

/**
 * Facets of the cone, by trying the hyperplanes through q - 1 rows, and the intersections of facets: at most 64 faces,
 * the smaller sets of facets first. Facets through rows far from the centre are found first when there are too many.
 *
 * @param rows distinct, q numbers each
 */
export function facesOf(rows: readonly Float64Array[], q: number): Face[] {
  const facets = q === 1 ? ray(rows) : facetsOf(rows, q);
  const faces: Face[] = [...facets];
  const known = new Set(faces.map(({ stays }) => stays.join("")));
  // faces from here on are tried with each facet in turn
  for (let from = 0; from < faces.length && faces.length < MOST_FACES; from++) {
    for (const facet of facets) {
      const stays = faces[from]!.stays.map((flag, i) => flag & facet.stays[i]!);
      const key = stays.join("");
      if (known.has(key) || faces.length >= MOST_FACES) continue;
      known.add(key);
      faces.push({ stays, direction: faces[from]!.direction.map((d, k) => d + facet.direction[k]!) });
    }
  }
  return faces;
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

function facetsOf(rows: readonly Float64Array[], q: number): Face[] {
  const facets: Face[] = [];
  const known = new Set<string>();
  for (const normal of hyperplanes(rows, q, MOST_HYPERPLANES)) {
    const side = sideOf(rows, normal);
    if (side === 0) continue;
    const facet = faceAlong(
      rows,
      normal.map((part) => -side * part),
    );
    const key = facet.stays.join("");
    if (known.has(key)) continue;
    known.add(key);
    facets.push(facet);
    if (facets.length >= MOST_FACES) break;
  }
  return facets;
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

/** 1 or -1 when no row lies on the other side of the hyperplane and some row lies off it, else 0. */
function sideOf(rows: readonly Float64Array[], normal: Float64Array): -1 | 0 | 1 {
  let side: -1 | 0 | 1 = 0;
  for (const row of rows) {
    if (isOn(row, normal)) continue;
    const here = dot(row, normal) > 0 ? 1 : -1;
    if (side === 0) side = here;
    else if (side !== here) return 0;
  }
  return side;
}

export function isOn(row: Float64Array, normal: Float64Array): boolean {
  return Math.abs(dot(row, normal)) <= ON_FACE * Math.sqrt(squares(row) * squares(normal));
}

/** The vector orthogonal to q - 1 rows, by elimination with complete pivoting; null when there is not just one. */
export function normalTo(rows: readonly Float64Array[], q: number): Float64Array | null {
  const A = rows.map((row) => row.slice());
  const columns = Array.from({ length: q }, (_, k) => k);
  let largest = 0;
  for (const row of A) for (const part of row) largest = Math.max(largest, Math.abs(part));
  for (let step = 0; step < q - 1; step++) {
    let [pivotRow, pivotColumn] = [step, step];
    for (let i = step; i < q - 1; i++) {
      for (let k = step; k < q; k++) {
        if (Math.abs(A[i]![columns[k]!]!) > Math.abs(A[pivotRow]![columns[pivotColumn]!]!)) {
          [pivotRow, pivotColumn] = [i, k];
        }
      }
    }
    [A[step], A[pivotRow]] = [A[pivotRow]!, A[step]!];
    [columns[step], columns[pivotColumn]] = [columns[pivotColumn]!, columns[step]!];
    const pivot = A[step]![columns[step]!]!;
    if (Math.abs(pivot) <= 1e-9 * largest) return null;
    for (let i = step + 1; i < q - 1; i++) {
      const factor = A[i]![columns[step]!]! / pivot;
      for (let k = step; k < q; k++) A[i]![columns[k]!]! -= factor * A[step]![columns[k]!]!;
    }
  }
  const normal = new Float64Array(q);
  normal[columns[q - 1]!] = 1;
  for (let i = q - 2; i >= 0; i--) {
    let rest = 0;
    for (let k = i + 1; k < q; k++) rest -= A[i]![columns[k]!]! * normal[columns[k]!]!;
    normal[columns[i]!] = rest / A[i]![columns[i]!]!;
  }
  return normal;
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

function choose(n: number, k: number): number {
  let count = 1;
  for (let i = 1; i <= k; i++) count = (count * (n - k + i)) / i;
  return count;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

function squares(a: Float64Array): number {
  return dot(a, a);
}

/** Inverse of the matrix with these rows, row-major, by Gauss-Jordan elimination with row pivoting; null when it is singular. */
export function inverseOf(rows: readonly Float64Array[]): Float64Array | null {
  const n = rows.length;
  if (n === 1) return rows[0]![0] === 0 ? null : Float64Array.of(1 / rows[0]![0]!);
  if (n === 2) return inverseOfTwo(rows[0]!, rows[1]!);
  const A = rows.map((row) => row.slice());
  const inverse = rows.map((_, i) => {
    const unit = new Float64Array(n);
    unit[i] = 1;
    return unit;
  });
  let largest = 0;
  for (const row of A) for (const part of row) largest = Math.max(largest, Math.abs(part));
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(A[i]![k]!) > Math.abs(A[pivot]![k]!)) pivot = i;
    [A[k], A[pivot]] = [A[pivot]!, A[k]!];
    [inverse[k], inverse[pivot]] = [inverse[pivot]!, inverse[k]!];
    const scale = A[k]![k]!;
    if (Math.abs(scale) <= 1e-9 * largest) return null;
    for (let j = 0; j < n; j++) {
      A[k]![j]! /= scale;
      inverse[k]![j]! /= scale;
    }
    for (let i = 0; i < n; i++) {
      const factor = A[i]![k]!;
      if (i === k || factor === 0) continue;
      for (let j = 0; j < n; j++) {
        A[i]![j]! -= factor * A[k]![j]!;
        inverse[i]![j]! -= factor * inverse[k]![j]!;
      }
    }
  }
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out.set(inverse[i]!, i * n);
  return out;
}

/** The usual case, a factor of two levels, in closed form. */
function inverseOfTwo([a, b]: Float64Array, [c, d]: Float64Array): Float64Array | null {
  const determinant = a! * d! - b! * c!;
  const size = Math.abs(a! * d!) + Math.abs(b! * c!);
  if (Math.abs(determinant) <= 1e-9 * size) return null;
  return Float64Array.of(d! / determinant, -b! / determinant, -c! / determinant, a! / determinant);
}
