import { Field, Order } from "../../abi";
import { add, read, write } from "../../accumulate";
import { addTrace } from "../../restricted";
import { at, get } from "../../room";
import { axpy } from "../../simd/axpy";
import { dot } from "../../simd/dot";
import { Correlation } from "../correlation";

/**
 * Derivatives of one dense cluster from the entries of B = S^-1 (notation and formulas: kernels/dense.ts).
 * Entries are numbered rows first, then levels, then studies. Each is met once, with all those before it: its row of K
 * is written to `work` and multiplied into the columns of D.
 */
export class Entries {
  rows: i32 = 0;
  units: i32 = 0;
  pairs: i32 = 0;
  firstRow: i32 = 0;
  firstUnit: i32 = 0;
  firstPair: i32 = 0;
  pairFirst: usize = 0;
  /** rows x rows, full */
  B: usize = 0;
  /** x_e' q of rows and levels; with the restricted likelihood the columns x_e' Gamma come after it */
  t: usize = 0;
  /** how many these columns are in all */
  scores: i32 = 1;
  /** x_e' Gamma once more, row-major */
  gamma: usize = 0;
  /** z_u' B, units x rows */
  unitRows: usize = 0;
  /** z_u' B z_v */
  unitUnits: usize = 0;
  /** B X, rows x p column-major, and z_u' B X, units x p row-major */
  solved: usize = 0;
  unitX: usize = 0;
  /** room for a row of K and the columns of D */
  work: usize = 0;

  accumulate(problem: usize, weight: f64, order: i32): void {
    const q = get(problem, Field.Q);
    const count = this.rows + this.units + this.pairs;
    const K = this.work;
    const D = K + ((<usize>count) << 3);
    memory.fill(D, 0, (<usize>count * <usize>q) << 3);
    this.rowEntries(problem, weight, order, K, D, count);
    this.unitEntries(problem, weight, order, K, D, count);
    this.pairEntries(problem, weight, order, K, D, count);
  }

  private rowEntries(problem: usize, weight: f64, order: i32, K: usize, D: usize, count: i32): void {
    const m = this.rows;
    const q = get(problem, Field.Q);
    const qSigma = get(problem, Field.QSigma);
    const p = get(problem, Field.P);
    const n = get(problem, Field.Rows);
    const sigma2 = at(problem, Field.Sigma2) + ((<usize>this.firstRow) << 3);
    const W = at(problem, Field.W) + ((<usize>this.firstRow) << 3);
    const gradient = at(problem, Field.Gradient);
    const hessian = at(problem, Field.ThetaHessian);
    const cross = at(problem, Field.CrossHessian);
    for (let i = 0; i < m; i++) {
      const Bi = this.B + ((<usize>i * <usize>m) << 3);
      const s2 = read(sigma2, i);
      const ti = read(this.t, i);
      const bii = read(Bi, i);
      const tii = this.product(i, i);
      const h = 0.5 * weight * (bii - tii);
      for (let k = 0; k < qSigma; k++) {
        const wik = read(W, k * n + i);
        const d = 2 * s2 * wik;
        write(D, k * count + i, d);
        add(gradient, k, h * d);
        if (order != Order.Hessian) continue;
        for (let l = 0; l <= k; l++) add(hessian, k * q + l, 2 * h * d * read(W, l * n + i));
        for (let j = 0; j < p; j++) add(cross, j * q + k, weight * d * ti * read(this.solved, j * m + i));
      }
      if (order != Order.Hessian) continue;
      this.squaresRow(K, Bi, 0, i, weight, i);
      this.multiply(problem, K, D, count, i, weight * bii * (tii - 0.5 * bii));
      this.addTraces(problem, D, count, i);
    }
  }

  private unitEntries(problem: usize, weight: f64, order: i32, K: usize, D: usize, count: i32): void {
    const m = this.rows;
    const q = get(problem, Field.Q);
    const qSigma = get(problem, Field.QSigma);
    const qSd = get(problem, Field.QSd);
    const p = get(problem, Field.P);
    const all = get(problem, Field.Units);
    const omega2 = at(problem, Field.Omega2);
    const U = at(problem, Field.U);
    const gradient = at(problem, Field.Gradient);
    const hessian = at(problem, Field.ThetaHessian);
    const cross = at(problem, Field.CrossHessian);
    for (let u = 0; u < this.units; u++) {
      const level = this.firstUnit + u;
      const o2 = read(omega2, level);
      const t = read(this.t, m + u);
      const buu = read(this.unitUnits, u * this.units + u);
      const tuu = this.product(m + u, m + u);
      const h = 0.5 * weight * (buu - tuu);
      for (let k = 0; k < qSd; k++) {
        const uk = read(U, k * all + level);
        const d = 2 * o2 * uk;
        write(D, (qSigma + k) * count + m + u, d);
        add(gradient, qSigma + k, h * d);
        if (order != Order.Hessian) continue;
        for (let l = 0; l <= k; l++)
          add(hessian, (qSigma + k) * q + qSigma + l, 2 * h * d * read(U, l * all + level));
        for (let j = 0; j < p; j++)
          add(cross, j * q + qSigma + k, weight * d * t * read(this.unitX, u * p + j));
      }
      if (order != Order.Hessian) continue;
      this.squaresRow(K, this.unitRows + ((<usize>u * <usize>m) << 3), 0, m + u, weight, m);
      this.squaresRow(K, this.unitUnits + ((<usize>u * <usize>this.units) << 3), m, m + u, weight, u);
      this.multiply(problem, K, D, count, m + u, weight * buu * (tuu - 0.5 * buu));
      this.addTraces(problem, D, count, m + u);
    }
  }

