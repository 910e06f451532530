// Nested random intercepts over rows with diagonal V:
//
//   S = D + sum over levels u of omega_u^2 z_u z_u',   D = diag(v + sigma^2) (/ weight),  z_u = rows of u
//
// Levels form trees: the inner ones hold rows, the others hold levels. With S_u built from its children's inverses,
//
//   a_u = S_children^-1 1,  tau_u = 1' a_u,  rho_u = 1 / (1 + omega_u^2 tau_u),  kappa_u = omega_u^2 rho_u
//   S_u^-1 = S_children^-1 - kappa_u a_u a_u'                               (Sherman & Morrison 1950)
//
// and a_parent = rho_u a_u on the rows of u, so that everything about B = S^-1 is a scalar a level:
//
//   log|S|       = sum log d_i + sum log(1 + omega_u^2 tau_u)
//   (B x)_i      = a_i (x_i - c_u),     c_u = kappa_u w_u + rho_u c_parent,    w_u = a_u' x
//   B_ij         = -lambda_u a_u,i a_u,j  for the innermost u that holds both,  lambda_u = kappa_u + rho_u^2 lambda_parent
//   B_ii         = a_i (1 - lambda_u a_i)
//   z_u' B x     = rho_u (w_u - tau_u c_parent)
//   z_u' B z_u   = tau_u beta_u,        beta_u = rho_u (1 - lambda_parent rho_u tau_u)
//
// With S_k = dS/dtheta_k = sum over rows and levels e of D_ek x_e x_e' (D_ek = 2 sigma_i^2 W_ik or 2 omega_u^2 U_uk):
//
//   tr(B S_k B S_l) = sum_i D_ik D_il a_i^2 (1 - 2 lambda a_i)
//                   + sum_u lambda_u^2 (F_uk F_ul - sum over children levels c of G_ck G_cl)
//                   + sum_u beta_u^2 (D_uk F_ul + D_ul F_uk + D_uk D_ul tau_u^2)
//   G_ck = rho_c^2 (F_ck + D_ck tau_c^2),   F_uk = sum over children: D_ik a_i^2 of rows, G_ck of levels
//   q' S_k B S_l q  = y_k' B y_l,           y_k = S_k q
//
// X' B X is summed about means, level by level (x_u = w_u / tau_u; a level counts above as a row of precision
// rho_u tau_u), because sum a x x' - kappa w w' is lost to rounding when omega is huge:
//
//   X' B X = sum over rows a_i (x_i - x_u)(x_i - x_u)' + sum over levels rho_u tau_u (x_u - x_parent)(x_u - x_parent)'
//
// so that value, gradient and Hessian cost O(rows (p + q)^2) whatever the depth and the sizes, and nothing overflows
// when omega is 0 or huge. A weight w divides d_i, but multiplies the row's log term: w log(v + sigma^2).
//
// With the restricted likelihood (restricted.ts) every column of X L^-T has its scores and its y_k, as r has.
//
// Row by row quantities are used as products with a_i, alpha_i = sigma_i^2 / (v_i + sigma_i^2): a_i D_ik = 2 alpha_i W_ik,
// which stays finite at weight 0.

import { Field, Order, Status } from "../abi";
import { add, read, write } from "../accumulate";
import { addTrace, scoreColumns, whiten } from "../restricted";
import { at, get, nestedStart } from "../room";
import { log } from "../simd/log";
import { CHUNK, rowVariances } from "./scalar";

/**
 * Doubles kept for a level: tau, rho, kappa, lambda, [p + 1] w, [p + 1] c, [q] F, then for r and with the restricted
 * likelihood for the columns of X L^-T: [scores] t = z_u' B x, [scores x q] w of y, [scores x q] Y.
 */
export function nestedWidth<T>(p: T, q: T, scores: T): T {
  return 4 + 2 * (p + 1) + q + scores * (1 + 2 * q);
}

const TAU: i32 = 0;
const RHO: i32 = 1;
const KAPPA: i32 = 2;
const LAMBDA: i32 = 3;
const HEAD: i32 = 4;

