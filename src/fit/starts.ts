import { scratch } from "../data/doubles";
import { project } from "../design/basis";
import type { StandardModel } from "./standard-model";

/** Standardised units of a log SD by which a start leans to one side of a moderator. */
const LEAN = 4;
/** Less for a correlation's linear predictor: at 4 it is +-1 for nearly all studies, by degenerate suprema. */
const CORRELATION_LEAN = 3;
/** Shares of the heterogeneity laid within and between the levels of random intercepts. */
const MOSTLY = 0.95;
/** Linear predictor of a clearly positive or negative correlation. */
const CORRELATED = 1.2;

/**
 * Deterministic starting points for theta, the most plausible first: a moment estimate of one common heterogeneity
 * shared out evenly; the same leaning steeply up and down each moderator; nearly all of it within or between levels;
 * correlated outcomes. Second maxima sit there: nearly all the heterogeneity is laid at a few rows.
 * (On random problems of 8 to 40 rows with two to five scale coefficients one start misses the best maximum in up to
 * 4.8 % of them, the leaning ones in up to 0.8 %; a lean of 3 in 1.4 %. Measured by test/fit/starts-quality.ts.)
 */
export function startingPoints(model: StandardModel, most: number): Float64Array[] {
  const { random, rho, slopes } = model;
  const tau2 = momentVariance(model.y, model.v, model.location.columns);
  const share = 1 / (random.length + 1);
  const common = startAt(model, share * tau2, share * tau2, 0);
  const starts = [common];
  for (const k of [...slopes].reverse()) {
    const size = k < model.scale.columns + model.sd.columns ? LEAN : CORRELATION_LEAN;
    for (const lean of [size, -size]) starts.push(common.map((value, j) => (j === k ? value + lean : value)));
  }
  if (random.length > 0) {
    starts.push(startAt(model, MOSTLY * tau2, ((1 - MOSTLY) * tau2) / random.length, 0));
    starts.push(startAt(model, (1 - MOSTLY) * tau2, (MOSTLY * tau2) / random.length, 0));
  }
  if (rho.columns > 0) {
    starts.push(startAt(model, share * tau2, share * tau2, CORRELATED));
    starts.push(startAt(model, share * tau2, share * tau2, -CORRELATED));
  }
  return starts.slice(0, most);
}

/** theta for one common sigma^2, omega^2 and correlation, as near as the designs allow. */
function startAt(model: StandardModel, sigma2: number, omega2: number, eta: number): Float64Array {
  const { scale, sd, rho, logSigmaOffset, logSdOffset } = model;
  const theta = scratch(scale.columns + sd.columns + rho.columns);
  theta.set(project(scale, difference(0.5 * Math.log(sigma2), logSigmaOffset)), 0);
  if (sd.columns > 0) theta.set(project(sd, difference(0.5 * Math.log(omega2), logSdOffset)), scale.columns);
  if (rho.columns > 0) theta.set(project(rho, scratch(rho.rows).fill(eta)), scale.columns + sd.columns);
  return theta;
}

function difference(value: number, offsets: Float64Array): Float64Array {
  const out = scratch(offsets.length);
  // a sigma held at 0 has an offset of -Infinity, and no coefficient
  for (let i = 0; i < out.length; i++) out[i] = Number.isFinite(offsets[i]!) ? value - offsets[i]! : 0;
  return out;
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