  private pairEntries(problem: usize, weight: f64, order: i32, K: usize, D: usize, count: i32): void {
    const m = this.rows;
    const q = get(problem, Field.Q);
    const qSigma = get(problem, Field.QSigma);
    const firstRho = qSigma + get(problem, Field.QSd);
    const p = get(problem, Field.P);
    const n = get(problem, Field.Rows);
    const sigma2 = at(problem, Field.Sigma2) + ((<usize>this.firstRow) << 3);
    const W = at(problem, Field.W) + ((<usize>this.firstRow) << 3);
    const T = at(problem, Field.T);
    const allPairs = get(problem, Field.Pairs);
    const gradient = at(problem, Field.Gradient);
    const hessian = at(problem, Field.ThetaHessian);
    const cross = at(problem, Field.CrossHessian);
    for (let s = 0; s < this.pairs; s++) {
      const a = load<i32>(this.pairFirst + ((<usize>s) << 3));
      const b = load<i32>(this.pairFirst + ((<usize>s) << 3), 4);
      const Ba = this.B + ((<usize>a * <usize>m) << 3);
      const Bb = this.B + ((<usize>b * <usize>m) << 3);
      const ta = read(this.t, a);
      const tb = read(this.t, b);
      const bab = read(Ba, b);
      const tab = this.product(a, b);
      const h = weight * (bab - tab);
      const link = Correlation.at(problem, this.firstPair + s);
      const product = Math.sqrt(read(sigma2, a) * read(sigma2, b));
      const c = link.rho * product;
      const c1 = link.first * product;
      const c2 = link.second * product;
      for (let k = 0; k < q; k++) {
        const wk = k < qSigma ? read(W, k * n + a) + read(W, k * n + b) : 0;
        const tk = k >= firstRho ? read(T, (k - firstRho) * allPairs + this.firstPair + s) : 0;
        const d = c * wk + c1 * tk;
        write(D, k * count + m + this.units + s, d);
        add(gradient, k, h * d);
        if (order != Order.Hessian) continue;
        for (let l = 0; l <= k; l++) {
          const wl = l < qSigma ? read(W, l * n + a) + read(W, l * n + b) : 0;
          const tl = l >= firstRho ? read(T, (l - firstRho) * allPairs + this.firstPair + s) : 0;
          add(hessian, k * q + l, h * (c * wk * wl + c1 * (wk * tl + wl * tk) + c2 * tk * tl));
        }
        for (let j = 0; j < p; j++) {
          const sum = read(this.solved, j * m + a) * tb + read(this.solved, j * m + b) * ta;
          add(cross, j * q + k, weight * d * sum);
        }
      }
      if (order != Order.Hessian) continue;
      this.pairRow(K, weight, s, a, b, Ba, Bb);
      const baa = read(Ba, a);
      const bbb = read(Bb, b);
      const own = 2 * tab * bab + this.product(a, a) * bbb + this.product(b, b) * baa - baa * bbb - bab * bab;
      this.multiply(problem, K, D, count, m + this.units + s, weight * own);
      if (this.scores == 1) continue;
      const p8 = (<usize>p) << 3;
      for (let k = 0; k < q; k++) {
        const d = read(D, k * count + m + this.units + s);
        addTrace(problem, k, 2 * d, this.gamma + <usize>a * p8, this.gamma + <usize>b * p8);
      }
    }
  }