/** Adds log|S|, X' B X and X' B y of the nested section. */
export function nestedLocation(problem: usize): i32 {
  const units = get(problem, Field.NestedUnits);
  if (units == 0) return Status.Ok;
  const p = get(problem, Field.P);
  const width = nestedWidth(p, get(problem, Field.Q), scoreColumns(problem));
  const levels = at(problem, Field.Nested);
  const inner = get(problem, Field.InnerUnits);
  const first = nestedStart(problem);
  const last = first + get(problem, Field.NestedRows);
  const omega2 = at(problem, Field.Omega2);
  const parents = at(problem, Field.UnitParent);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const a = at(problem, Field.WeightedInverse);
  const x = at(problem, Field.X);
  const y = at(problem, Field.Y);
  const gram = at(problem, Field.LocationHessian);
  const right = at(problem, Field.LocationRight);

  let logDet: f64 = 0;
  for (let start = first; start < last; start += CHUNK)
    logDet += rowVariances(problem, start, min(CHUNK, last - start));
  if (isNaN(logDet)) return Status.NotPositiveDefinite;
  memory.fill(levels, 0, (<usize>units * <usize>width) << 3);

  const mean = at(problem, Field.Vectors);
  const centred = mean + ((<usize>(p + 1)) << 3);
  let row = (<usize>first) << 3;
  for (let u = 0; u < units; u++) {
    const level = levels + ((<usize>u * <usize>width) << 3);
    const w = level + (HEAD << 3);
    if (u < inner) {
      const begin = row;
      const end = (<usize>(first + load<i32>(at(problem, Field.UnitEnd) + ((<usize>u) << 2)))) << 3;
      let tau: f64 = 0;
      for (; row < end; row += 8) {
        const ai = load<f64>(a + row);
        tau += ai;
        for (let j = 0; j < p; j++) add(w, j, ai * load<f64>(x + <usize>j * stride + row));
        add(w, p, ai * load<f64>(y + row));
      }
      write(level, TAU, tau);
      for (let j = 0; j <= p; j++) write(mean, j, tau > 0 ? read(w, j) / tau : 0);
      for (let i = begin; i < end; i += 8) {
        for (let j = 0; j < p; j++) write(centred, j, load<f64>(x + <usize>j * stride + i) - read(mean, j));
        write(centred, p, load<f64>(y + i) - read(mean, p));
        addSquare(gram, right, centred, load<f64>(a + i), p);
      }
    }
    // children come first: tau and w are complete
    const tau = read(level, TAU);
    const o2 = read(omega2, u);
    const grown = 1 + o2 * tau;
    const rho = 1 / grown;
    write(level, RHO, rho);
    write(level, KAPPA, o2 * rho);
    logDet += log(grown);
    const parent = load<i32>(parents + ((<usize>u) << 2));
    if (parent >= 0) {
      const above = levels + ((<usize>parent * <usize>width) << 3);
      add(above, TAU, rho * tau);
      for (let j = 0; j <= p; j++) add(above + (HEAD << 3), j, rho * read(w, j));
    }
  }
  // a level counts in the one above as one row with its mean and precision rho tau
  for (let u = 0; u < units; u++) {
    const level = levels + ((<usize>u * <usize>width) << 3);
    const tau = read(level, TAU);
    if (!(tau > 0)) continue;
    const parent = load<i32>(parents + ((<usize>u) << 2));
    const above = levels + ((<usize>max(parent, 0) * <usize>width) << 3);
    const tauAbove = parent < 0 ? 0 : read(above, TAU);
    for (let j = 0; j <= p; j++) {
      const meanAbove = tauAbove > 0 ? read(above + (HEAD << 3), j) / tauAbove : 0;
      write(centred, j, read(level + (HEAD << 3), j) / tau - meanAbove);
    }
    addSquare(gram, right, centred, read(level, RHO) * tau, p);
  }
  add(at(problem, Field.Sums), 0, logDet);
  return Status.Ok;
}

/** Adds scale z z', z = (x, y), to X' B X and X' B y. */
function addSquare(gram: usize, right: usize, z: usize, scale: f64, p: i32): void {
  const y = read(z, p);
  for (let j = 0; j < p; j++) {
    const sx = scale * read(z, j);
    add(right, j, sx * y);
    for (let k = 0; k <= j; k++) add(gram, j * p + k, sx * read(z, k));
  }
}

/** Adds r' B r and, by order, the derivatives in theta. Beta has been solved for. */
export function nestedScale(problem: usize, order: i32): void {
  const units = get(problem, Field.NestedUnits);
  if (units == 0) return;
  descend(problem, units);
  rowSums(problem, units, order);
  levelSums(problem, units, order);
}

