import { type Doubles, scratch } from "../data/doubles";
import { type Basis, toOriginal } from "../design/basis";
import { choleskyFactor } from "../linalg/cholesky";
import { symmetricEigen } from "../linalg/eigen";
import { choleskyInverse } from "../linalg/inverse";
import { congruence, product, transposed } from "../linalg/product";
import type { FreeSpace } from "./boundary";
import type { Engine } from "./engine";
import type { Optimum } from "./optimum";
import type { Recession } from "./recession";
import { correlationSlopes, reportedCorrelations } from "./reported-correlations";
import { thetaBlocks } from "./theta-blocks";

/** Coefficients and their covariance in the user's columns and units: location first, then theta. */
export interface Uncertainty {
  readonly estimates: Float64Array;
  /** k x k, row-major; NaN for a coefficient without a standard error */
  readonly vcov: Float64Array;
  readonly atBoundary: Uint8Array;
  /** of the joint Hessian in standardised columns, edge directions left out; condition number in the 1-norm */
  readonly hessianPositiveDefinite: boolean;
  readonly hessianCondition: number;
  /** -log L's gradient per coefficient, standardised columns */
  readonly gradient: Float64Array;
}

/** Beside the largest eigenvalue: the likelihood does not depend on a direction with less curvature than this. */
const FLAT = 1e-12;

/**
 * Inverse of the observed joint Hessian of (beta, theta) at the optimum, the cross block included. REML: the inverse of
 * X' Sigma^-1 X for beta and of the restricted likelihood's Hessian for theta, on which alone it depends; nothing between
 * the two. Methods of moments: of X' Sigma^-1 X for beta, and the variance of tau^2 that the moments give. At the edge of the parameter space the Hessian is taken over the directions that are still free.
 */
export function uncertainty(
  engine: Engine,
  optimum: Optimum,
  doubles: Doubles = (length) => new Float64Array(length),
): Uncertainty {
  const { problem, model, objective } = engine;
  const { location, unit } = model;
  const p = location.columns;
  const q = objective.size;
  const k = p + q;
  // the user's coefficients = D (free directions); inside the parameter space all directions are free
  const J = jointHessian(engine, optimum, p, q);
  const toUser = userCoefficients(engine, optimum, p, q);
  const M = optimum.boundary === null ? null : freeDirections(optimum.boundary.free, p, q);
  const n = optimum.boundary === null ? k : p + optimum.boundary.free.count;
  const D = M === null ? toUser : product(toUser, M, k, k, n, scratch(k * n));
  const inverse = inverseOf(M === null ? J : congruence(transposed(M, k, n), J, n, k), n);
  const vcov = doubles(k * k);
  if (inverse === null) vcov.fill(Number.NaN);
  else congruence(D, inverse.matrix, k, n, vcov, scratch(k * n));

  const estimates = scratch(k);
  const gradient = doubles(k);
  const beta = problem.read("beta", scratch(p));
  for (let i = 0; i < p; i++) beta[i] = model.leastSquares[i]! + unit * beta[i]!;
  estimates.set(toOriginal(location, beta), 0);
  for (const { kind, basis, start } of thetaBlocks(model)) {
    const own =
      kind === "cor" ? reportedCorrelations(model, optimum) : toOriginal(basis, optimum.theta, start);
    estimates.set(own, p + start);
  }
  problem.read("locationGradient", gradient, 0, p);
  // an equation of moments has no slope that is left over
  if (model.moments === null) problem.read("gradient", gradient, p, q);

  const atBoundary = new Uint8Array(k);
  const drop = (i: number) => {
    for (let j = 0; j < k; j++) {
      vcov[i * k + j] = Number.NaN;
      vcov[j * k + i] = Number.NaN;
    }
  };
  for (const row of engine.lost) {
    const own = Float64Array.from({ length: p }, (_, j) => location.values[j * location.rows + row]!);
    const user = toOriginal(location, own);
    const largest = user.reduce((most, part) => Math.max(most, Math.abs(part)), 0);
    user.forEach((part, i) => {
      if (Math.abs(part) > 1e-8 * largest) drop(i);
    });
  }
  for (const edge of optimum.boundary?.edges ?? []) {
    const { kind, basis, start } = edge.block;
    if (kind === "cor") {
      // a function of parameters of which some are at their ends: a number, if it is not +-1
      for (let i = p + start; i < p + start + basis.columns; i++) {
        const isFixed = D.subarray(i * n, (i + 1) * n).every((part) => part === 0);
        if (Number.isFinite(estimates[i]!) && !isFixed) continue;
        atBoundary[i] = 1;
        gradient[i] = Number.NaN;
        drop(i);
      }
      continue;
    }
    const user = toOriginal(basis, edge.direction, start);
    const largest = user.reduce((most, part) => Math.max(most, Math.abs(part)), 0);
    user.forEach((part, j) => {
      if (determined(basis, j, edge)) return;
      const i = p + start + j;
      atBoundary[i] = 1;
      // a difference between two SDs that are both zero goes nowhere and is nothing
      estimates[i] =
        Math.abs(part) < 1e-8 * largest ? Number.NaN : Math.sign(part) * Number.POSITIVE_INFINITY;
      gradient[i] = Number.NaN;
      drop(i);
    });
  }
  // coefficients on which the likelihood does not depend, such as rho12 when both sigmas are zero
  for (const direction of inverse?.flat ?? []) {
    const user = product(D, direction, k, n, 1);
    const largest = user.reduce((most, part) => Math.max(most, Math.abs(part)), 0);
    user.forEach((part, i) => {
      if (Math.abs(part) <= 1e-6 * largest) return;
      drop(i);
      if (optimum.boundary === null) return;
      atBoundary[i] = 1;
      estimates[i] = Number.NaN;
      gradient[i] = Number.NaN;
    });
  }
  return {
    estimates,
    vcov,
    atBoundary,
    hessianPositiveDefinite: inverse !== null && (inverse.flat.length === 0 || optimum.boundary !== null),
    hessianCondition: inverse === null ? Number.POSITIVE_INFINITY : inverse.condition,
    gradient,
  };
}