  /** K of study s with every row, level and earlier study. */
  private pairRow(K: usize, weight: f64, s: i32, a: i32, b: i32, Ba: usize, Bb: usize): void {
    const m = this.rows;
    for (let j = 0; j < m; j++) {
      const ja = read(Ba, j);
      const jb = read(Bb, j);
      write(K, j, weight * (ja * this.product(j, b) + jb * this.product(j, a) - ja * jb));
    }
    for (let u = 0; u < this.units; u++) {
      const ua = read(this.unitRows, u * m + a);
      const ub = read(this.unitRows, u * m + b);
      write(K, m + u, weight * (ua * this.product(m + u, b) + ub * this.product(m + u, a) - ua * ub));
    }
    for (let other = 0; other < s; other++) {
      const c = load<i32>(this.pairFirst + ((<usize>other) << 3));
      const d = load<i32>(this.pairFirst + ((<usize>other) << 3), 4);
      const ac = read(Ba, c);
      const ad = read(Ba, d);
      const bc = read(Bb, c);
      const bd = read(Bb, d);
      const ofA = bc * this.product(a, d) + bd * this.product(a, c);
      const scores = ofA + ac * this.product(b, d) + ad * this.product(b, c);
      write(K, m + this.units + other, weight * (scores - ac * bd - ad * bc));
    }
  }

  /** x_e' (q q' + Gamma Gamma') x_f for rows and levels e and f */
  private product(e: i32, f: i32): f64 {
    let sum = read(this.t, e) * read(this.t, f);
    if (this.scores == 1) return sum;
    const columns = this.scores - 1;
    const ge = this.gamma + ((<usize>(e * columns)) << 3);
    const gf = this.gamma + ((<usize>(f * columns)) << 3);
    for (let j = 0; j < columns; j++) sum += read(ge, j) * read(gf, j);
    return sum;
  }

  /**
   * K[first + j] = weight b_j (product(e, first + j) - b_j / 2), j < n: entries that are all of the form x x', e one of
   * them.
   */
  private squaresRow(K: usize, b: usize, first: i32, e: i32, weight: f64, n: i32): void {
    const skip = (<usize>first) << 3;
    if (this.scores == 1) {
      ownScoreRow(K + skip, b, this.t + skip, read(this.t, e), weight, n);
      return;
    }
    memory.fill(K + skip, 0, (<usize>n) << 3);
    const count = this.rows + this.units + this.pairs;
    let column = this.t;
    for (let c = 0; c < this.scores; c++) {
      axpy(K + skip, read(column, e), column + skip, n);
      column += (<usize>count) << 3;
    }
    allScoresRow(K + skip, b, n);
  }

  /** What row or level e adds to the M_k of the restricted likelihood. */
  private addTraces(problem: usize, D: usize, count: i32, e: i32): void {
    if (this.scores == 1) return;
    const g = this.gamma + ((<usize>(e * (this.scores - 1))) << 3);
    for (let k = 0; k < get(problem, Field.Q); k++) {
      const d = read(D, k * count + e);
      if (d != 0) addTrace(problem, k, d, g, g);
    }
  }

  /** Hessian += what entry e adds: K_ef with each f < e twice, as (e, f) and (f, e), and K_ee once. */
  private multiply(problem: usize, K: usize, D: usize, count: i32, e: i32, own: f64): void {
    const q = get(problem, Field.Q);
    const hessian = at(problem, Field.ThetaHessian);
    for (let k = 0; k < q; k++) {
      const column = D + ((<usize>k * <usize>count) << 3);
      const left = dot(K, column, e);
      const dk = read(column, e);
      for (let l = 0; l < q; l++) {
        const dl = read(D, l * count + e);
        if (l <= k) add(hessian, k * q + l, left * dl + own * dk * dl);
        if (l >= k) add(hessian, l * q + k, left * dl);
      }
    }
  }
}

/** K[j] = b_j (K[j] - b_j / 2), j < n */
function allScoresRow(K: usize, b: usize, n: i32): void {
  for (let j = 0; j < n; j++) {
    const bj = read(b, j);
    write(K, j, bj * (read(K, j) - 0.5 * bj));
  }
}

/** K[j] = weight b_j (t t_j - b_j / 2), j < n */
function ownScoreRow(K: usize, b: usize, t: usize, own: f64, weight: f64, n: i32): void {
  const ownLanes = f64x2.splat(own);
  const half = f64x2.splat(0.5);
  const scale = f64x2.splat(weight);
  let j: usize = 0;
  const pairs = (<usize>(n & ~1)) << 3;
  for (; j < pairs; j += 16) {
    const bj = v128.load(b + j);
    const inner = f64x2.sub(f64x2.mul(ownLanes, v128.load(t + j)), f64x2.mul(half, bj));
    v128.store(K + j, f64x2.mul(f64x2.mul(scale, bj), inner));
  }
  if (n & 1) {
    const bj = load<f64>(b + j);
    store<f64>(K + j, weight * bj * (own * load<f64>(t + j) - 0.5 * bj));
  }
}
