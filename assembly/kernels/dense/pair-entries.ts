import { Field, Order } from "../../abi";
import { add, read, write } from "../../accumulate";
import { addTrace } from "../../restricted";
import { at, firstRho, firstSd, firstSigma, get } from "../../room";
import { Correlation } from "../correlation";
import { cursor } from "./cursor";
import { addCurvature } from "./curvature";
import { work } from "./work";

/** What the pairs' coefficients, c_s = rho_s sigma_a sigma_b, add. */
export function pairEntries(problem: usize, weight: f64, order: i32): void {
  // locals: globals are loaded anew at each use
  const here = work;
  const m = cursor.rows;
  const levels = cursor.levels;
  const firstPair = cursor.pair;
  const pairFirst = cursor.pairFirst;
  const q = get(problem, Field.Q);
  const atSigma = firstSigma(problem);
  const atSd = firstSd(problem);
  const atRho = firstRho(problem);
  const p = get(problem, Field.P);
  const n = get(problem, Field.Rows);
  const sigma2 = at(problem, Field.Sigma2) + ((<usize>cursor.row) << 3);
  const W = at(problem, Field.W) + ((<usize>cursor.row) << 3);
  const T = at(problem, Field.T);
  const allPairs = get(problem, Field.Pairs);
  const D = here.D;
  const gradient = at(problem, Field.Gradient);
  const hessian = at(problem, Field.ThetaHessian);
  const cross = at(problem, Field.CrossHessian);
  for (let s = 0; s < cursor.pairs; s++) {
    const a = load<i32>(pairFirst + ((<usize>s) << 3));
    const b = load<i32>(pairFirst + ((<usize>s) << 3), 4);
    const Ba = here.B + ((<usize>a * <usize>m) << 3);
    const Bb = here.B + ((<usize>b * <usize>m) << 3);
    const ta = read(here.t, a);
    const tb = read(here.t, b);
    const bab = read(Ba, b);
    const tab = here.product(a, b);
    const h = weight * (bab - tab);
    const link = Correlation.at(problem, firstPair + s);
    const root = Math.sqrt(read(sigma2, a) * read(sigma2, b));
    const c = link.rho * root;
    const c1 = link.first * root;
    const c2 = link.second * root;
    for (let k = 0; k < q; k++) {
      const wk = k >= atSigma && k < atSd ? columnSum(W + ((<usize>((k - atSigma) * n)) << 3), a, b) : 0;
      const tk = k >= atRho ? read(T, (k - atRho) * allPairs + firstPair + s) : 0;
      const d = c * wk + c1 * tk;
      write(D, k * here.entries + m + levels + s, d);
      add(gradient, k, h * d);
      if (order != Order.Hessian) continue;
      for (let l = 0; l <= k; l++) {
        const wl = l >= atSigma && l < atSd ? columnSum(W + ((<usize>((l - atSigma) * n)) << 3), a, b) : 0;
        const tl = l >= atRho ? read(T, (l - atRho) * allPairs + firstPair + s) : 0;
        add(hessian, k * q + l, h * (c * wk * wl + c1 * (wk * tl + wl * tk) + c2 * tk * tl));
      }
      for (let j = 0; j < p; j++) {
        const sum = read(here.solved, j * m + a) * tb + read(here.solved, j * m + b) * ta;
        add(cross, j * q + k, weight * d * sum);
      }
    }
    if (order != Order.Hessian) continue;
    pairRow(weight, s, a, b, Ba, Bb);
    const baa = read(Ba, a);
    const bbb = read(Bb, b);
    const own = 2 * tab * bab + here.product(a, a) * bbb + here.product(b, b) * baa - baa * bbb - bab * bab;
    addCurvature(problem, m + levels + s, weight * own);
    if (here.scores == 1) continue;
    const p8 = (<usize>p) << 3;
    for (let k = 0; k < q; k++) {
      const d = read(D, k * here.entries + m + levels + s);
      addTrace(problem, k, 2 * d, here.gamma + <usize>a * p8, here.gamma + <usize>b * p8);
    }
  }
}

/** w_a + w_b of a column of W. */
function columnSum(w: usize, a: i32, b: i32): f64 {
  return read(w, a) + read(w, b);
}

/** K of pair s with every row, level and earlier pair. */
function pairRow(weight: f64, s: i32, a: i32, b: i32, Ba: usize, Bb: usize): void {
  const here = work;
  const m = cursor.rows;
  const levels = cursor.levels;
  const pairFirst = cursor.pairFirst;
  const K = here.K;
  for (let j = 0; j < m; j++) {
    const ja = read(Ba, j);
    const jb = read(Bb, j);
    write(K, j, weight * (ja * here.product(j, b) + jb * here.product(j, a) - ja * jb));
  }
  for (let u = 0; u < levels; u++) {
    const ua = read(here.levelRows, u * m + a);
    const ub = read(here.levelRows, u * m + b);
    write(K, m + u, weight * (ua * here.product(m + u, b) + ub * here.product(m + u, a) - ua * ub));
  }
  for (let other = 0; other < s; other++) {
    const c = load<i32>(pairFirst + ((<usize>other) << 3));
    const d = load<i32>(pairFirst + ((<usize>other) << 3), 4);
    const ac = read(Ba, c);
    const ad = read(Ba, d);
    const bc = read(Bb, c);
    const bd = read(Bb, d);
    const ofA = bc * here.product(a, d) + bd * here.product(a, c);
    const scores = ofA + ac * here.product(b, d) + ad * here.product(b, c);
    write(K, m + levels + other, weight * (scores - ac * bd - ad * bc));
  }
}
