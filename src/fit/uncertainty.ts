import type { Engine } from "./engine";
import type { Optimum } from "./optimise";
import { choleskyFactor, choleskyInverse } from "./small-matrix";
import { toOriginal } from "./standardise";

/** Coefficients and their covariance in the user's columns and units: location first, then scale. */
export interface Uncertainty {
  readonly estimates: Float64Array;
  /** k x k, row-major; NaN for a coefficient without a standard error */
  readonly vcov: Float64Array;
  readonly atBoundary: Uint8Array;
  /** of the joint Hessian in standardised columns, boundary directions left out; condition number in the 1-norm */
  readonly hessianPositiveDefinite: boolean;
  readonly hessianCondition: number;
  /** -log L's gradient per coefficient, standardised columns */
  readonly gradient: Float64Array;
}

/**
 * Inverse of the observed joint Hessian of (beta, gamma) at the optimum, the cross block included. At a boundary the
 * Hessian is taken over the directions that are still free.
 */
export function uncertainty(engine: Engine, optimum: Optimum): Uncertainty {
  const { problem, model } = engine;
  const { locationBasis, scaleBasis, unit } = model;
  const p = locationBasis.columns;
  const q = scaleBasis.columns;
  const k = p + q;
  const m = optimum.boundary === null ? q : optimum.boundary.freeCount;
  const free = optimum.boundary === null ? identity(q) : optimum.boundary.free;

  const J = jointHessian(engine, p, q);
  const n = p + m;
  // D: user's coefficients = D (engine's free directions)
  const M = new Float64Array(k * n);
  const D = new Float64Array(k * n);
  for (let i = 0; i < p; i++) {
    M[i * n + i] = 1;
    for (let j = i; j < p; j++) D[i * n + j] = unit * locationBasis.toOriginal[i * p + j]!;
  }
  for (let i = 0; i < q; i++) {
    for (let a = 0; a < m; a++) {
      M[(p + i) * n + p + a] = free[i * m + a]!;
      let sum = 0;
      for (let j = i; j < q; j++) sum += scaleBasis.toOriginal[i * q + j]! * free[j * m + a]!;
      D[(p + i) * n + p + a] = sum;
    }
  }
  const reduced = congruence(M, J, k, n);
  const L = choleskyFactor(reduced, n);
  const inverse = L === null ? null : choleskyInverse(L, n);
  const vcov =
    inverse === null ? new Float64Array(k * k).fill(Number.NaN) : congruence(transpose(D, k, n), inverse, n, k);

  const estimates = new Float64Array(k);
  const gradient = new Float64Array(k);
  const beta = problem.read("beta", new Float64Array(p));
  for (let i = 0; i < p; i++) beta[i] = model.leastSquares[i]! + unit * beta[i]!;
  estimates.set(toOriginal(locationBasis, beta), 0);
  estimates.set(toOriginal(scaleBasis, optimum.theta), p);
  problem.read("locationGradient", gradient.subarray(0, p));
  problem.read("gradient", gradient.subarray(p));

  const atBoundary = new Uint8Array(k);
  if (optimum.boundary !== null) {
    const direction = toOriginal(scaleBasis, optimum.boundary.direction);
    const largestPart = Math.max(...direction.map(Math.abs));
    for (let i = 0; i < q; i++) {
      if (Math.abs(direction[i]!) < 1e-8 * largestPart) continue;
      atBoundary[p + i] = 1;
      estimates[p + i] = Math.sign(direction[i]!) * Number.POSITIVE_INFINITY;
      gradient[p + i] = Number.NaN;
      for (let j = 0; j < k; j++) {
        vcov[(p + i) * k + j] = Number.NaN;
        vcov[j * k + p + i] = Number.NaN;
      }
    }
  }
  return {
    estimates,
    vcov,
    atBoundary,
    hessianPositiveDefinite: L !== null,
    hessianCondition: inverse === null ? Number.POSITIVE_INFINITY : oneNorm(reduced, n) * oneNorm(inverse, n),
    gradient,
  };
}

function jointHessian(engine: Engine, p: number, q: number): Float64Array {
  const k = p + q;
  const location = engine.problem.read("locationHessian", new Float64Array(p * p));
  const cross = engine.problem.read("crossHessian", new Float64Array(p * q));
  const scale = engine.problem.read("thetaHessian", new Float64Array(q * q));
  const J = new Float64Array(k * k);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) J[i * k + j] = location[i * p + j]!;
    for (let j = 0; j < q; j++) {
      J[i * k + p + j] = cross[i * q + j]!;
      J[(p + j) * k + i] = cross[i * q + j]!;
    }
  }
  for (let i = 0; i < q; i++) for (let j = 0; j < q; j++) J[(p + i) * k + p + j] = scale[i * q + j]!;
  return J;
}

/** A' B A for A k x n and symmetric B k x k, row-major. */
function congruence(A: Float64Array, B: Float64Array, k: number, n: number): Float64Array {
  const BA = new Float64Array(k * n);
  for (let i = 0; i < k; i++) {
    for (let l = 0; l < k; l++) {
      const b = B[i * k + l]!;
      if (b === 0) continue;
      for (let j = 0; j < n; j++) BA[i * n + j]! += b * A[l * n + j]!;
    }
  }
  const out = new Float64Array(n * n);
  for (let l = 0; l < k; l++) {
    for (let i = 0; i < n; i++) {
      const a = A[l * n + i]!;
      if (a === 0) continue;
      for (let j = 0; j < n; j++) out[i * n + j]! += a * BA[l * n + j]!;
    }
  }
  return out;
}

/** Largest column sum of absolute values. */
function oneNorm(A: Float64Array, n: number): number {
  let largest = 0;
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Math.abs(A[i * n + j]!);
    largest = Math.max(largest, sum);
  }
  return largest;
}

function transpose(A: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(A.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = A[i * columns + j]!;
  return out;
}

function identity(n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  return out;
}
