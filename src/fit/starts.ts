import { scratch, unfilled } from "../data/doubles";
import { project } from "../design/basis";
import { isTwoSided, type ParameterKind } from "../model/terms/parameters";
import { canVanish } from "./edges";
import type { StandardModel } from "./standard-model";
import { blockOf, samplingVariances, thetaBlocks, thetaSize } from "./theta-blocks";
import { typicalLoading } from "./typical-loading";

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
 * (How often the best maximum is missed is measured by bench/optima.bench.ts.)
 */
export function startingPoints(model: StandardModel, most: number): Float64Array[] {
  const { random, parts } = model;
  const phi = blockOf(model, "phi");
  const isShared = phi.basis.columns > 0;
  const v = isShared ? model.v : samplingVariances(model, NO_THETA);
  const tau2 = momentVariance(model.y, v, model.location.columns);
  const share = 1 / (random.length + 1);
  const ratio = isShared ? momentRatio(model.y, v, model.location.columns) : 1;
  const hasSigma = blockOf(model, "sigma").offset.some(Number.isFinite);
  const common = startAt(model, share * tau2, share * tau2, 0, hasSigma ? 1 : share * ratio);
  const starts = [common];
  if (isShared && hasSigma) {
    // the heterogeneity laid into phi, and some of it; the known variances themselves laid into sigma
    starts.push(startAt(model, (1 - MOSTLY) * tau2, share * tau2, 0, ratio));
    starts.push(startAt(model, share * tau2, share * tau2, 0, Math.sqrt(ratio)));
    starts.push(startAt(model, tau2, share * tau2, 0, 1 - MOSTLY));
  }
  for (const { kind, start, columns } of [...parts].reverse()) {
    const size = isTwoSided({ kind }) ? CORRELATION_LEAN : LEAN;
    for (let k = start + columns - 1; k > start; k--) {
      for (const lean of [size, -size])
        starts.push(common.map((value, j) => (j === k ? value + lean : value)));
    }
  }
  if (random.length > 0) {
    starts.push(startAt(model, MOSTLY * tau2, ((1 - MOSTLY) * tau2) / random.length, 0));
    starts.push(startAt(model, (1 - MOSTLY) * tau2, (MOSTLY * tau2) / random.length, 0));
  }
  if (blockOf(model, "rho").basis.columns + blockOf(model, "cor").basis.columns > 0) {
    starts.push(startAt(model, share * tau2, share * tau2, CORRELATED));
    starts.push(startAt(model, share * tau2, share * tau2, -CORRELATED));
  }
  return starts.slice(0, most);
}

/**
 * More starts for small data with moderators of the scale, where a few rows, levels or studies can take all of it: for each
 * moderator, and each two of one formula, predictors that fall steeply from the entity at the top, which is left with a
 * share of the residual variance; the rest of theta as in the first of startingPoints().
 */
export function steepStartingPoints(model: StandardModel): Float64Array[] {
  const common = startingPoints(model, 1)[0]!;
  const starts: Float64Array[] = [];
  for (const part of model.parts) {
    const { kind, start, columns } = part;
    if (isTwoSided(part) || (kind !== "sigma" && !canVanish(model, part))) continue;
    const { basis, start: first } = blockOf(model, kind);
    for (const [leans, slope] of leaningTo(columns)) {
      const theta = common.slice();
      for (let k = 1; k < columns; k++) theta[start + k] = slope * leans[k - 1]!;
      // the first column is the intercept: it takes the top to where it should be
      const typical = typicalLogSd(model, kind);
      let top = Number.NEGATIVE_INFINITY;
      let scale = 0;
      for (let i = 0; i < basis.rows; i++) {
        const one = basis.values[(start - first) * basis.rows + i]!;
        if (one === 0) continue;
        scale = one;
        let u = 0;
        for (let k = 1; k < columns; k++)
          u += theta[start + k]! * basis.values[(start - first + k) * basis.rows + i]!;
        top = Math.max(top, u);
      }
      theta[start] = (TOP - typical - top) / scale;
      starts.push(theta);
    }
  }
  return starts;
}

/**
 * Starts on every side of the first of startingPoints(), for data so small that a maximum can be anywhere: a lattice in the
 * irrational ratios of square roots (Kronecker), which fills a cube evenly for any number of points.
 */
export function scatteredStartingPoints(model: StandardModel, count: number): Float64Array[] {
  const common = startingPoints(model, 1)[0]!;
  return Array.from({ length: count }, (_, j) =>
    common.map((value, k) => {
      const share = ((j + 1) * Math.sqrt(PRIMES[k % PRIMES.length]!)) % 1;
      return value + SCATTER * (2 * share - 1);
    }),
  );
}

const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29] as const;
/** Half the width of the cube, in standardised units. */
const SCATTER = 6;

