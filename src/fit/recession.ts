import { unfilled } from "../data/doubles";
import type { Basis } from "../design/basis";
import { symmetricEigen } from "../linalg/eigen";
import { isTwoSided } from "../model/terms/parameters";
import type { Edge } from "./edges";
import type { StandardModel } from "./standard-model";
import { type ThetaBlock, thetaBlocks } from "./theta-blocks";
import { type Nearness, nearness } from "./vanishing";

/**
 * The edge of the parameter space: some sigma or omega running to 0, or rho to +-1. The likelihood then has a supremum
 * but no maximum: along some direction d of one block of theta, W d < 0 for a set Z of its entities (their sigma
 * vanishes) and W d = 0 for the others. In the limit the objective is flat along d, and the search goes on in the
 * complement of all such d.
 */
export interface Recession {
  readonly block: ThetaBlock;
  /** by entity: 1 for those at the edge */
  readonly vanishing: Uint8Array;
  /** block columns x freeCount, row-major: the directions of the block in which the objective still varies */
  readonly free: Float64Array;
  readonly freeCount: number;
  /** full length: coefficients with a part in it run to infinity with its sign */
  readonly direction: Float64Array;
  /** multiples of the direction that take the entities to where the derivative in their variance can just be seen ... */
  readonly toNearby: number;
  /** ... and where it is zero in double precision */
  readonly toEdge: number;
  /** multiples that take all entities, those that no noise is beside apart, to this measure (nearness()) or nearer the edge; below 0 where they are */
  readonly toMeasure: (measure: number) => number;
  /** how much a unit of the direction lowers the log SD (log sqrt(phi); or raises the correlation's predictor) of each entity at least */
  readonly slowest: number;
}

/** Measures (nearness()) tried as the line between vanishing entities and others, the smaller sets first: they are sharper. */
const THRESHOLDS = [1e-11, 1e-9, 1e-7, 1e-5, 1e-3].map(Math.log);
const NEARBY = Math.log(1e-8);
/** exp(-800) is zero in double precision, and tanh(800) is one. */
const VANISHED = 800;
/** Where entities go at very different speeds, the slowest go so far at least, ... */
const NEARLY_VANISHED = 60;
/** ... and the fastest no farther than this beyond that: large coefficients cost digits of the other predictors. */
const FARTHEST = 1e4;
/**
 * Where a value alone is asked for: exp(-80) of a variance is lost beside another, and products of a few such numbers do not underflow,
 * over which the kernels take longer.
 */
const NEGLIGIBLE = 40;

/** Directions along which suspect entities of a block can vanish at `theta`, beside those of `atEdge` that have. */
export function recessions(
  model: StandardModel,
  theta: Float64Array,
  atEdge: readonly Recession[],
): Recession[] {
  const found: Recession[] = [];
  for (const block of thetaBlocks(model)) {
    const near = nearness(model, block, theta);
    const gone = atEdge.find((edge) => edge.block.kind === block.kind) ?? null;
    const { measure } = near;
    for (const among of suspects(model, block)) {
      const isNear = (i: number, limit: number) =>
        (measure[i]! < limit && (among === null || among[i] === 1)) || gone?.vanishing[i] === 1;
      let before = 0;
      for (const limit of THRESHOLDS) {
        let count = 0;
        for (let i = 0; i < measure.length; i++) if (isNear(i, limit)) count++;
        if (count === before) continue;
        before = count;
        const vanishing = new Uint8Array(measure.length);
        for (let i = 0; i < measure.length; i++) if (isNear(i, limit)) vanishing[i] = 1;
        const recession =
          alongCorrelations(block, theta, near, vanishing) ??
          recessionOf(block, theta.length, near.measure, near.sign, vanishing, null, gone);
        if (recession !== null) found.push(recession);
      }
    }
  }
  return found;
}

/**
 * Which entities of a block may vanish together: all, and those of one formula alone, since another formula's can be small
 * without running to the edge. A 1 for each; null for all.
 */
function suspects({ parts }: StandardModel, { kind, basis, start }: ThetaBlock): (Uint8Array | null)[] {
  const own = parts.filter((part) => part.kind === kind);
  if (own.length < 2) return [null];
  return [
    null,
    ...own.map((part) => {
      const first = (part.start - start) * basis.rows;
      const among = new Uint8Array(basis.rows);
      for (let k = 0; k < part.columns * basis.rows; k++)
        if (basis.values[first + k] !== 0) among[k % basis.rows] = 1;
      return among;
    }),
  ];
}

/**
 * Correlations run to -1 and to +1 at once, on either side of a cut: theta itself points there where it has come near, and
 * seldom does a direction of equal speeds. Only where nothing but they move: the others are left out of the direction.
 */
