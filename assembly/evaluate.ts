// One evaluation of the profiled negative log-likelihood (design: y ~ N(X beta, Sigma(theta)), beta at its GLS value).
//
//   A = X' Sigma^-1 X,  beta = A^-1 X' Sigma^-1 y,  r = y - X beta
//   f(theta) = 1/2 (log|Sigma| + r' Sigma^-1 r)          restricted (REML): + 1/2 log|A|
//
// The gradient of f is the partial one at beta (the derivative in beta is zero there), and its Hessian is the Schur
// complement of the joint Hessian:  H = H_theta,theta - C' A^-1 C,  C = H_beta,theta.

import { Field, Order, Status } from "./abi";
import { denseLocation } from "./kernels/dense/location";
import { denseScale } from "./kernels/dense/scale";
import { nestedLocation } from "./kernels/nested/location";
import { nestedScale } from "./kernels/nested/scale";
import { pairLocation } from "./kernels/pair/location";
import { pairScale } from "./kernels/pair/scale";
import { scalarLocation } from "./kernels/scalar/location";
import { scalarScale } from "./kernels/scalar/scale";
import { sparseLocation } from "./kernels/sparse/location";
import { sparseScale } from "./kernels/sparse/scale";
import { levelVariances } from "./kernels/variances";
import { cholesky, solveLower, solveLowerTransposed } from "./linalg";
import { addTraceProducts, halfLogDet, isRestricted } from "./restricted";
import { at, get } from "./room";

export function evaluateProblem(problem: usize, wanted: i32): i32 {
  // the others have no other Hessian
  const order: i32 = wanted == Order.Average ? Order.Hessian : wanted;
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const restricted = isRestricted(problem);
  zero(at(problem, Field.LocationHessian), p * p);
  zero(at(problem, Field.LocationRight), p);
  zero(at(problem, Field.Sums), 2);
  if (order > Order.Value) {
    zero(at(problem, Field.Gradient), q);
    zero(at(problem, Field.LocationGradient), p);
    zero(at(problem, Field.ThetaHessian), q * q);
    zero(at(problem, Field.CrossHessian), p * q);
    if (restricted) zero(at(problem, Field.Traces), q * p * p);
  }

  levelVariances(problem);
  let status = scalarLocation(problem);
  if (status != Status.Ok) return status;
  status = nestedLocation(problem);
  if (status != Status.Ok) return status;
  status = sparseLocation(problem);
  if (status != Status.Ok) return status;
  status = pairLocation(problem);
  if (status != Status.Ok) return status;
  status = denseLocation(problem, order);
  if (status != Status.Ok) return status;

  status = solveLocation(problem, p);
  if (status != Status.Ok) return status;

  scalarScale(problem, order);
  nestedScale(problem, order);
  sparseScale(problem, wanted);
  pairScale(problem, order);
  denseScale(problem, order);
  if (order == Order.Hessian) {
    if (restricted) addTraceProducts(problem);
    profile(problem, p, q);
  }

  const sums = at(problem, Field.Sums);
  let value = 0.5 * (load<f64>(sums) + load<f64>(sums, 8));
  if (restricted) value += halfLogDet(problem);
  store<f64>(at(problem, Field.Value), value);
  return isFinite(value) ? Status.Ok : Status.NotFinite;
}

function zero(address: usize, doubles: i32): void {
  memory.fill(address, 0, (<usize>doubles) << 3);
}

/** beta = A^-1 b by Cholesky; mirrors A's lower triangle. */
function solveLocation(problem: usize, p: i32): i32 {
  const gram = at(problem, Field.LocationHessian);
  const factor = at(problem, Field.LocationFactor);
  const beta = at(problem, Field.Beta);
  mirror(gram, p);
  memory.copy(factor, gram, (<usize>p * <usize>p) << 3);
  memory.copy(beta, at(problem, Field.LocationRight), (<usize>p) << 3);
  if (cholesky(factor, p, p, at(problem, Field.Scratch)) != 0) return Status.SingularLocation;
  solveLower(factor, p, p, beta, 1, 1);
  solveLowerTransposed(factor, p, p, beta, 1, 1);
  return Status.Ok;
}

/** H = H_theta,theta - (L^-1 C)' (L^-1 C). */
function profile(problem: usize, p: i32, q: i32): void {
  const full = at(problem, Field.ThetaHessian);
  const hessian = at(problem, Field.Hessian);
  const cross = at(problem, Field.CrossHessian);
  const half = at(problem, Field.HalfCross);
  mirror(full, q);
  memory.copy(half, cross, (<usize>p * <usize>q) << 3);
  solveLower(at(problem, Field.LocationFactor), p, p, half, q, q);
  for (let k = 0; k < q; k++) {
    for (let l = 0; l <= k; l++) {
      let sum = load<f64>(full + ((<usize>(k * q + l)) << 3));
      for (let j = 0; j < p; j++) {
        sum -= load<f64>(half + ((<usize>(j * q + k)) << 3)) * load<f64>(half + ((<usize>(j * q + l)) << 3));
      }
      store<f64>(hessian + ((<usize>(k * q + l)) << 3), sum);
      store<f64>(hessian + ((<usize>(l * q + k)) << 3), sum);
    }
  }
}

/** Copies the lower triangle of a row-major n x n matrix to the upper one. */
function mirror(a: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++)
      store<f64>(a + ((<usize>(j * n + i)) << 3), load<f64>(a + ((<usize>(i * n + j)) << 3)));
  }
}
