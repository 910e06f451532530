import { unfilled } from "../data/doubles";
import type { Basis } from "../design/basis";
import type { Dpar } from "../formula/dpar";
import { type ParameterKind, parametersOf } from "../model/terms/parameters";
import type { StandardModel } from "./standard-model";

/** The parameters of one kind, with a linear predictor of each entity: offset + basis (coefficients). */
export interface ThetaBlock {
  readonly kind: ParameterKind;
  readonly dpars: readonly Dpar[];
  /** over the entities */
  readonly basis: Basis;
  /** by entity; -Infinity holds an SD at 0 */
  readonly offset: Float64Array;
  /** its first coefficient in theta */
  readonly start: number;
}

/** The columns of theta that one formula's design has; of correlations of random effects one each. */
export interface Part {
  readonly kind: ParameterKind;
  /** its first coefficient in theta */
  readonly start: number;
  readonly columns: number;
}

type WithBlocks = Pick<StandardModel, "blocks">;

/** Those that have coefficients. */
export function thetaBlocks({ blocks }: WithBlocks): ThetaBlock[] {
  const out: ThetaBlock[] = [];
  for (const block of blocks) if (block.basis.columns > 0) out.push(block);
  return out;
}

/** The block of a kind; without columns, and where the model has no such parameter without entities. */
export function blockOf({ blocks }: WithBlocks, kind: ParameterKind): ThetaBlock {
  return blocks[parametersOf(kind).at]!;
}

/** v, or where it is known up to phi, phi v. */
export function samplingVariances(model: StandardModel, theta: Float64Array): Float64Array {
  const phi = blockOf(model, "phi");
  if (phi.dpars.length === 0) return model.v;
  const logs = linearPredictor(phi, theta);
  return model.v.map((variance, i) => variance * Math.exp(2 * logs[i]!));
}

/** How many coefficients theta has. */
export function thetaSize({ blocks }: WithBlocks): number {
  let size = 0;
  for (const { basis } of blocks) size += basis.columns;
  return size;
}

/** The linear predictor of a block's entities, offsets included. */
export function linearPredictor({ basis, offset, start }: ThetaBlock, theta: Float64Array): Float64Array {
  const out = unfilled(basis.rows);
  out.set(offset);
  const { values, rows, columns } = basis;
  for (let k = 0; k < columns; k++) {
    const c = theta[start + k]!;
    for (let i = 0; i < rows; i++) out[i]! += c * values[k * rows + i]!;
  }
  return out;
}