/** From the top down: lambda, c for X and, with w turned from y's into r's, for r; scores and inverses of the levels. */
function descend(problem: usize, units: i32): void {
  const p = get(problem, Field.P);
  const width = nestedWidth(p, get(problem, Field.Q), scoreColumns(problem));
  const levels = at(problem, Field.Nested);
  const parents = at(problem, Field.UnitParent);
  const beta = at(problem, Field.Beta);
  const score = at(problem, Field.UnitScore);
  const inverse = at(problem, Field.UnitInverse);
  const solved = at(problem, Field.UnitSolved);
  const scores = scoreColumns(problem);
  const tOffset = (<usize>(HEAD + 2 * (p + 1) + get(problem, Field.Q))) << 3;
  for (let u = units - 1; u >= 0; u--) {
    const level = levels + ((<usize>u * <usize>width) << 3);
    const w = level + (HEAD << 3);
    const c = w + ((<usize>(p + 1)) << 3);
    let wr = read(w, p);
    for (let j = 0; j < p; j++) wr -= read(beta, j) * read(w, j);
    write(w, p, wr);

    const tau = read(level, TAU);
    const rho = read(level, RHO);
    const kappa = read(level, KAPPA);
    const parent = load<i32>(parents + ((<usize>u) << 2));
    const above = levels + ((<usize>max(parent, 0) * <usize>width) << 3);
    const cAbove = above + ((<usize>(HEAD + p + 1)) << 3);
    const lambdaAbove = parent < 0 ? 0 : read(above, LAMBDA);
    write(level, LAMBDA, kappa + rho * rho * lambdaAbove);
    for (let j = 0; j <= p; j++) {
      const cParent = parent < 0 ? 0 : read(cAbove, j);
      const wj = read(w, j);
      write(c, j, kappa * wj + rho * cParent);
      const zBx = rho * (wj - tau * cParent);
      if (j < p) write(solved, u * p + j, zBx);
      else write(score, u, zBx);
    }
    write(inverse, u, tau * rho * (1 - lambdaAbove * rho * tau));
    const t = level + tOffset;
    write(t, 0, read(score, u));
    if (scores == 1) continue;
    memory.copy(t + 8, solved + ((<usize>(u * p)) << 3), (<usize>p) << 3);
    whiten(problem, t + 8, p);
  }
}