function alongCorrelations(
  block: ThetaBlock,
  theta: Float64Array,
  { measure, sign }: Nearness,
  vanishing: Uint8Array,
): Recession | null {
  if (!isTwoSided(block) || block.basis.columns === 1) return null;
  const { columns: q } = block.basis;
  const { vectors, nullity } = apartFrom(block.basis, vanishing);
  const direction = new Float64Array(q);
  for (let e = 0; e < nullity; e++) {
    let along = 0;
    for (let k = 0; k < q; k++) along += vectors[k * q + e]! * theta[block.start + k]!;
    for (let k = 0; k < q; k++) direction[k]! += along * vectors[k * q + e]!;
  }
  const fastest = fastestChange(block, direction, vanishing);
  if (!(fastest > 0)) return null;
  const scaled = direction.map((part) => part / fastest);
  return recessionOf(block, theta.length, measure, sign, vanishing, scaled);
}

function fastestChange({ basis }: ThetaBlock, direction: Float64Array, vanishing: Uint8Array): number {
  let fastest = 0;
  for (let i = 0; i < basis.rows; i++) {
    if (vanishing[i] === 1) fastest = Math.max(fastest, Math.abs(changeOf(basis, direction, i)));
  }
  return fastest;
}

/** Of an entity's linear predictor along a direction of its block's columns. */
function changeOf({ values, rows, columns }: Basis, direction: Float64Array, entity: number): number {
  let change = 0;
  for (let k = 0; k < columns; k++) change += values[k * rows + entity]! * direction[k]!;
  return change;
}

/** theta with the entities of some edges there; the others stay where they are. */
export function beyond(theta: Float64Array, edges: readonly Edge[]): Float64Array {
  const out = unfilled(theta.length);
  out.set(theta);
  for (const { block, direction, slowest } of edges) {
    const factor = NEGLIGIBLE / slowest;
    for (let k = 0; k < direction.length; k++) out[block.start + k]! += factor * direction[k]!;
  }
  return out;
}

/**
 * Edges of several formulas at once, at most one a formula, as recessions of their blocks; `theta` says how far the
 * entities are from there. What other formulas of a block have at an edge `beside` these goes along. Null when some entity of
 * theirs cannot vanish: an SD without another variance beside it.
 */
export function recessionsTo(
  model: StandardModel,
  theta: Float64Array,
  edges: readonly Edge[],
  beside: readonly Recession[] = [],
): Recession[] | null {
  const found: Recession[] = [];
  for (const block of new Set(edges.map((edge) => edge.block))) {
    const own = edges.filter((edge) => edge.block === block);
    const { rows, columns } = block.basis;
    const kept = beside.find((edge) => edge.block.kind === block.kind);
    const direction = kept?.direction.slice(block.start, block.start + columns) ?? new Float64Array(columns);
    for (const { part } of own)
      direction.fill(0, part.start - block.start, part.start - block.start + part.columns);
    const vanishing = Uint8Array.from({ length: rows }, (_, i) => {
      const isKept = kept?.vanishing[i] === 1 && changeOf(block.basis, direction, i) !== 0;
      return isKept || own.some(({ vanishes }) => vanishes(i)) ? 1 : 0;
    });
    for (const edge of own)
      edge.direction.forEach((part, k) => {
        direction[k]! += part;
      });
    const towards = (i: number) => own.find(({ vanishes }) => vanishes(i))?.towards(i) ?? -1;
    const { measure } = nearness(model, block, theta);
    const sign = (i: number) => -towards(i);
    const recession = recessionOf(block, theta.length, measure, sign, vanishing, direction);
    if (recession === null) return null;
    found.push(recession);
  }
  return found;
}

/**
 * The recession in which just the `vanishing` entities reach the edge; null when there is none.
 *
 * @param measure of nearness(), infinite where it does not matter
 * @param known a direction in which just these entities vanish, where there is no need to look for one
 * @param gone where some of them are already: the others are brought after them
 */
export function recessionOf(
  block: ThetaBlock,
  size: number,
  measure: Float64Array,
  sign: (entity: number) => number,
  vanishing: Uint8Array,
  known: Float64Array | null = null,
  gone: Recession | null = null,
): Recession | null {
  const { rows, columns: q } = block.basis;
  const { vectors, nullity } = apartFrom(block.basis, vanishing);
  if (nullity === 0) return null;

  const inBlock = known ?? descentBeside(gone, block.basis, vanishing, sign, vectors, nullity);
  // every vanishing entity must go down, or the set is not one that vanishes together
  let slowest = Number.NEGATIVE_INFINITY;
  let fastest = 0;
  const arriving: [measure: number, speed: number][] = [];
  for (let i = 0; i < rows; i++) {
    if (vanishing[i] === 0) continue;
    const change = sign(i) * changeOf(block.basis, inBlock, i);
    slowest = Math.max(slowest, change);
    fastest = Math.min(fastest, change);
    if (Number.isFinite(measure[i]!)) arriving.push([measure[i]!, -2 * change]);
  }
  if (!(slowest < -1e-6)) return null;

  const toEdge = Math.min(VANISHED / -slowest, Math.max(NEARLY_VANISHED / -slowest, FARTHEST / -fastest));
  const toMeasure = (wanted: number) =>
    arriving.reduce(
      (most, [now, speed]) => Math.max(most, (now - wanted) / speed),
      arriving.length === 0 ? 0 : Number.NEGATIVE_INFINITY,
    );
  const toNearby = Math.max(0, toMeasure(NEARBY));
  const freeCount = q - nullity;
  const free = new Float64Array(q * freeCount);
  for (let i = 0; i < q; i++)
    for (let k = 0; k < freeCount; k++) free[i * freeCount + k] = vectors[i * q + nullity + k]!;
  const direction = new Float64Array(size);
  direction.set(inBlock, block.start);
  return { block, vanishing, free, freeCount, direction, toNearby, toEdge, toMeasure, slowest: -slowest };
}