/** (p + q) x (p + count), row-major: beta as it is, theta = basis phi. */
function freeDirections({ basis, count }: FreeSpace, p: number, q: number): Float64Array {
  const n = p + count;
  const M = scratch((p + q) * n);
  for (let i = 0; i < p; i++) M[i * n + i] = 1;
  for (let i = 0; i < q; i++) for (let a = 0; a < count; a++) M[(p + i) * n + p + a] = basis[i * count + a]!;
  return M;
}

/** Whether user coefficient j, row j of T, is a combination of the directions that are free at the edge. */
function determined({ toOriginal: T, columns }: Basis, j: number, { free, freeCount }: Recession): boolean {
  const row = T.slice(j * columns, (j + 1) * columns);
  const rest = Float64Array.from(row);
  let size = 0;
  for (let a = 0; a < freeCount; a++) {
    let part = 0;
    for (let i = 0; i < columns; i++) part += row[i]! * free[i * freeCount + a]!;
    for (let i = 0; i < columns; i++) rest[i]! -= part * free[i * freeCount + a]!;
  }
  let left = 0;
  for (let i = 0; i < columns; i++) {
    size += row[i]! ** 2;
    left += rest[i]! ** 2;
  }
  return left < 1e-14 * size;
}

interface Inverse {
  readonly matrix: Float64Array;
  readonly condition: number;
  /** directions without curvature, left out of the inverse */
  readonly flat: readonly Float64Array[];
}

/** Null when the matrix has a negative eigenvalue. */
function inverseOf(A: Float64Array, n: number): Inverse | null {
  const L = choleskyFactor(A, n);
  if (L !== null) {
    const matrix = choleskyInverse(L, n);
    return { matrix, condition: oneNorm(A, n) * oneNorm(matrix, n), flat: [] };
  }
  const { values, vectors } = symmetricEigen(A, n);
  const flatBelow = FLAT * Math.abs(values[n - 1]!);
  if (!(values[0]! > -flatBelow)) return null;
  const matrix = scratch(n * n);
  const flat: Float64Array[] = [];
  for (let e = 0; e < n; e++) {
    const vector = Float64Array.from({ length: n }, (_, i) => vectors[i * n + e]!);
    if (values[e]! <= flatBelow) {
      flat.push(vector);
      continue;
    }
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) matrix[i * n + j]! += (vector[i]! * vector[j]!) / values[e]!;
  }
  return { matrix, condition: Number.POSITIVE_INFINITY, flat };
}

/** Block-diagonal k x k matrix that takes changes of the engine's coefficients to those of the user's: of correlations the derivatives. */
function userCoefficients(engine: Engine, optimum: Optimum, p: number, q: number): Float64Array {
  const { location, unit } = engine.model;
  const k = p + q;
  const out = scratch(k * k);
  for (let i = 0; i < p; i++)
    for (let j = i; j < p; j++) out[i * k + j] = unit * location.toOriginal[i * p + j]!;
  for (const { kind, basis, start } of thetaBlocks(engine.model)) {
    const width = basis.columns;
    if (kind === "cor") {
      const slopes = correlationSlopes(engine.model, optimum);
      for (let i = 0; i < width; i++)
        for (let j = 0; j < width; j++) out[(p + start + i) * k + p + start + j] = slopes[i * width + j]!;
      continue;
    }
    for (let i = 0; i < width; i++) {
      for (let j = i; j < width; j++)
        out[(p + start + i) * k + p + start + j] = basis.toOriginal[i * width + j]!;
    }
  }
  return out;
}

function jointHessian(engine: Engine, optimum: Optimum, p: number, q: number): Float64Array {
  const k = p + q;
  const location = engine.problem.read("locationHessian", scratch(p * p));
  const { reml, moments } = engine.model;
  const cross = scratch(p * q);
  if (!reml && moments === null) engine.problem.read("crossHessian", cross);
  const scale =
    moments !== null
      ? optimum.hessian
      : engine.problem.read(reml ? "hessian" : "thetaHessian", scratch(q * q));
  const J = scratch(k * k);
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
