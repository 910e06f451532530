import { scratch } from "../data/doubles";
import type { Basis } from "../design/basis";
import type { StandardModel } from "./standard-model";

/**
 * The parts of theta. Each moves one kind of entity: observations (log sigma), levels of random intercepts (log omega),
 * studies with two outcomes (the correlation's linear predictor).
 */
export type BlockKind = "sigma" | "sd" | "rho";

export interface ThetaBlock {
  readonly kind: BlockKind;
  readonly basis: Basis;
  /** its first coefficient in theta */
  readonly start: number;
}

/** The columns of theta that one formula's design has. */
export interface Part {
  readonly kind: BlockKind;
  /** its first coefficient in theta */
  readonly start: number;
  readonly columns: number;
}

export function thetaBlocks({ scale, sd, rho }: StandardModel): ThetaBlock[] {
  const blocks: ThetaBlock[] = [
    { kind: "sigma", basis: scale, start: 0 },
    { kind: "sd", basis: sd, start: scale.columns },
    { kind: "rho", basis: rho, start: scale.columns + sd.columns },
  ];
  return blocks.filter(({ basis }) => basis.columns > 0);
}

/** log omega of the levels, or log sigma of the observations: their offsets where no coefficient of theirs is free. */
export function logSds(model: StandardModel, kind: "sigma" | "sd", theta: Float64Array): Float64Array {
  const block = thetaBlocks(model).find((one) => one.kind === kind);
  if (block !== undefined) return linearPredictor(model, block, theta);
  return kind === "sigma" ? model.logSigmaOffset : model.logSdOffset;
}

/** The linear predictor of a block's entities, offsets included. */
export function linearPredictor(
  model: StandardModel,
  { kind, basis, start }: ThetaBlock,
  theta: Float64Array,
): Float64Array {
  const out = scratch(basis.rows);
  out.set(kind === "sigma" ? model.logSigmaOffset : kind === "sd" ? model.logSdOffset : model.etaOffset);
  const { values, rows, columns } = basis;
  for (let k = 0; k < columns; k++) {
    const c = theta[start + k]!;
    for (let i = 0; i < rows; i++) out[i]! += c * values[k * rows + i]!;
  }
  return out;
}
