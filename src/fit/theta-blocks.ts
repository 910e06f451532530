import { scratch } from "../data/doubles";
import type { Basis } from "../design/basis";
import { type BlockKind, THETA_ORDER } from "../model/terms/theta-order";
import type { StandardModel } from "./standard-model";

/** The parameters of one kind. */
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

/** Those that have coefficients. */
export function thetaBlocks(model: StandardModel): ThetaBlock[] {
  const blocks: ThetaBlock[] = [];
  let start = 0;
  for (const { kind, of } of THETA_ORDER) {
    const basis = model[of];
    if (basis.columns > 0) blocks.push({ kind, basis, start });
    start += basis.columns;
  }
  return blocks;
}

/** How many coefficients theta has. */
export function thetaSize({ phi, scale, sd, rho }: StandardModel): number {
  return phi.columns + scale.columns + sd.columns + rho.columns;
}

/** log omega of the levels, or log sigma or log sqrt(phi) of the observations: their offsets where no coefficient of theirs is free. */
export function logsOf(
  model: StandardModel,
  kind: "phi" | "sigma" | "sd",
  theta: Float64Array,
): Float64Array {
  const block = thetaBlocks(model).find((one) => one.kind === kind);
  return block === undefined ? offsetsOf(model, kind) : linearPredictor(model, block, theta);
}

/** v, or where it is known up to phi, phi v. */
export function samplingVariances(model: StandardModel, theta: Float64Array): Float64Array {
  const { v, proportional } = model;
  if (!proportional) return v;
  const logs = logsOf(model, "phi", theta);
  return v.map((variance, i) => variance * Math.exp(2 * logs[i]!));
}

/** What the linear predictors of a kind are without their coefficients. */
export function offsetsOf(model: StandardModel, kind: BlockKind): Float64Array {
  switch (kind) {
    case "phi":
      return model.logMultiplierOffset;
    case "sigma":
      return model.logSigmaOffset;
    case "sd":
      return model.logSdOffset;
    case "rho":
      return model.etaOffset;
  }
}

/** The linear predictor of a block's entities, offsets included. */
export function linearPredictor(
  model: StandardModel,
  { kind, basis, start }: ThetaBlock,
  theta: Float64Array,
): Float64Array {
  const out = scratch(basis.rows);
  out.set(offsetsOf(model, kind));
  const { values, rows, columns } = basis;
  for (let k = 0; k < columns; k++) {
    const c = theta[start + k]!;
    for (let i = 0; i < rows; i++) out[i]! += c * values[k * rows + i]!;
  }
  return out;
}
