import type { Recession } from "./recession";
import type { StandardModel } from "./standard-model";
import { type ThetaBlock, thetaBlocks } from "./theta-blocks";
import type { Objective } from "./trust-region";

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
    valueAt: (phi) => objective.valueAt(expand(base, { basis, count }, phi)),
    evaluate: (phi) => restrict(phi, (at) => objective.evaluate(at)),
  };
  if (objective.approximate !== undefined) {
    restricted.approximate = (phi) => restrict(phi, (at) => objective.approximate!(at));
  }
  function restrict(phi: Float64Array, evaluate: (at: Float64Array) => boolean): boolean {
    theta.set(expand(base, { basis, count }, phi));
    if (!evaluate(theta)) return false;
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
  }
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