/** log sqrt(v) of a typical row, which log sqrt(phi) is to be added to; 0 for an SD. */
export function typicalLogSd({ v }: StandardModel, kind: ParameterKind): number {
  return kind === "phi" ? 0.5 * Math.log(meanOf(v)) : 0;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** log SD of the entity at the top, in units of the spread of the residuals. */
export const TOP = -0.35;
const STEEP = [4, 12] as const;

/** All SDs as large as the spread of the residuals. */
export function wideStart(model: StandardModel): Float64Array {
  return startAt(model, Math.exp(2 * TOP), Math.exp(2 * TOP), 0);
}

/**
 * One constant sigma beside known variances of very different sizes: its likelihood can have a hump at each size. Points
 * from below the smallest variance to the spread of the residuals; none where the variances are alike.
 */
export function constantSigmaGrid(model: StandardModel): Float64Array[] {
  const { parts } = model;
  const { basis, offset } = blockOf(model, "sigma");
  if (parts.length !== 1 || basis.columns !== 1) return [];
  const v = samplingVariances(model, NO_THETA);
  const largestV = v === model.v ? model.largestV : v.reduce((most, one) => Math.max(most, one));
  let smallest = largestV;
  for (let i = 0; i < v.length; i++) if (v[i]! > 0 && v[i]! < smallest) smallest = v[i]!;
  if (!(largestV > UNEVEN * smallest)) return [];
  const one = basis.values[0]!;
  const from = 0.5 * Math.log(smallest) - 1;
  const to = Math.max(0.5 * Math.log(largestV), 0) + 1;
  const steps = Math.min(Math.ceil((to - from) / GRID_STEP), MOST_STEPS);
  return Array.from({ length: steps + 1 }, (_, j) =>
    Float64Array.of((from + ((to - from) * j) / steps - offset[0]!) / one),
  );
}

const UNEVEN = 20;
/** In log SD: humps are wider. */
const GRID_STEP = 0.5;
const MOST_STEPS = 40;

/** Directions in a formula's moderators, with how steep. */
function leaningTo(columns: number): [readonly number[], number][] {
  const out: [readonly number[], number][] = [];
  const slopes = columns - 1;
  const zero = new Array<number>(slopes).fill(0);
  for (let k = 0; k < slopes; k++) {
    for (const sign of [1, -1]) for (const steep of STEEP) out.push([leaning(zero, k, sign), steep]);
    for (let l = 0; l < k; l++) {
      for (const sign of [1, -1])
        for (const other of [1, -1]) out.push([leaning(zero, k, sign, l, other), 6]);
    }
  }
  return out;
}

function leaning(zero: readonly number[], k: number, a: number, l = k, b = a): number[] {
  return zero.map((_, j) => (j === k ? a : j === l ? b : 0));
}

/** theta for one common sigma^2, omega^2, correlation and phi (`ratio`), as near as the designs allow. */
function startAt(model: StandardModel, sigma2: number, omega2: number, eta: number, ratio = 1): Float64Array {
  const theta = scratch(thetaSize(model));
  const predictors = {
    phi: 0.5 * Math.log(ratio),
    sigma: 0.5 * Math.log(sigma2),
    sd: 0.5 * Math.log(omega2),
    cor: eta,
    rho: eta,
  };
  const units = loadingUnits(model);
  for (const { kind, basis, offset, start } of thetaBlocks(model)) {
    const wanted = difference(predictors[kind], offset);
    // omega^2 is the variance that a row has of its level
    if (kind === "sd") for (let level = 0; level < units.length; level++) wanted[level]! -= units[level]!;
    theta.set(project(basis, wanted), start);
  }
  return theta;
}

/** By level, the log of what a typical row has of an effect of SD 1; empty where that is 1. */
function loadingUnits({ random }: StandardModel): Float64Array {
  if (random.every(({ z, structure }) => z === null && structure === null)) return NO_THETA;
  return Float64Array.from(
    random.flatMap((term) => new Array<number>(term.levels).fill(Math.log(typicalLoading(term)))),
  );
}

function difference(value: number, offsets: Float64Array): Float64Array {
  const out = unfilled(offsets.length);
  // an SD held at 0 has an offset of -Infinity, and no coefficient
  for (let i = 0; i < out.length; i++) out[i] = Number.isFinite(offsets[i]!) ? value - offsets[i]! : 0;
  return out;
}

/** Of a model whose phi is held at values. */
const NO_THETA = new Float64Array(0);

/** The phi at which sum r^2 / (phi v) equals its degrees of freedom, r about the mean of least variance where phi is all. */
function momentRatio(residuals: Float64Array, v: Float64Array, p: number): number {
  let weights = 0;
  let mean = 0;
  for (let i = 0; i < v.length; i++) {
    if (!(v[i]! > 0)) continue;
    weights += 1 / v[i]!;
    mean += residuals[i]! / v[i]!;
  }
  mean /= weights;
  let sum = 0;
  for (let i = 0; i < v.length; i++) if (v[i]! > 0) sum += (residuals[i]! - mean) ** 2 / v[i]!;
  const ratio = sum / Math.max(v.length - p, 1);
  return ratio > 0 && Number.isFinite(ratio) ? ratio : 1;
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
