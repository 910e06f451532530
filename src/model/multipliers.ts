import { DrmError } from "../errors";
import type { Dpar } from "../formula/dpar";
import { symmetricEigen } from "../linalg/eigen";
import { blockOfKind, type Model } from "./model";

/*
 * phi_i v_i + sigma_i^2: whether the coefficients of phi and sigma can be told apart. They are where the derivatives of Sigma's
 * entries in them are independent,
 *
 *   d log Sigma_ii = a_i M_i d delta + 2 (1 - a_i) W_i d gamma,     d log (D V D)_ik = (M_i + M_k) / 2 d delta,
 *
 * a_i = phi_i v_i / (phi_i v_i + sigma_i^2) at any phi and sigma but for a few. With V diagonal they are not where v is constant
 * within the cells of the two formulas.
 */

/** An eigenvalue of the derivatives' correlations below this is a zero of rounding. */
const DEPENDENT = 1e-11;

/** Refuses multipliers of a V that is not there, or that cannot be told apart from sigma. */
export function checkMultipliers(model: Model): void {
  const { V } = model;
  const phi = blockOfKind(model, "phi");
  const sigma = blockOfKind(model, "sigma");
  if (!V.variances.some((v) => v > 0)) {
    const what = `all sampling variances are 0, so there is nothing for ${phi.dpars[0]!.key} to multiply`;
    throw new DrmError("bad_known_v", `${what}: leave meta_V() out, or correct the variances`);
  }
  const isShared = phi.block.columns > 0 && sigma.block.columns > 0;
  if (!isShared || smallestShare(model) > DEPENDENT) return;
  const keys = (dpars: readonly Dpar[]) => dpars.map(({ key }) => key).join(" and ");
  const what = `${keys(phi.dpars)} and ${keys(sigma.dpars)} cannot be told apart: phi v + sigma^2 has too few different values, as where the sampling variances are the same within each cell of the two formulas`;
  const held = sigma.dpars.map(({ key }) => `${key}: 0`).join(", ");
  throw new DrmError("bad_term", `${what}; hold sigma at 0 (fixed: { ${held} }), or simplify a formula`);
}

/** Smallest eigenvalue of the correlations between the derivatives in the coefficients. */
function smallestShare(model: Model): number {
  const { rows, V } = model;
  const phi = blockOfKind(model, "phi").block;
  const { block: scale, held } = blockOfKind(model, "sigma");
  const qPhi = phi.columns;
  const q = qPhi + scale.columns;
  const M = phi.basis.values;
  const W = scale.basis.values;
  // sigma^2 near the middle of the known variances; unequal phis and sigmas, so that no symmetry of the point hides a direction
  const middle = Float64Array.from(V.variances.filter((v) => v > 0)).sort();
  const typical = middle[middle.length >> 1]!;
  const gram = new Float64Array(q * q);
  const derivative = new Float64Array(q);
  const take = () => {
    for (let k = 0; k < q; k++)
      for (let l = 0; l <= k; l++) gram[k * q + l]! += derivative[k]! * derivative[l]!;
  };
  for (let i = 0; i < rows; i++) {
    let logPhi = 0;
    let logSigma = 0;
    for (let k = 0; k < qPhi; k++) logPhi += (0.3 / (k + 1)) * M[k * rows + i]!;
    for (let k = 0; k < q - qPhi; k++) logSigma += (0.2 / (k + 2)) * W[k * rows + i]!;
    const known = Math.exp(logPhi) * V.variances[i]!;
    const extra = held?.[i] === Number.NEGATIVE_INFINITY ? 0 : typical * Math.exp(2 * logSigma);
    const share = known / (known + extra);
    for (let k = 0; k < qPhi; k++) derivative[k] = share * M[k * rows + i]!;
    for (let k = qPhi; k < q; k++) derivative[k] = 2 * (1 - share) * W[(k - qPhi) * rows + i]!;
    take();
  }
  derivative.fill(0);
  V.eachTie((first, i) => {
    if (i === first || V.at(first, i) === 0) return;
    for (let k = 0; k < qPhi; k++) derivative[k] = 0.5 * (M[k * rows + first]! + M[k * rows + i]!);
    take();
  });
  const lengths = Float64Array.from({ length: q }, (_, k) => Math.sqrt(gram[k * q + k]!));
  const correlations = new Float64Array(q * q);
  for (let k = 0; k < q; k++) {
    for (let l = 0; l < k; l++) {
      const product = lengths[k]! * lengths[l]!;
      const correlation = product > 0 ? gram[k * q + l]! / product : 0;
      correlations[k * q + l] = correlation;
      correlations[l * q + k] = correlation;
    }
    correlations[k * q + k] = lengths[k]! > 0 ? 1 : 0;
  }
  return symmetricEigen(correlations, q).values[0]!;
}
