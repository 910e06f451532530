import type { Engine } from "./engine";
import { project } from "./standardise";

/**
 * Deterministic starting points for the scale coefficients, most plausible first.
 * All come from one moment estimate of a constant sigma, and from the size of each row's residual.
 */
export function startingPoints(engine: Engine): Float64Array[] {
  const { y, v, logSigmaOffset, scaleBasis } = engine;
  const rows = y.length;
  const tau2 = momentVariance(y, v, engine.locationBasis.columns);

  const constant = new Float64Array(rows);
  const fromResiduals = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    constant[i] = 0.5 * Math.log(tau2) - logSigmaOffset[i]!;
    const excess = Math.max(y[i]! ** 2 - v[i]!, 0) + 0.1 * tau2;
    fromResiduals[i] = 0.5 * Math.log(excess) - logSigmaOffset[i]!;
  }
  const first = project(scaleBasis, constant);
  if (scaleBasis.columns === 1) return [first];
  const slopes = project(scaleBasis, fromResiduals);
  // the same level with the slopes turned round: where a second maximum would be
  const opposite = first.map((level, k) => 2 * level - slopes[k]!);
  return [first, slopes, opposite];
}

/**
 * The variance t at which sum r^2 / (v + t) equals its degrees of freedom (Paule & Mandel 1982), by Newton steps from
 * below; kept above a small part of the known variances, since the search is on the log scale.
 */
function momentVariance(residuals: Float64Array, v: Float64Array, p: number): number {
  const rows = residuals.length;
  const freedom = Math.max(rows - p, 1);
  let squares = 0;
  let known = 0;
  for (let i = 0; i < rows; i++) {
    squares += residuals[i]! ** 2;
    known += v[i]!;
  }
  const floor = Math.max(0.02 * (known / rows), 1e-4 * (squares / rows), 1e-300);
  let t = floor;
  for (let iteration = 0; iteration < 6; iteration++) {
    let sum = 0;
    let slope = 0;
    for (let i = 0; i < rows; i++) {
      const inverse = 1 / (v[i]! + t);
      const part = residuals[i]! ** 2 * inverse;
      sum += part;
      slope += part * inverse;
    }
    if (sum <= freedom || !(slope > 0)) break;
    // Newton on 1 / sum, which is nearly linear in t
    const step = (sum / freedom - 1) * (sum / slope);
    t += step;
    if (step < 1e-2 * t) break;
  }
  return t;
}
