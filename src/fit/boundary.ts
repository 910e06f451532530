import { symmetricEigen } from "./small-matrix";
import type { StandardModel } from "./standard-model";
import { addProduct } from "./standardise";
import type { Objective } from "./trust-region";

/**
 * Heterogeneity running to zero. The likelihood then has a supremum but no maximum: along some direction d of the scale
 * coefficients W d < 0 for a set Z of rows (their sigma vanishes) and W d = 0 for the others. In the limit the Z rows
 * keep only their known variance, and the objective is flat along d; the search goes on in the complement of all such d.
 */
export interface Boundary {
  /** q x m, row-major: basis of the directions in which the objective still varies */
  readonly free: Float64Array;
  readonly freeCount: number;
  /** q: the direction of recession; coefficients with a part in it run to infinity with its sign */
  readonly direction: Float64Array;
  /** theta with the Z rows' sigma at exactly zero */
  readonly theta: Float64Array;
  /** theta with the Z rows' sigma still just there, where the derivative in their variance can be seen */
  readonly nearby: Float64Array;
}

/** sigma^2 / v below which a row is suspected, and the smaller ones tried first: the fewer rows, the sharper the test. */
const THRESHOLDS = [1e-11, 1e-9, 1e-7, 1e-5, 1e-3];
const NEARBY_RATIO = 1e-8;
/** log sigma, in units of the data's spread, at which residuals of zero are taken for the reason */
const PERFECT_FIT = -20;
/** exp(-800) is zero in double precision, and so is the square */
const VANISHED = 800;

/** log(sigma^2 / v) per row; Infinity where v is 0, since sigma cannot vanish there. */
function logVarianceRatios(model: StandardModel, theta: Float64Array): Float64Array {
  const { v } = model;
  const u = Float64Array.from(model.logSigmaOffset);
  addProduct(model.scaleBasis, theta, u);
  return u.map((u, i) => (v[i]! > 0 ? 2 * u - Math.log(v[i]!) : Number.POSITIVE_INFINITY));
}

export type Suspicion = "none" | "vanishing" | "perfect fit";

/**
 * Whether some row's sigma has become small beside its sampling error, or, where there is none, beside the spread of
 * the data (the residuals are zero there and the likelihood has no bound). One pass, no logarithm, in the usual case.
 */
export function suspicion(model: StandardModel, theta: Float64Array): Suspicion {
  const { v, largestV, zeroV, logSigmaOffset, rows } = model;
  const W = model.scaleBasis.values;
  let smallest = Number.POSITIVE_INFINITY;
  let perfect = false;
  for (let i = 0; i < rows; i++) {
    let u = logSigmaOffset[i]!;
    for (let k = 0; k < theta.length; k++) u += theta[k]! * W[k * rows + i]!;
    if (u < smallest) smallest = u;
    if (zeroV && u < PERFECT_FIT && v[i] === 0) perfect = true;
  }
  if (perfect) return "perfect fit";
  const limit = Math.log(THRESHOLDS[THRESHOLDS.length - 1]!);
  if (2 * smallest > limit + Math.log(largestV)) return "none";
  return minimum(logVarianceRatios(model, theta)) < limit ? "vanishing" : "none";
}

/** Directions along which suspected rows can vanish at `theta`, sharpest first. */
export function recessions(model: StandardModel, theta: Float64Array): Boundary[] {
  const ratios = logVarianceRatios(model, theta);
  const found: Boundary[] = [];
  let rowsBefore = 0;
  for (const threshold of THRESHOLDS) {
    const limit = Math.log(threshold);
    const vanishing = Uint8Array.from(ratios, (ratio) => (ratio < limit ? 1 : 0));
    const count = vanishing.reduce((sum, flag) => sum + flag, 0);
    if (count === rowsBefore) continue;
    rowsBefore = count;
    const boundary = recession(model, theta, ratios, vanishing);
    if (boundary !== null) found.push(boundary);
  }
  return found;
}

