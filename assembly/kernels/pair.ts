// A study with two outcomes and nothing that ties it to others: a 2 x 2 covariance in closed form.
//
//   S = [ v1 + a^2   v12 + c ]     a = sigma1, b = sigma2, c = rho a b, rho = 0.999999 tanh(eta)
//       [            v2 + b^2 ]
//
// The three numbers that the model moves are e = (a^2, b^2, c), with dS/de of rank one or two. With B = S^-1, q = B r:
//
//   d(-log L)/de   = h:  (B11 - q1^2) / 2,  (B22 - q2^2) / 2,  B12 - q1 q2
//   d2/de df       = K_ef = -tr(B E_e B E_f) / 2 + q' E_e B E_f q
//   theta:           H = D' K D + sum_e h_e d2e,   D = de/dtheta
//
// A weight multiplies the study's joint log-likelihood. With the restricted likelihood q q' becomes q q' + Gamma Gamma'
// (restricted.ts); its entries are the s below.

import { Field, Order, Status } from "../abi";
import { add, read, write } from "../accumulate";
import { addTrace, isRestricted, whiten } from "../restricted";
import { at, get, pairStart, set } from "../room";
import { log } from "../simd/log";
import { Correlation } from "./correlation";
import { modelVariances } from "./scalar";

/** A determinant this small beside the product of the variances is lost to rounding. */
const SINGULAR: f64 = 4e-16;

/** B11, B12, B22 of pair s. */
class Inverse2 {
  b11: f64 = 0;
  b12: f64 = 0;
  b22: f64 = 0;
  det: f64 = 0;
}
const inverse = new Inverse2();

/** Inverts the covariance of the pair whose first row is `row`; false when it is not positive definite. */
function invert(problem: usize, row: i32, s: i32): bool {
  const sigma2 = at(problem, Field.Sigma2);
  const v = at(problem, Field.V);
  const a2 = read(sigma2, row);
  const b2 = read(sigma2, row + 1);
  const s11 = read(v, row) + a2;
  const s22 = read(v, row + 1) + b2;
  const s12 = read(at(problem, Field.PairV), s) + Correlation.at(problem, s).rho * Math.sqrt(a2 * b2);
  const det = s11 * s22 - s12 * s12;
  if (!(s11 > 0 && s22 > 0 && det > SINGULAR * s11 * s22)) return false;
  inverse.b11 = s22 / det;
  inverse.b12 = -s12 / det;
  inverse.b22 = s11 / det;
  inverse.det = det;
  return true;
}

/** Adds log|Sigma|, X' Sigma^-1 X and X' Sigma^-1 y of the pair section. */
export function pairLocation(problem: usize): i32 {
  const rows = get(problem, Field.PairRows);
  if (rows == 0) return Status.Ok;
  const first = pairStart(problem);
  const p = get(problem, Field.P);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const x = at(problem, Field.X);
  const y = at(problem, Field.Y);
  const gram = at(problem, Field.LocationHessian);
  const right = at(problem, Field.LocationRight);
  const weighted = get(problem, Field.Weighted) != 0;
  const weights = at(problem, Field.Weights);
  let logDet: f64 = 0;

  modelVariances(problem, first, rows);
  for (let s = 0; s < rows >> 1; s++) {
    const row = first + 2 * s;
    if (!invert(problem, row, s)) {
      set(problem, Field.BadRow, row);
      return Status.NotPositiveDefinite;
    }
    const w = weighted ? read(weights, row) : 1;
    const b11 = w * inverse.b11;
    const b12 = w * inverse.b12;
    const b22 = w * inverse.b22;
    logDet += w * log(inverse.det);
    const offset = (<usize>row) << 3;
    const y1 = load<f64>(y + offset);
    const y2 = load<f64>(y + offset, 8);
    for (let j = 0; j < p; j++) {
      const xj = x + <usize>j * stride + offset;
      const x1 = load<f64>(xj);
      const x2 = load<f64>(xj, 8);
      const z1 = b11 * x1 + b12 * x2;
      const z2 = b12 * x1 + b22 * x2;
      add(right, j, z1 * y1 + z2 * y2);
      for (let k = 0; k <= j; k++) {
        const xk = x + <usize>k * stride + offset;
        add(gram, j * p + k, z1 * load<f64>(xk) + z2 * load<f64>(xk, 8));
      }
    }
  }
  add(at(problem, Field.Sums), 0, logDet);
  return Status.Ok;
}

