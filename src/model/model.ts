import type { BlockCovariance } from "../covariance/block-covariance";
import { type Basis, NO_BASIS, orthogonalBasis } from "../design/basis";
import type { Design } from "../design/design";
import type { Dpar } from "../formula/dpar";
import type { Method } from "../method";
import type { RandomEffects } from "./terms/effects";
import { type ParameterKind, parametersOf } from "./terms/parameters";

/**
 * Stage 5. Everything that the likelihood needs. Immutable. Its rows are observations: with one outcome the rows of the
 * frame, with two the outcomes that are there, y1[1], y2[1], y1[2], ...
 */
export interface Model {
  readonly method: Method;
  readonly rows: number;
  /** response minus offset */
  readonly y: Float64Array;
  /** the frame's row and the outcome (0 or 1) of each observation; null with one outcome */
  readonly outcomes: Outcomes | null;
  /** likelihood multipliers, or null for all ones */
  readonly weights: Float64Array | null;
  /** over the observations */
  readonly location: Block;
  /** those of the variance terms: one block a kind, as in THETA_ORDER */
  readonly blocks: readonly ParameterBlock[];
  /** known covariance of the observations */
  readonly V: BlockCovariance;
  readonly random: readonly RandomEffects[];
  /** the two observations of each study with two outcomes, one pair after the other */
  readonly pairs: Int32Array;
}

/** The parameters of one kind: their designs over all entities of the kind, which may have no columns. */
export interface ParameterBlock {
  readonly kind: ParameterKind;
  /** whose they are: the dpars of the kind, those that are held too */
  readonly dpars: readonly Dpar[];
  readonly block: Block;
  /** what an entity's linear predictor is held at (-Infinity for an SD of 0), 0 where it is estimated; null for all zeros */
  readonly held: Float64Array | null;
}

export interface Outcomes {
  readonly frameRow: Int32Array;
  readonly outcome: Uint8Array;
}

/** Designs side by side, each in the rows that it is about and zero elsewhere. */
export interface Block {
  readonly rows: number;
  readonly columns: number;
  /** column-major */
  readonly values: Float64Array;
  readonly designs: readonly Design[];
  /** of all the columns: what the model is optimized in */
  readonly basis: Basis;
}

/** In the order of the coefficients: the mean, then theta. */
export function blocksOf(model: Model): Block[] {
  const blocks = [model.location];
  for (const { block } of model.blocks) blocks.push(block);
  return blocks;
}

/** The block of a kind; empty where the model has no such parameter. */
export function blockOfKind({ blocks }: Pick<Model, "blocks">, kind: ParameterKind): ParameterBlock {
  return blocks[parametersOf(kind).at]!;
}

/** One design as it stands. */
export function singleBlock(design: Design): Block {
  return blockFrom(design.nrow, design.names.length, design.values, [design]);
}

/** `rowOf(design number, design row)` says where each row of a design goes, -1 for nowhere. */
export function stackBlocks(
  designs: readonly Design[],
  rows: number,
  rowOf: (design: number, row: number) => number,
): Block {
  let columns = 0;
  for (const { names } of designs) columns += names.length;
  const values = new Float64Array(rows * columns);
  let column = 0;
  for (let d = 0; d < designs.length; d++) {
    const { nrow, names } = designs[d]!;
    const source = designs[d]!.values;
    for (let j = 0; j < names.length; j++, column++) {
      for (let i = 0; i < nrow; i++) {
        const to = rowOf(d, i);
        if (to >= 0) values[column * rows + to] = source[j * nrow + i]!;
      }
    }
  }
  return blockFrom(rows, columns, values, designs);
}

export function blockFrom(
  rows: number,
  columns: number,
  values: Float64Array,
  designs: readonly Design[],
): Block {
  return { rows, columns, values, designs, basis: orthogonalBasis(values, rows, columns) };
}

/** Of parameters that are not estimated. */
export function emptyBlock(rows: number): Block {
  return { rows, columns: 0, values: NO_BASIS.values, designs: [], basis: { ...NO_BASIS, rows } };
}

/** rho12 = RHO_BOUND tanh(linear predictor): a fitted correlation matrix stays positive definite. As in assembly/kernels/correlation.ts. */
export const RHO_BOUND = 0.999999;

export const NO_BLOCK: Block = emptyBlock(0);