function recession(model: StandardModel, theta: Float64Array, ratios: Float64Array, vanishing: Uint8Array): Boundary | null {
  const q = theta.length;
  const rows = ratios.length;
  const W = model.scaleBasis.values;
  const remaining = gram(W, rows, q, vanishing, 0);
  const { values, vectors } = symmetricEigen(remaining, q);
  let nullity = 0;
  while (nullity < q && values[nullity]! < 1e-10 * rows) nullity++;
  if (nullity === 0) return null;

  const direction = leastSquaresDescent(gram(W, rows, q, vanishing, 1), W, rows, q, vanishing, vectors, nullity);
  // every vanishing row must go down, or the set is not one that vanishes together
  let slowest = Number.NEGATIVE_INFINITY;
  let nearbyLength = 0;
  for (let i = 0; i < rows; i++) {
    if (vanishing[i] === 0) continue;
    let change = 0;
    for (let k = 0; k < q; k++) change += W[k * rows + i]! * direction[k]!;
    slowest = Math.max(slowest, change);
    if (Number.isFinite(ratios[i]!)) {
      nearbyLength = Math.max(nearbyLength, (ratios[i]! - Math.log(NEARBY_RATIO)) / (-2 * change));
    }
  }
  if (!(slowest < -1e-6)) return null;

  const freeCount = q - nullity;
  const free = new Float64Array(q * freeCount);
  for (let i = 0; i < q; i++) for (let k = 0; k < freeCount; k++) free[i * freeCount + k] = vectors[i * q + nullity + k]!;
  return {
    free,
    freeCount,
    direction,
    theta: theta.map((value, k) => value + (VANISHED / -slowest) * direction[k]!),
    nearby: theta.map((value, k) => value + nearbyLength * direction[k]!),
  };
}

/** W'W over the rows whose flag is `flag`. */
function gram(W: Float64Array, rows: number, q: number, flags: Uint8Array, flag: 0 | 1): Float64Array {
  const out = new Float64Array(q * q);
  for (let k = 0; k < q; k++) {
    for (let l = 0; l <= k; l++) {
      let sum = 0;
      for (let i = 0; i < rows; i++) if (flags[i] === flag) sum += W[k * rows + i]! * W[l * rows + i]!;
      out[k * q + l] = sum;
      out[l * q + k] = sum;
    }
  }
  return out;
}

/** The d in the null space that brings W d closest to -1 on the vanishing rows. */
function leastSquaresDescent(
  vanishingGram: Float64Array,
  W: Float64Array,
  rows: number,
  q: number,
  vanishing: Uint8Array,
  vectors: Float64Array,
  nullity: number,
): Float64Array {
  const right = new Float64Array(q);
  for (let k = 0; k < q; k++) for (let i = 0; i < rows; i++) if (vanishing[i] === 1) right[k]! -= W[k * rows + i]!;
  // within the null space: (N'GN) c = N'b by its own eigenvectors
  const inner = new Float64Array(nullity * nullity);
  const innerRight = new Float64Array(nullity);
  for (let a = 0; a < nullity; a++) {
    for (let i = 0; i < q; i++) {
      innerRight[a]! += vectors[i * q + a]! * right[i]!;
      for (let b = 0; b < nullity; b++) {
        for (let j = 0; j < q; j++) {
          inner[a * nullity + b]! += vectors[i * q + a]! * vanishingGram[i * q + j]! * vectors[j * q + b]!;
        }
      }
    }
  }
  const eigen = symmetricEigen(inner, nullity);
  const direction = new Float64Array(q);
  for (let c = 0; c < nullity; c++) {
    if (eigen.values[c]! <= 1e-10 * rows) continue;
    let along = 0;
    for (let a = 0; a < nullity; a++) along += eigen.vectors[a * nullity + c]! * innerRight[a]!;
    along /= eigen.values[c]!;
    for (let a = 0; a < nullity; a++) {
      const weight = along * eigen.vectors[a * nullity + c]!;
      for (let i = 0; i < q; i++) direction[i]! += weight * vectors[i * q + a]!;
    }
  }
  return direction;
}

/** The objective on theta = base + free phi. */
export function restrictTo(objective: Objective, base: Float64Array, free: Float64Array, freeCount: number): Objective {
  const q = base.length;
  const theta = new Float64Array(q);
  const gradient = new Float64Array(freeCount);
  const hessian = new Float64Array(freeCount * freeCount);
  return {
    size: freeCount,
    gradient,
    hessian,
    get value() {
      return objective.value;
    },
    evaluate(phi) {
      expand(base, free, freeCount, phi, theta);
      if (!objective.evaluate(theta)) return false;
      gradient.fill(0);
      hessian.fill(0);
      for (let i = 0; i < q; i++) {
        for (let a = 0; a < freeCount; a++) {
          const fia = free[i * freeCount + a]!;
          gradient[a]! += fia * objective.gradient[i]!;
          for (let j = 0; j < q; j++) {
            const h = fia * objective.hessian[i * q + j]!;
            for (let b = 0; b < freeCount; b++) hessian[a * freeCount + b]! += h * free[j * freeCount + b]!;
          }
        }
      }
      return true;
    },
  };
}

/** base + free phi */
export function expand(
  base: Float64Array,
  free: Float64Array,
  freeCount: number,
  phi: Float64Array,
  into: Float64Array = new Float64Array(base.length),
): Float64Array {
  into.set(base);
  for (let i = 0; i < base.length; i++) {
    for (let a = 0; a < freeCount; a++) into[i]! += free[i * freeCount + a]! * phi[a]!;
  }
  return into;
}

function minimum(values: Float64Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (values[i]! < least) least = values[i]!;
  return least;
}