/** Adds r' Sigma^-1 r and, by order, the derivatives in theta. Beta has been solved for. */
export function pairScale(problem: usize, order: i32): void {
  const rows = get(problem, Field.PairRows);
  if (rows == 0) return;
  const first = pairStart(problem);
  const p = get(problem, Field.P);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const x = at(problem, Field.X);
  const y = at(problem, Field.Y);
  const beta = at(problem, Field.Beta);
  const slope = at(problem, Field.LocationGradient);
  const weighted = get(problem, Field.Weighted) != 0;
  const weights = at(problem, Field.Weights);
  let quadratic: f64 = 0;

  for (let s = 0; s < rows >> 1; s++) {
    const row = first + 2 * s;
    invert(problem, row, s);
    const offset = (<usize>row) << 3;
    let r1 = load<f64>(y + offset);
    let r2 = load<f64>(y + offset, 8);
    for (let j = 0; j < p; j++) {
      const xj = x + <usize>j * stride + offset;
      r1 -= read(beta, j) * load<f64>(xj);
      r2 -= read(beta, j) * load<f64>(xj, 8);
    }
    const w = weighted ? read(weights, row) : 1;
    const q1 = inverse.b11 * r1 + inverse.b12 * r2;
    const q2 = inverse.b12 * r1 + inverse.b22 * r2;
    quadratic += w * (q1 * r1 + q2 * r2);
    if (order == Order.Value) continue;
    for (let j = 0; j < p; j++) {
      const xj = x + <usize>j * stride + offset;
      add(slope, j, -w * (q1 * load<f64>(xj) + q2 * load<f64>(xj, 8)));
    }
    pairDerivatives(problem, row, s, q1, q2, w, order);
  }
  add(at(problem, Field.Sums), 1, quadratic);
}

