// V known up to multipliers: G = D V D, D = diag(m), m_i = sqrt(phi_i), is in the place of V. What the model moves is log m_i,
// linear in theta, and with g_i = G e_i the i-th column of G
//
//   dS/dlog m_i = E_i = e_i g_i' + g_i e_i',   d2S/dlog m_i dlog m_j = G_ij (e_i e_j' + e_j e_i') + [i = j] E_i
//
// With C = B G, T = G B G, q = B r and s = G q (derivatives.ts has the rest of the notation):
//
//   tr(B E_i B E_j) / 2 = C_ij C_ji + B_ij T_ij
//   q' E_i B E_j q      = q_i q_j T_ij + q_i s_j C_ji + s_i q_j C_ij + s_i s_j B_ij
//
// and with E of a row or level z: tr / 2 = (z' B e_i) (z' B g_i), q' E_i B z z' q = z'q (q_i z' B g_i + s_i z' B e_i). With the
// restricted likelihood products of two scores are sums over Gamma's columns, too, s being G Gamma then.
//
// Cost 2 m^3 multiplications beside the m^3 of the rest, and two more matrices of m x m.

import { Field, Order } from "../../abi";
import { add, read, write } from "../../accumulate";
import { symmetricTimes } from "../../linalg";
import { addTrace, whiten } from "../../restricted";
import { at, get } from "../../room";
import { dot } from "../../simd/dot";
import { cursor } from "./cursor";
import { addCurvature } from "./curvature";
import { work } from "./work";

/** Adds what the multipliers of the cluster's rows do; all other entries have been met. */
export function multiplierEntries(problem: usize, weight: f64, order: i32): void {
  // locals: globals are loaded anew at each use
  const here = work;
  const m = cursor.rows;
  const before = here.entries - m;
  const q = get(problem, Field.Q);
  const qPhi = get(problem, Field.QPhi);
  const p = get(problem, Field.P);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const M = at(problem, Field.M) + ((<usize>cursor.row) << 3);
  const D = here.D;
  const gradient = at(problem, Field.Gradient);
  const hessian = at(problem, Field.ThetaHessian);
  const cross = at(problem, Field.CrossHessian);

  fillScaledV(problem);
  symmetricTimes(here.B, m, m, here.G, m, here.C, m, m);
  symmetricTimes(here.G, m, m, here.t, m, here.s, m, 1);
  if (order == Order.Hessian || here.scores > 1)
    symmetricTimes(here.G, m, m, here.solved, m, here.scaledX, m, p);
  if (here.scores > 1) scaledScores(problem);

  for (let i = 0; i < m; i++) {
    const Mi = M + ((<usize>i) << 3);
    const h = weight * (read(here.C, i * m + i) - here.mixedProduct(i, i));
    for (let k = 0; k < qPhi; k++) {
      const d = load<f64>(Mi + <usize>k * stride);
      write(D, k * here.entries + before + i, d);
      add(gradient, k, h * d);
    }
    if (order != Order.Hessian) continue;
    for (let k = 0; k < qPhi; k++) {
      const d = load<f64>(Mi + <usize>k * stride);
      for (let j = 0; j < p; j++) {
        const solved =
          read(here.scaledX, j * m + i) * read(here.t, i) + read(here.solved, j * m + i) * read(here.s, i);
        add(cross, j * q + k, weight * d * solved);
      }
      if (here.scores > 1) addTrace(problem, k, 2 * d, here.gammaOf(i), here.scaledGammaOf(i));
    }
    // T_ij of this row, j <= i
    const column = (<usize>m) << 3;
    for (let j = 0; j <= i; j++)
      write(here.T, j, dot(here.G + <usize>i * column, here.C + <usize>j * column, m));
    multiplierRow(weight, i);
    addCurvature(problem, before + i, read(here.K, before + i) + h);
  }
}

/** G, full, from V's packed triangle. */
function fillScaledV(problem: usize): void {
  const m = cursor.rows;
  const G = work.G;
  const multiplier = at(problem, Field.Multiplier) + ((<usize>cursor.row) << 3);
  let packed = cursor.packed;
  for (let i = 0; i < m; i++) {
    const mi = read(multiplier, i);
    for (let j = 0; j <= i; j++, packed += 8) {
      const g = mi * read(multiplier, j) * load<f64>(packed);
      write(G, i * m + j, g);
      write(G, j * m + i, g);
    }
  }
}

/** Rows of G Gamma = G B X L^-T. */
function scaledScores(problem: usize): void {
  const p = get(problem, Field.P);
  const m = cursor.rows;
  for (let i = 0; i < m; i++) {
    const g = work.scaledGammaOf(i);
    for (let j = 0; j < p; j++) write(g, j, read(work.scaledX, j * m + i));
    whiten(problem, g, p);
  }
}

/** K of the multiplier of row i with every row, level and pair, and with the multipliers up to itself; the T_ij are there. */
function multiplierRow(weight: f64, i: i32): void {
  const here = work;
  const m = cursor.rows;
  const levels = cursor.levels;
  const pairFirst = cursor.pairFirst;
  const K = here.K;
  const B = here.B;
  const Bi = B + ((<usize>i * <usize>m) << 3);
  const Ci = here.C + ((<usize>i * <usize>m) << 3); // B g_i
  const Gi = here.G + ((<usize>i * <usize>m) << 3);
  for (let j = 0; j < m; j++) {
    const b = read(Bi, j);
    const c = read(Ci, j);
    write(K, j, weight * (c * (here.product(j, i) - b) + here.mixedProduct(j, i) * b));
  }
  for (let u = 0; u < levels; u++) {
    const row = here.levelRows + ((<usize>u * <usize>m) << 3);
    const b = read(row, i);
    const c = dot(row, Gi, m);
    write(K, m + u, weight * (c * (here.product(m + u, i) - b) + here.mixedProduct(m + u, i) * b));
  }
  for (let s = 0; s < cursor.pairs; s++) {
    const a = load<i32>(pairFirst + ((<usize>s) << 3));
    const b = load<i32>(pairFirst + ((<usize>s) << 3), 4);
    const ba = read(Bi, a);
    const bb = read(Bi, b);
    const ofB = read(Ci, b) * (here.product(a, i) - ba) + here.mixedProduct(a, i) * bb;
    const ofA = read(Ci, a) * (here.product(b, i) - bb) + here.mixedProduct(b, i) * ba;
    write(K, m + levels + s, weight * (ofA + ofB));
  }
  const before = here.entries - m;
  for (let j = 0; j <= i; j++) {
    const b = read(Bi, j);
    const own = here.product(i, j);
    const cij = read(here.C, j * m + i);
    const cji = read(Ci, j);
    const scores =
      here.mixedProduct(i, j) * cji + here.mixedProduct(j, i) * cij + here.scaledProduct(i, j) * b;
    const second = (read(Gi, j) - read(here.T, j)) * (b - own);
    write(K, before + j, weight * (scores - cij * cji + second));
  }
}
