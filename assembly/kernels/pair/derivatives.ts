// A study with two outcomes and nothing that ties it to others: a 2 x 2 covariance in closed form.
//
//   S = [ v1 + a^2   v12 + c ]     a = sigma1, b = sigma2, c = rho a b, rho = 0.999999 tanh(eta)
//       [            v2 + b^2 ]
//
// where V is known up to multipliers, phi1 v1, phi2 v2 and sqrt(phi1 phi2) v12 are in the place of V's. The three numbers that
// the model moves are e = (S11, S22, S12), with dS/de of rank one or two. With B = S^-1, q = B r:
//
//   d(-log L)/de   = h:  (B11 - q1^2) / 2,  (B22 - q2^2) / 2,  B12 - q1 q2
//   d2/de df       = K_ef = -tr(B E_e B E_f) / 2 + q' E_e B E_f q
//   theta:           H = D' K D + sum_e h_e d2e,   D = de/dtheta
//
// A weight multiplies the pair's joint log-likelihood. With the restricted likelihood q q' becomes q q' + Gamma Gamma'
// (restricted.ts); its entries are the s below.

import { Field, Order } from "../../abi";
import { add, read, write } from "../../accumulate";
import { addTrace, isRestricted, whiten } from "../../restricted";
import { at, firstRho, firstSd, get } from "../../room";
import { Correlation } from "../correlation";
import { inverse, pairCovariance } from "./inverse";

/** Doubles that pairDerivatives() works in, at Field.Vectors. */
export function pairVectors(p: u64, q: u64): u64 {
  return 3 * q + 2 * p;
}

/** What pair s, whose B is in `inverse`, adds to the derivatives in theta. */
export function pairDerivatives(
  problem: usize,
  row: i32,
  s: i32,
  q1: f64,
  q2: f64,
  w: f64,
  order: i32,
): void {
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const qPhi = get(problem, Field.QPhi);
  const atSd = firstSd(problem);
  const atRho = firstRho(problem);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const offset = (<usize>row) << 3;
  const pairs = get(problem, Field.Pairs);
  // sigma's columns have their coefficients' numbers
  const W = at(problem, Field.W) + offset - <usize>qPhi * stride;
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
  // the layout that pairVectors() makes room for
  const D = at(problem, Field.Vectors); // 3 a coefficient: d S11, d S22, d S12
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

  for (let k = qPhi; k < q; k++) {
    let d1: f64 = 0;
    let d2: f64 = 0;
    let d3: f64 = 0;
    if (k < atSd) {
      const wk = W + <usize>k * stride;
      const w1 = load<f64>(wk);
      const w2 = load<f64>(wk, 8);
      d1 = 2 * a2 * w1;
      d2 = 2 * b2 * w2;
      d3 = c * (w1 + w2);
    } else if (k >= atRho) {
      d3 = c1 * read(T, (k - atRho) * pairs + s);
    }
    write(D, 3 * k, d1);
    write(D, 3 * k + 1, d2);
    write(D, 3 * k + 2, d3);
    add(gradient, k, h1 * d1 + h2 * d2 + h3 * d3);
  }
  if (qPhi > 0) multiplierDerivatives(problem, row, s, h1, h2, h3, D);
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
    const isSigma = k >= qPhi && k < atSd;
    const wk = W + <usize>k * stride;
    const wk1 = isSigma ? load<f64>(wk) : 0;
    const wk2 = isSigma ? load<f64>(wk, 8) : 0;
    const tk = k >= atRho ? read(T, (k - atRho) * pairs + s) : 0;
    // of phi's coefficients the second derivatives of S are added already, and there are none of theirs and of others
    for (let l = 0; l < min(k + 1, qPhi); l++) {
      add(hessian, k * q + l, e1 * read(D, 3 * l) + e2 * read(D, 3 * l + 1) + e3 * read(D, 3 * l + 2));
    }
    for (let l = qPhi; l <= k; l++) {
      let sum = e1 * read(D, 3 * l) + e2 * read(D, 3 * l + 1) + e3 * read(D, 3 * l + 2);
      // second derivatives of a^2, b^2 and c
      if (l < atSd) {
        const wl = W + <usize>l * stride;
        const wl1 = load<f64>(wl);
        const wl2 = load<f64>(wl, 8);
        sum += 4 * (h1 * a2 * wk1 * wl1 + h2 * b2 * wk2 * wl2);
        sum += h3 * (wl1 + wl2) * (c * (wk1 + wk2) + c1 * tk);
      } else if (l >= atRho) {
        sum += h3 * c2 * tk * read(T, (l - atRho) * pairs + s);
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

/**
 * Of phi's coefficients: dS/dtheta to D, gradient, and of the Hessian what second derivatives of S add. With m the columns of M,
 * S11 is exp(2 m1) v1 beside sigma^2, S12 exp(m1 + m2) v12.
 */
function multiplierDerivatives(problem: usize, row: i32, s: i32, h1: f64, h2: f64, h3: f64, D: usize): void {
  const q = get(problem, Field.Q);
  const qPhi = get(problem, Field.QPhi);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const M = at(problem, Field.M) + ((<usize>row) << 3);
  const gradient = at(problem, Field.Gradient);
  const hessian = at(problem, Field.ThetaHessian);
  const v1 = read(at(problem, Field.ScaledV), row);
  const v2 = read(at(problem, Field.ScaledV), row + 1);
  const v12 = pairCovariance(problem, row, s);
  for (let k = 0; k < qPhi; k++) {
    const mk = M + <usize>k * stride;
    const mk1 = load<f64>(mk);
    const mk2 = load<f64>(mk, 8);
    const d1 = 2 * v1 * mk1;
    const d2 = 2 * v2 * mk2;
    const d3 = v12 * (mk1 + mk2);
    write(D, 3 * k, d1);
    write(D, 3 * k + 1, d2);
    write(D, 3 * k + 2, d3);
    add(gradient, k, h1 * d1 + h2 * d2 + h3 * d3);
    for (let l = 0; l <= k; l++) {
      const ml = M + <usize>l * stride;
      const ml1 = load<f64>(ml);
      const ml2 = load<f64>(ml, 8);
      add(hessian, k * q + l, 2 * (h1 * d1 * ml1 + h2 * d2 * ml2) + h3 * d3 * (ml1 + ml2));
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
