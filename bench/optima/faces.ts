// The edges of one part of the scale, where likelihoods have their suprema at infinity. As its coefficients run off along
// d, the units with W d < 0 lose their SD and those with W d = 0 keep theirs: faces of the cone {d: W d <= 0}. The
// correlations of the units with R d > 0 and < 0 run to +1 and -1.
//
// Facets are found by brute force, from every columns - 1 distinct units; the other faces are their intersections.
import { CAP, type Part } from "./plain-model";
import { orthogonal } from "./small";

export interface Face {
  /** by unit: the value at which it is held, NaN where it is free */
  readonly held: Float64Array;
  /** a basis of the linear predictors of the free units; zero in the others. units x columns, row-major */
  readonly basis: Float64Array;
  readonly columns: number;
  /** the linear predictors that lead here, largest 1 in size; zeros for the inside */
  readonly direction: Float64Array;
}

const ZERO = 1e-9;
/** Subsets of units tried at most; above that a random sample. */
const MOST_SUBSETS = 20_000;
const MOST_FACES = 400;

/** The linear predictors that are 0 in every columns - 1 distinct units, both ways, largest 1 in size. */
export function directionsOf(part: Part, random: () => number): Float64Array[] {
  const { units } = part;
  const all = Array.from({ length: units }, (_, u) => u);
  const { values, columns } = orthogonal(part.design, units, part.columns, all);
  const distinct = distinctUnits(values, columns, all);
  // every direction gives cells of correlations, few give a face of SDs
  const most = part.kind === "rho" ? MOST_FACES / 2 ** columns : MOST_SUBSETS;
  const directions: Float64Array[] =
    columns === 1
      ? [Float64Array.of(1), Float64Array.of(-1)]
      : normals(values, columns, distinct, most, random);
  return directions.map((d) => predictorsOf(values, units, columns, d));
}

/** The inside first. `random` is used where there are too many faces for all of them. */
export function facesOf(part: Part, random: () => number): Face[] {
  const { units } = part;
  const all = Array.from({ length: units }, (_, u) => u);
  const { values, columns } = orthogonal(part.design, units, part.columns, all);
  const predictors = directionsOf(part, random);
  const inside = new Float64Array(units);
  const found = new Map<string, Float64Array>([[key(inside), inside]]);
  if (part.kind === "rho") {
    for (const each of predictors) for (const cell of cellsAround(each, values, columns)) add(found, cell);
  } else {
    for (const each of predictors) if (each.every((value) => value <= 0)) add(found, each);
    closeUnderIntersection(found);
  }
  return [...found.values()].map((direction) => faceAlong(part, direction));
}

/**
 * Correlations' cells beside a direction: with one unit after the other brought to the plane between +1 and -1, left
 * there or moved across.
 */
export function neighbouringCells(part: Part, inside: Face, direction: Float64Array): Face[] {
  const { basis, columns } = inside;
  const found = new Map<string, Float64Array>();
  for (const unit of distinctUnits(basis, columns, direction.keys())) {
    const profile = profileOf(basis, columns, unit);
    const moved = direction.map((value, u) => value - direction[unit] * profile[u]);
    const cell = moved.map((value) => (Math.abs(value) <= ZERO ? 0 : value));
    for (const each of cellsAround(cell, basis, columns)) add(found, each);
  }
  found.delete(key(direction));
  found.delete(key(direction.map(() => 0)));
  return [...found.values()].map((each) => faceAlong(part, each));
}

/** What the design makes of "1 in this unit": its column of the hat matrix, 1 in the unit itself. */
export function profileOf(basis: Float64Array, columns: number, unit: number): Float64Array {
  const out = new Float64Array(basis.length / columns);
  for (let u = 0; u < out.length; u++) {
    for (let k = 0; k < columns; k++) out[u] += basis[u * columns + k] * basis[unit * columns + k];
  }
  const own = out[unit];
  return out.map((value) => value / own);
}

function add(found: Map<string, Float64Array>, direction: Float64Array): boolean {
  const name = key(direction);
  if (found.has(name) || found.size >= MOST_FACES) return false;
  found.set(name, direction);
  return true;
}

function key(direction: Float64Array): string {
  return direction.reduce((text, value) => text + (value === 0 ? "0" : value < 0 ? "-" : "+"), "");
}

/** W d, what is rounding made 0, largest 1 in size. */
function predictorsOf(values: Float64Array, units: number, columns: number, d: Float64Array): Float64Array {
  const out = new Float64Array(units);
  let largest = 0;
  for (let u = 0; u < units; u++) {
    for (let k = 0; k < columns; k++) out[u] += values[u * columns + k] * d[k];
    largest = Math.max(largest, Math.abs(out[u]));
  }
  return out.map((value) => (Math.abs(value) <= ZERO * largest ? 0 : value / largest));
}

function distinctUnits(values: Float64Array, columns: number, units: Iterable<number>): number[] {
  const seen = new Map<string, number>();
  for (const u of units) {
    const name = [...values.subarray(u * columns, (u + 1) * columns)].map((value) => value.toFixed(9)).join();
    if (!seen.has(name)) seen.set(name, u);
  }
  return [...seen.values()];
}

