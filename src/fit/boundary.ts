import { symmetricEigen } from "./small-matrix";
import type { StandardModel } from "./standard-model";
import { type ThetaBlock, thetaBlocks } from "./theta-blocks";
import type { Objective } from "./trust-region";
import { nearness } from "./vanishing";

/**
 * The edge of the parameter space: some sigma or omega running to 0, or rho to +-1. The likelihood then has a supremum
 * but no maximum: along some direction d of one block of theta, W d < 0 for a set Z of its entities (their sigma
 * vanishes) and W d = 0 for the others. In the limit the objective is flat along d, and the search goes on in the
 * complement of all such d.
 */
export interface Recession {
  readonly block: ThetaBlock;
  /** block columns x freeCount, row-major: the directions of the block in which the objective still varies */
  readonly free: Float64Array;
  readonly freeCount: number;
  /** full length: coefficients with a part in it run to infinity with its sign */
  readonly direction: Float64Array;
  /** multiples of the direction that take the entities to where the derivative in their variance can just be seen ... */
  readonly toNearby: number;
  /** ... and where it is exactly zero */
  readonly toEdge: number;
}

/** Measures (nearness()) tried as the line between vanishing entities and others, the smaller sets first: they are sharper. */
const THRESHOLDS = [1e-11, 1e-9, 1e-7, 1e-5, 1e-3].map(Math.log);
const NEARBY = Math.log(1e-8);
/** exp(-800) is zero in double precision, and tanh(800) is one */
const VANISHED = 800;

/** Directions along which suspect entities of a block can vanish at `theta`. */
export function recessions(model: StandardModel, theta: Float64Array): Recession[] {
  const found: Recession[] = [];
  for (const block of thetaBlocks(model)) {
    const near = nearness(model, block, theta);
    let before = 0;
    for (const limit of THRESHOLDS) {
      const vanishing = Uint8Array.from(near.measure, (measure) => (measure < limit ? 1 : 0));
      const count = vanishing.reduce((sum, flag) => sum + flag, 0);
      if (count === before) continue;
      before = count;
      const recession = recessionOf(block, theta.length, near.measure, near.sign, vanishing);
      if (recession !== null) found.push(recession);
    }
  }
  return found;
}

function recessionOf(
  block: ThetaBlock,
  size: number,
  measure: Float64Array,
  sign: (entity: number) => number,
  vanishing: Uint8Array,
): Recession | null {
  const { values: W, rows, columns: q } = block.basis;
  const { values, vectors } = symmetricEigen(gram(W, rows, q, vanishing, 0), q);
  let nullity = 0;
  while (nullity < q && values[nullity]! < 1e-10 * rows) nullity++;
  if (nullity === 0) return null;

  const inBlock = leastSquaresDescent(W, rows, q, vanishing, sign, vectors, nullity);
  // every vanishing entity must go down, or the set is not one that vanishes together
  let slowest = Number.NEGATIVE_INFINITY;
  let toNearby = 0;
  for (let i = 0; i < rows; i++) {
    if (vanishing[i] === 0) continue;
    let change = 0;
    for (let k = 0; k < q; k++) change += W[k * rows + i]! * inBlock[k]!;
    change *= sign(i);
    slowest = Math.max(slowest, change);
    if (Number.isFinite(measure[i]!)) toNearby = Math.max(toNearby, (measure[i]! - NEARBY) / (-2 * change));
  }
  if (!(slowest < -1e-6)) return null;

  const freeCount = q - nullity;
  const free = new Float64Array(q * freeCount);
  for (let i = 0; i < q; i++)
    for (let k = 0; k < freeCount; k++) free[i * freeCount + k] = vectors[i * q + nullity + k]!;
  const direction = new Float64Array(size);
  direction.set(inBlock, block.start);
  return { block, free, freeCount, direction, toNearby, toEdge: VANISHED / -slowest };
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

/** The directions of theta that are free when these recessions (at most one a block) are at their edges. */
export interface FreeSpace {
  /** size x count, row-major, orthonormal columns */
  readonly basis: Float64Array;
  readonly count: number;
}

export function freeSpace(model: StandardModel, size: number, atEdge: readonly Recession[]): FreeSpace {
  const blocks = thetaBlocks(model);
  const recessionOfBlock = (block: ThetaBlock) =>
    atEdge.find((recession) => recession.block.kind === block.kind);
  let count = 0;
  for (const block of blocks) count += recessionOfBlock(block)?.freeCount ?? block.basis.columns;
  const basis = new Float64Array(size * count);
  let column = 0;
  for (const block of blocks) {
    const recession = recessionOfBlock(block);
    const width = recession?.freeCount ?? block.basis.columns;
    for (let i = 0; i < block.basis.columns; i++) {
      for (let a = 0; a < width; a++) {
        const value = recession === undefined ? (i === a ? 1 : 0) : recession.free[i * width + a]!;
        basis[(block.start + i) * count + column + a] = value;
      }
    }
    column += width;
  }
  return { basis, count };
}

/** The objective on theta = base + basis phi. */
export function restrictTo(objective: Objective, base: Float64Array, { basis, count }: FreeSpace): Objective {
  const q = base.length;
  const theta = new Float64Array(q);
  const gradient = new Float64Array(count);
  const hessian = new Float64Array(count * count);
  const restricted: Objective & { value: number } = {
    size: count,
    value: Number.NaN,
    gradient,
    hessian,
    evaluate(phi) {
      theta.set(expand(base, { basis, count }, phi));
      if (!objective.evaluate(theta)) return false;
      restricted.value = objective.value;
      gradient.fill(0);
      hessian.fill(0);
      for (let i = 0; i < q; i++) {
        for (let a = 0; a < count; a++) {
          const fia = basis[i * count + a]!;
          gradient[a]! += fia * objective.gradient[i]!;
          for (let j = 0; j < q; j++) {
            const h = fia * objective.hessian[i * q + j]!;
            for (let b = 0; b < count; b++) hessian[a * count + b]! += h * basis[j * count + b]!;
          }
        }
      }
      return true;
    },
  };
  return restricted;
}

/** base + basis phi */
export function expand(base: Float64Array, { basis, count }: FreeSpace, phi: Float64Array): Float64Array {
  const theta = base.slice();
  for (let i = 0; i < base.length; i++)
    for (let a = 0; a < count; a++) theta[i]! += basis[i * count + a]! * phi[a]!;
  return theta;
}

/** theta + factor direction */
export function along(theta: Float64Array, direction: Float64Array, factor: number): Float64Array {
  return theta.map((value, k) => value + factor * direction[k]!);
}