function pairDerivatives(problem: usize, row: i32, s: i32, q1: f64, q2: f64, w: f64, order: i32): void {
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const qSigma = get(problem, Field.QSigma);
  const firstRho = qSigma + get(problem, Field.QSd);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const offset = (<usize>row) << 3;
  const pairs = get(problem, Field.Pairs);
  const W = at(problem, Field.W) + offset;
  const T = at(problem, Field.T);
  const sigma2 = at(problem, Field.Sigma2);
  const a2 = read(sigma2, row);
  const b2 = read(sigma2, row + 1);
  const ab = Math.sqrt(a2 * b2);
  const link = Correlation.at(problem, s);
  const c = link.rho * ab;
  const c1 = link.first * ab;
  const c2 = link.second * ab;
  const b11 = inverse.b11;
  const b12 = inverse.b12;
  const b22 = inverse.b22;
  let s11 = q1 * q1;
  let s12 = q1 * q2;
  let s22 = q2 * q2;
  const restricted = isRestricted(problem);
  const D = at(problem, Field.Vectors); // 3 a coefficient: d a^2, d b^2, d c
  const gamma1 = D + ((<usize>(3 * q)) << 3); // Gamma's two rows
  const gamma2 = gamma1 + ((<usize>p) << 3);
  if (restricted) {
    scoreRows(problem, offset, gamma1, gamma2);
    for (let j = 0; j < p; j++) {
      s11 += read(gamma1, j) * read(gamma1, j);
      s12 += read(gamma1, j) * read(gamma2, j);
      s22 += read(gamma2, j) * read(gamma2, j);
    }
  }
  const h1 = 0.5 * w * (b11 - s11);
  const h2 = 0.5 * w * (b22 - s22);
  const h3 = w * (b12 - s12);
  const gradient = at(problem, Field.Gradient);
  const hessian = at(problem, Field.ThetaHessian);
  const cross = at(problem, Field.CrossHessian);

  for (let k = 0; k < q; k++) {
    let d1: f64 = 0;
    let d2: f64 = 0;
    let d3: f64 = 0;
    if (k < qSigma) {
      const wk = W + <usize>k * stride;
      const w1 = load<f64>(wk);
      const w2 = load<f64>(wk, 8);
      d1 = 2 * a2 * w1;
      d2 = 2 * b2 * w2;
      d3 = c * (w1 + w2);
    } else if (k >= firstRho) {
      d3 = c1 * read(T, (k - firstRho) * pairs + s);
    }
    write(D, 3 * k, d1);
    write(D, 3 * k + 1, d2);
    write(D, 3 * k + 2, d3);
    add(gradient, k, h1 * d1 + h2 * d2 + h3 * d3);
  }
  if (order != Order.Hessian) return;

  const k11 = w * b11 * (s11 - 0.5 * b11);
  const k22 = w * b22 * (s22 - 0.5 * b22);
  const k12 = w * b12 * (s12 - 0.5 * b12);
  const k13 = w * (b11 * s12 + b12 * s11 - b11 * b12);
  const k23 = w * (b12 * s22 + b22 * s12 - b12 * b22);
  const k33 = w * (2 * s12 * b12 + s11 * b22 + s22 * b11 - b11 * b22 - b12 * b12);
  const x = at(problem, Field.X) + offset;
  for (let k = 0; k < q; k++) {
    const d1 = read(D, 3 * k);
    const d2 = read(D, 3 * k + 1);
    const d3 = read(D, 3 * k + 2);
    if (restricted) {
      addTrace(problem, k, d1, gamma1, gamma1);
      addTrace(problem, k, d2, gamma2, gamma2);
      addTrace(problem, k, 2 * d3, gamma1, gamma2);
    }
    const e1 = k11 * d1 + k12 * d2 + k13 * d3;
    const e2 = k12 * d1 + k22 * d2 + k23 * d3;
    const e3 = k13 * d1 + k23 * d2 + k33 * d3;
    const isSigma = k < qSigma;
    const wk = W + <usize>k * stride;
    const wk1 = isSigma ? load<f64>(wk) : 0;
    const wk2 = isSigma ? load<f64>(wk, 8) : 0;
    const tk = k >= firstRho ? read(T, (k - firstRho) * pairs + s) : 0;
    for (let l = 0; l <= k; l++) {
      let sum = e1 * read(D, 3 * l) + e2 * read(D, 3 * l + 1) + e3 * read(D, 3 * l + 2);
      // second derivatives of a^2, b^2 and c
      if (l < qSigma) {
        const wl = W + <usize>l * stride;
        const wl1 = load<f64>(wl);
        const wl2 = load<f64>(wl, 8);
        sum += 4 * (h1 * a2 * wk1 * wl1 + h2 * b2 * wk2 * wl2);
        sum += h3 * (wl1 + wl2) * (c * (wk1 + wk2) + c1 * tk);
      } else if (l >= firstRho) {
        sum += h3 * c2 * tk * read(T, (l - firstRho) * pairs + s);
      }
      add(hessian, k * q + l, sum);
    }
    // rows of E_e q: (q1, 0), (0, q2), (q2, q1)
    const f1 = w * (d1 * q1 + d3 * q2);
    const f2 = w * (d2 * q2 + d3 * q1);
    const z1 = b11 * f1 + b12 * f2;
    const z2 = b12 * f1 + b22 * f2;
    for (let j = 0; j < p; j++) {
      const xj = x + <usize>j * stride;
      add(cross, j * q + k, z1 * load<f64>(xj) + z2 * load<f64>(xj, 8));
    }
  }
}

/** The rows of Gamma = B X L^-T for the pair whose B is in `inverse`. */
function scoreRows(problem: usize, offset: usize, gamma1: usize, gamma2: usize): void {
  const p = get(problem, Field.P);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const x = at(problem, Field.X) + offset;
  for (let j = 0; j < p; j++) {
    const x1 = load<f64>(x + <usize>j * stride);
    const x2 = load<f64>(x + <usize>j * stride, 8);
    write(gamma1, j, inverse.b11 * x1 + inverse.b12 * x2);
    write(gamma2, j, inverse.b12 * x1 + inverse.b22 * x2);
  }
  whiten(problem, gamma1, p);
  whiten(problem, gamma2, p);
}