/** What rows add, inner level by inner level; leaves F and the w of y_k at the inner levels. */
function rowSums(problem: usize, units: i32, order: i32): void {
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const qSigma = get(problem, Field.QSigma);
  const qSd = get(problem, Field.QSd);
  const scores = scoreColumns(problem);
  const width = nestedWidth(p, q, scores);
  const tOffset = (<usize>(HEAD + 2 * (p + 1) + q)) << 3;
  const ysBytes = (<usize>(scores * q)) << 3;
  const YOffset = tOffset + ((<usize>scores) << 3) + ysBytes;
  const levels = at(problem, Field.Nested);
  const parents = at(problem, Field.UnitParent);
  const inner = get(problem, Field.InnerUnits);
  const first = nestedStart(problem);
  const weighted = get(problem, Field.Weighted) != 0;
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const beta = at(problem, Field.Beta);
  const x = at(problem, Field.X);
  const y = at(problem, Field.Y);
  const W = at(problem, Field.W);
  const U = at(problem, Field.U);
  const unitStride = (<usize>get(problem, Field.Units)) << 3;
  const omega2 = at(problem, Field.Omega2);
  const score = at(problem, Field.UnitScore);
  const sigma2 = at(problem, Field.Sigma2);
  const inverse = at(problem, Field.Inverse);
  const weightedInverse = at(problem, Field.WeightedInverse);
  const weights = at(problem, Field.Weights);
  const gradient = at(problem, Field.Gradient);
  const hessian = at(problem, Field.ThetaHessian);
  const cross = at(problem, Field.CrossHessian);
  const slope = at(problem, Field.LocationGradient);
  const ay = at(problem, Field.Vectors); // a_i y_ik of one row, k < q
  const es = ay + ((<usize>q) << 3); // scores of one row divided by a_i
  let quadratic: f64 = 0;

  // Y_uk = D_uk t_u + Y_parent,k: what the levels around a row add to y_k there
  if (order == Order.Hessian) {
    for (let u = units - 1; u >= 0; u--) {
      const level = levels + ((<usize>u * <usize>width) << 3);
      const Y = level + YOffset;
      const parent = load<i32>(parents + ((<usize>u) << 2));
      if (parent >= 0) {
        const above = levels + ((<usize>parent * <usize>width) << 3);
        memory.copy(Y, above + YOffset, ysBytes);
      }
      for (let s = 0; s < scores; s++) {
        const scale = 2 * read(omega2, u) * read(level + tOffset, s);
        for (let k = 0; k < qSd; k++) {
          add(Y, s * q + qSigma + k, scale * load<f64>(U + <usize>k * unitStride + ((<usize>u) << 3)));
        }
      }
    }
  }

  let row = (<usize>first) << 3;
  for (let u = 0; u < inner; u++) {
    const end = (<usize>(first + load<i32>(at(problem, Field.UnitEnd) + ((<usize>u) << 2)))) << 3;
    const level = levels + ((<usize>u * <usize>width) << 3);
    const lambda = read(level, LAMBDA);
    const c = level + ((<usize>(HEAD + p + 1)) << 3);
    const cr = read(c, p);
    const F = c + ((<usize>(p + 1)) << 3);
    const wy = level + YOffset - ysBytes;
    const Y = level + YOffset;
    for (; row < end; row += 8) {
      const a = load<f64>(weightedInverse + row);
      let e = load<f64>(y + row) - cr; // q_i = a_i e_i
      for (let j = 0; j < p; j++) e -= read(beta, j) * load<f64>(x + <usize>j * stride + row);
      // r' B r = q' S q = sum d_i q_i^2 + sum omega_u^2 t_u^2, where nothing cancels
      quadratic += a * e * e;
      if (order == Order.Value) continue;

      const alpha = load<f64>(sigma2 + row) * load<f64>(inverse + row);
      const extra = weighted ? load<f64>(weights + row) - 1 : 0;
      for (let j = 0; j < p; j++) add(slope, j, -a * e * load<f64>(x + <usize>j * stride + row));
      let squares = e * e;
      if (scores > 1) {
        for (let j = 0; j < p; j++) write(es, j + 1, load<f64>(x + <usize>j * stride + row) - read(c, j));
        whiten(problem, es + 8, p);
        for (let s = 1; s < scores; s++) squares += read(es, s) * read(es, s);
      }
      const d1 = alpha * (1 - lambda * a - a * squares + extra);
      const own = 2 * d1 - 2 * alpha * alpha * (1 - 2 * lambda * a + extra);
      for (let k = 0; k < qSigma; k++) {
        const wk = load<f64>(W + <usize>k * stride + row);
        add(gradient, k, d1 * wk);
        if (order != Order.Hessian) continue;
        add(F, k, 2 * alpha * wk * a);
        for (let l = 0; l <= k; l++)
          add(hessian, k * q + l, own * wk * load<f64>(W + <usize>l * stride + row));
      }
      if (order != Order.Hessian) continue;

      // y_ik and its products a_i y_ik; a_i D_ik q_i = 2 alpha_i W_ik a_i e_i
      for (let k = 0; k < q; k++) {
        let yk = a * read(Y, k);
        if (k < qSigma) yk += 2 * alpha * load<f64>(W + <usize>k * stride + row) * a * e;
        write(ay, k, yk);
        add(wy, k, yk);
        for (let j = 0; j < p; j++) add(cross, j * q + k, yk * load<f64>(x + <usize>j * stride + row));
      }
      addSquares(hessian, ay, row, q, qSigma, alpha, e, Y, W, stride);
      for (let s = 1; s < scores; s++) {
        const e_s = read(es, s);
        const Ys = Y + ((<usize>(s * q)) << 3);
        for (let k = 0; k < q; k++) {
          let yk = a * read(Ys, k);
          if (k < qSigma) yk += 2 * alpha * load<f64>(W + <usize>k * stride + row) * a * e_s;
          write(ay, k, yk);
          add(wy, s * q + k, yk);
        }
        addSquares(hessian, ay, row, q, qSigma, alpha, e_s, Ys, W, stride);
      }
      if (scores == 1) continue;
      for (let k = 0; k < qSigma; k++) {
        // D_ik a_i^2 = 2 alpha_i W_ik a_i
        const d = 2 * alpha * load<f64>(W + <usize>k * stride + row) * a;
        addTrace(problem, k, d, es + 8, es + 8);
      }
    }
  }
  for (let u = 0; u < units; u++) quadratic += read(omega2, u) * read(score, u) * read(score, u);
  add(at(problem, Field.Sums), 1, quadratic);
}

/** hessian += (a y_k) y_l for one row, the y_l = D_il q_i + Y_l taken without dividing by a (which may be 0). */
function addSquares(
  hessian: usize,
  ay: usize,
  row: usize,
  q: i32,
  qSigma: i32,
  alpha: f64,
  e: f64,
  Y: usize,
  W: usize,
  stride: usize,
): void {
  for (let l = 0; l < q; l++) {
    let yl = read(Y, l);
    // D_il q_i = (2 alpha_i W_il / a_i) (a_i e_i) = 2 alpha_i W_il e_i
    if (l < qSigma) yl += 2 * alpha * load<f64>(W + <usize>l * stride + row) * e;
    for (let k = l; k < q; k++) add(hessian, k * q + l, read(ay, k) * yl);
  }
}