/** Directions orthogonal to every choice of columns - 1 distinct units, both ways. */
function normals(
  values: Float64Array,
  columns: number,
  distinct: readonly number[],
  most: number,
  random: () => number,
): Float64Array[] {
  const size = columns - 1;
  const out: Float64Array[] = [];
  const take = (subset: readonly number[]): void => {
    const d = nullVector(values, columns, subset);
    if (d !== null)
      out.push(
        d,
        d.map((value) => -value),
      );
  };
  if (choose(distinct.length, size) <= most) {
    forEachSubset(distinct, size, take);
  } else {
    for (let trial = 0; trial < most; trial++) {
      take(Array.from({ length: size }, () => distinct[Math.floor(random() * distinct.length)]));
    }
  }
  return out;
}

function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 0; i < k; i++) product *= (n - i) / (i + 1);
  return product;
}

function forEachSubset(
  items: readonly number[],
  size: number,
  take: (subset: readonly number[]) => void,
): void {
  const subset: number[] = [];
  const extend = (from: number): void => {
    if (subset.length === size) {
      take(subset);
      return;
    }
    for (let i = from; i < items.length; i++) {
      subset.push(items[i]);
      extend(i + 1);
      subset.pop();
    }
  };
  extend(0);
}

/** The vector orthogonal to columns - 1 rows, by elimination with complete pivoting; null when they are dependent. */
function nullVector(values: Float64Array, columns: number, subset: readonly number[]): Float64Array | null {
  const A = subset.map((u) => Array.from(values.subarray(u * columns, (u + 1) * columns)));
  const order = Array.from({ length: columns }, (_, k) => k);
  for (let step = 0; step < A.length; step++) {
    let [row, at, best] = [step, step, 0];
    for (let i = step; i < A.length; i++) {
      for (let k = step; k < columns; k++) {
        if (Math.abs(A[i][order[k]]) > best) [row, at, best] = [i, k, Math.abs(A[i][order[k]])];
      }
    }
    if (best < 1e-7) return null;
    [A[step], A[row]] = [A[row], A[step]];
    [order[step], order[at]] = [order[at], order[step]];
    for (let i = 0; i < A.length; i++) {
      if (i === step) continue;
      const factor = A[i][order[step]] / A[step][order[step]];
      for (let k = step; k < columns; k++) A[i][order[k]] -= factor * A[step][order[k]];
    }
  }
  const d = new Float64Array(columns);
  const free = order[columns - 1];
  d[free] = 1;
  for (let i = 0; i < A.length; i++) d[order[i]] = -A[i][free] / A[i][order[i]];
  return d;
}

/** W (d1 + d2) is zero where both are. */
function closeUnderIntersection(found: Map<string, Float64Array>): void {
  const list = [...found.values()];
  for (let i = 1; i < list.length; i++) {
    for (let j = 1; j < i; j++) {
      const sum = list[i].map((value, u) => value + list[j][u]);
      if (add(found, sum)) list.push(sum);
    }
  }
}

/** Of correlations: the cell of d itself, and those beside it, in which the units at 0 go to either side. */
function cellsAround(direction: Float64Array, values: Float64Array, columns: number): Float64Array[] {
  const cells = [direction];
  const zeros = [...direction.keys()].filter((u) => direction[u] === 0);
  const undecided = distinctUnits(values, columns, zeros);
  // more than that are tied to each other: not every choice of sides is some direction's
  if (undecided.length === 0 || undecided.length > columns - 1) return cells;
  const profiles = undecided.map((unit) => profileOf(values, columns, unit));
  let nearest = 1;
  for (const value of direction) if (value !== 0) nearest = Math.min(nearest, Math.abs(value));
  for (let signs = 0; signs < 2 ** undecided.length; signs++) {
    const sides = undecided.map((_, g) => ((signs >> g) % 2 === 1 ? 1 : -1));
    const push = combination(profiles, undecided, sides);
    if (push === null) continue;
    const size = push.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // so little that no other unit changes sides
    cells.push(direction.map((value, u) => value + (0.5 * nearest * push[u]) / size));
  }
  return cells;
}

/** The combination of profiles that is `sides` in their units; null where they are dependent. */
function combination(
  profiles: readonly Float64Array[],
  units: readonly number[],
  sides: readonly number[],
): Float64Array | null {
  const A = units.map((unit, g) => [...profiles.map((profile) => profile[unit]), sides[g]]);
  const size = A.length;
  for (let step = 0; step < size; step++) {
    let row = step;
    for (let i = step; i < size; i++) if (Math.abs(A[i][step]) > Math.abs(A[row][step])) row = i;
    if (Math.abs(A[row][step]) < 1e-9) return null;
    [A[step], A[row]] = [A[row], A[step]];
    for (let i = 0; i < size; i++) {
      if (i === step) continue;
      const factor = A[i][step] / A[step][step];
      for (let k = step; k <= size; k++) A[i][k] -= factor * A[step][k];
    }
  }
  return profiles[0].map((_, u) =>
    profiles.reduce((sum, profile, g) => sum + (A[g][size] / A[g][g]) * profile[u], 0),
  );
}

function faceAlong({ kind, design, units, columns }: Part, direction: Float64Array): Face {
  const free: number[] = [];
  const held = direction.map((value, u) => {
    if (value === 0) {
      free.push(u);
      return Number.NaN;
    }
    return kind === "rho" ? Math.sign(value) * CAP : 0;
  });
  const basis = orthogonal(design, units, columns, free);
  return { held, basis: basis.values, columns: basis.columns, direction };
}