/**
 * Orthonormal directions of a block's coefficients, by column: along the first `nullity` only vanishing entities move, the
 * others are those in which all else varies.
 */
function apartFrom(
  { values: W, rows, columns: q }: Basis,
  vanishing: Uint8Array,
): { readonly vectors: Float64Array; readonly nullity: number } {
  const { values, vectors } = symmetricEigen(gram(W, rows, q, vanishing, 0), q);
  let nullity = 0;
  while (nullity < q && values[nullity]! < 1e-10 * rows) nullity++;
  return { vectors, nullity };
}

/** W'W over the entities whose flag is `flag`. */
function gram(W: Float64Array, rows: number, q: number, flags: Uint8Array, flag: 0 | 1): Float64Array {
  const out = new Float64Array(q * q);
  for (let k = 0; k < q; k++) {
    for (let l = 0; l <= k; l++) {
      let sum = 0;
      for (let i = 0; i < rows; i++) if (flags[i] === flag) sum += W[k * rows + i]! * W[l * rows + i]!;
      out[k * q + l] = sum;
      out[l * q + k] = sum;
    }
  }
  return out;
}

/** leastSquaresDescent() of the entities that are not gone, in the wake of those that are. */
function descentBeside(
  gone: Recession | null,
  basis: Basis,
  vanishing: Uint8Array,
  sign: (entity: number) => number,
  vectors: Float64Array,
  nullity: number,
): Float64Array {
  const { values: W, rows, columns: q } = basis;
  const left = vanishing.map((flag, i) => (gone?.vanishing[i] === 1 ? 0 : flag));
  if (gone === null || !left.includes(1)) {
    return leastSquaresDescent(W, rows, q, vanishing, sign, vectors, nullity);
  }
  const direction = leastSquaresDescent(W, rows, q, left, sign, vectors, nullity);
  const ahead = gone.direction.subarray(gone.block.start, gone.block.start + q);
  let factor = 0;
  for (let i = 0; i < rows; i++) {
    if (gone.vanishing[i] === 0) continue;
    const own = sign(i) * changeOf(basis, direction, i);
    const theirs = sign(i) * changeOf(basis, ahead, i);
    factor = Math.max(factor, (1 + own) / -theirs);
  }
  return direction.map((part, k) => part + factor * ahead[k]!);
}

/** The d in the null space (the first `nullity` vectors) that brings sign W d closest to -1 on the vanishing entities. */
function leastSquaresDescent(
  W: Float64Array,
  rows: number,
  q: number,
  vanishing: Uint8Array,
  sign: (entity: number) => number,
  vectors: Float64Array,
  nullity: number,
): Float64Array {
  const G = gram(W, rows, q, vanishing, 1);
  const right = new Float64Array(q);
  for (let k = 0; k < q; k++) {
    for (let i = 0; i < rows; i++) if (vanishing[i] === 1) right[k]! -= sign(i) * W[k * rows + i]!;
  }
  // within the null space: (N'GN) c = N'b by its own eigenvectors
  const inner = new Float64Array(nullity * nullity);
  const innerRight = new Float64Array(nullity);
  for (let a = 0; a < nullity; a++) {
    for (let i = 0; i < q; i++) {
      innerRight[a]! += vectors[i * q + a]! * right[i]!;
      for (let b = 0; b < nullity; b++) {
        for (let j = 0; j < q; j++) {
          inner[a * nullity + b]! += vectors[i * q + a]! * G[i * q + j]! * vectors[j * q + b]!;
        }
      }
    }
  }
  const eigen = symmetricEigen(inner, nullity);
  const direction = new Float64Array(q);
  for (let c = 0; c < nullity; c++) {
    if (eigen.values[c]! <= 1e-10 * rows) continue;
    let along = 0;
    for (let a = 0; a < nullity; a++) along += eigen.vectors[a * nullity + c]! * innerRight[a]!;
    along /= eigen.values[c]!;
    for (let a = 0; a < nullity; a++) {
      const weight = along * eigen.vectors[a * nullity + c]!;
      for (let i = 0; i < q; i++) direction[i]! += weight * vectors[i * q + a]!;
    }
  }
  return direction;
}