/** What levels add, from the inner ones up. */
function levelSums(problem: usize, units: i32, order: i32): void {
  if (order == Order.Value) return;
  const p = get(problem, Field.P);
  const q = get(problem, Field.Q);
  const qSigma = get(problem, Field.QSigma);
  const qSd = get(problem, Field.QSd);
  const scores = scoreColumns(problem);
  const width = nestedWidth(p, q, scores);
  const levels = at(problem, Field.Nested);
  const parents = at(problem, Field.UnitParent);
  const U = at(problem, Field.U);
  const unitStride = (<usize>get(problem, Field.Units)) << 3;
  const omega2 = at(problem, Field.Omega2);
  const inverse = at(problem, Field.UnitInverse);
  const gradient = at(problem, Field.Gradient);
  const hessian = at(problem, Field.ThetaHessian);
  const cross = at(problem, Field.CrossHessian);
  const D = at(problem, Field.Vectors); // D_uk, k < q
  const G = D + ((<usize>q) << 3);

  for (let u = 0; u < units; u++) {
    const o2 = read(omega2, u);
    const level = levels + ((<usize>u * <usize>width) << 3);
    const w = level + (HEAD << 3);
    const F = w + ((<usize>(2 * (p + 1))) << 3);
    const t = F + ((<usize>q) << 3);
    let squares: f64 = 0;
    for (let s = 0; s < scores; s++) squares += read(t, s) * read(t, s);
    const d1 = o2 * (read(inverse, u) - squares);
    for (let k = 0; k < qSd; k++) {
      add(gradient, qSigma + k, d1 * load<f64>(U + <usize>k * unitStride + ((<usize>u) << 3)));
    }
    if (order != Order.Hessian) continue;

    const tau = read(level, TAU);
    const rho = read(level, RHO);
    const kappa = read(level, KAPPA);
    const lambda = read(level, LAMBDA);
    const wy = t + ((<usize>scores) << 3);
    const parent = load<i32>(parents + ((<usize>u) << 2));
    const above = levels + ((<usize>max(parent, 0) * <usize>width) << 3);
    const lambdaAbove = parent < 0 ? 0 : read(above, LAMBDA);
    const beta = rho * (1 - lambdaAbove * rho * tau);
    const beta2 = beta * beta;

    for (let k = 0; k < q; k++) {
      const isSd = k >= qSigma && k < qSigma + qSd;
      const uk = isSd ? load<f64>(U + <usize>(k - qSigma) * unitStride + ((<usize>u) << 3)) : 0;
      write(D, k, 2 * o2 * uk);
      write(G, k, rho * rho * (read(F, k) + 2 * o2 * uk * tau * tau));
    }
    for (let k = 0; k < q; k++) {
      const dk = read(D, k);
      const fk = read(F, k);
      const gk = read(G, k);
      const wyk = read(wy, k);
      for (let l = 0; l <= k; l++) {
        const dl = read(D, l);
        const fl = read(F, l);
        let trace = lambda * lambda * fk * fl + beta2 * (dk * fl + dl * fk + dk * dl * tau * tau);
        if (parent >= 0) trace -= lambdaAbove * lambdaAbove * gk * read(G, l);
        let sum = -0.5 * trace - kappa * wyk * read(wy, l);
        for (let s = 1; s < scores; s++) sum -= kappa * read(wy, s * q + k) * read(wy, s * q + l);
        // the coefficient's own second derivative: D_uk D_ul / omega_u^2 times (z'Bz - t^2) / 2
        if (o2 > 0) sum += 0.5 * ((dk * dl) / o2) * (read(inverse, u) - squares);
        add(hessian, k * q + l, sum);
      }
      for (let j = 0; j < p; j++) add(cross, j * q + k, -kappa * read(w, j) * wyk);
      if (scores > 1 && dk != 0) addTrace(problem, k, dk, t + 8, t + 8);
    }
    if (parent < 0) continue;
    const aboveF = above + ((<usize>(HEAD + 2 * (p + 1))) << 3);
    for (let k = 0; k < q; k++) add(aboveF, k, read(G, k));
    const aboveWy = aboveF + ((<usize>(q + scores)) << 3);
    for (let k = 0; k < scores * q; k++) add(aboveWy, k, rho * read(wy, k));
  }
}
