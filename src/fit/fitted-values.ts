import { addProduct } from "../design/basis";
import type { Frame } from "../frame/frame";
import type { BuiltModel } from "../model/build-model";
import { blockOfKind, RHO_BOUND } from "../model/model";
import type { Engine } from "./engine";
import { blockOf, linearPredictor } from "./theta-blocks";

/**
 * By dpar and per row of the frame: means (offset included), multipliers, SDs and rho12 on the response scale; NaN for an outcome
 * that is absent. Computed in the engine's own basis, where nothing cancels and a vanished sigma is exactly zero.
 */
export function fittedValues(
  frame: Frame,
  { model, locations }: BuiltModel,
  engine: Engine,
  theta: Float64Array,
): Record<string, Float64Array> {
  const { location, leastSquares, unit } = engine.model;
  const beta = engine.problem.read("beta", new Float64Array(location.columns));
  for (let j = 0; j < beta.length; j++) beta[j] = leastSquares[j]! + unit * beta[j]!;
  const mu = frame.doubles(model.rows);
  addProduct(location, beta, mu);
  const logSigma = linearPredictor(blockOf(engine.model, "sigma"), theta);
  const sigma = frame.doubles(model.rows);
  for (let i = 0; i < sigma.length; i++) sigma[i] = unit * Math.exp(logSigma[i]!);

  const out: Record<string, Float64Array> = {};
  locations.forEach(({ key, offset }, outcome) => {
    const means = byRow(mu, outcome, frame, model);
    out[key] = offset === null ? means : means.map((value, i) => value + offset[i]!);
  });
  const phis = blockOfKind(model, "phi").dpars;
  if (phis.length > 0) {
    const phi = frame.doubles(model.rows);
    phi.set(linearPredictor(blockOf(engine.model, "phi"), theta).map((log) => Math.exp(2 * log)));
    phis.forEach(({ key }, outcome) => {
      out[key] = byRow(phi, outcome, frame, model);
    });
  }
  blockOfKind(model, "sigma").dpars.forEach(({ key }, outcome) => {
    out[key] = byRow(sigma, outcome, frame, model);
  });
  const rho = blockOf(engine.model, "rho");
  if (rho.basis.columns > 0 && model.outcomes !== null) {
    const eta = linearPredictor(rho, theta);
    const correlations = new Float64Array(frame.nrow).fill(Number.NaN);
    out[blockOfKind(model, "rho").dpars[0]!.key] = correlations;
    for (let s = 0; s < eta.length; s++) {
      correlations[model.outcomes.frameRow[model.pairs[2 * s]!]!] = RHO_BOUND * Math.tanh(eta[s]!);
    }
  }
  return out;
}

/** One outcome's observations, in the rows of the frame. */
function byRow(
  values: Float64Array,
  outcome: number,
  frame: Frame,
  { outcomes }: BuiltModel["model"],
): Float64Array {
  if (outcomes === null) return values;
  const out = new Float64Array(frame.nrow).fill(Number.NaN);
  for (let k = 0; k < values.length; k++)
    if (outcomes.outcome[k] === outcome) out[outcomes.frameRow[k]!] = values[k]!;
  return out;
}
