// K of a coefficient of correlated levels' SDs (structured-entries.ts has the notation). With w = B N_k q, and sums over Gamma's
// columns beside q as ever,
//
//   row j                K = q_j w_j - F_j Q_j' / 2
//   level v              the same with sums over its rows:  z_v'q z_v'w - z_v' F Q' z_v / 2
//   pair (a, b)          q_a w_b + q_b w_a - F_a Q_b'
//   multiplier of row i  s_i w_i + q_i g_i' w - F_i Q' g_i
//   coefficient l        q' N_l w - tr(H_k H_l) / 2,  H = Z' F = Z' B Z A
//
// F Q' is symmetric, and only its diagonal or a few other entries are asked for.

import { Field } from "../../abi";
import { add, read, write } from "../../accumulate";
import { addProduct } from "../../linalg";
import { at, get, isProportional } from "../../room";
import { axpy } from "../../simd/axpy";
import { dot } from "../../simd/dot";
import { cursor, rowLevel, rowSlope } from "./cursor";
import { rowOf, structured } from "./structured-work";
import { work } from "./work";

/** Q, row by row. */
export function solveStructured(problem: usize): void {
  const n = structured.count;
  const m = cursor.rows;
  const terms = get(problem, Field.Terms);
  memory.fill(structured.Q, 0, (<usize>m * <usize>n) << 3);
  for (let i = 0; i < m; i++) sumPlaces(work.B + ((<usize>i * <usize>m) << 3), rowOf(structured.Q, i), terms);
}

/** sums[a] += z_ia x_i over the rows i of each correlated level a. */
function sumPlaces(x: usize, sums: usize, terms: i32): void {
  const m = cursor.rows;
  const places = structured.placeOf;
  let levels = cursor.rowLevels;
  let slopes = cursor.slopes;
  for (let i = 0; i < m; i++) {
    const xi = read(x, i);
    for (let t = 0; t < terms; t++, levels += 4) {
      const u = load<i32>(levels);
      const place = u < 0 ? -1 : load<i32>(places + ((<usize>u) << 2));
      if (place >= 0) add(sums, place, slopes == 0 ? xi : xi * read(slopes, i * terms + t));
    }
  }
}

/** Adds what coefficient k has with all entries, and with coefficients up to itself, to the Hessian. */
export function addStructuredCurvature(problem: usize, weight: f64, k: i32): void {
  const q = get(problem, Field.Q);
  const hessian = at(problem, Field.ThetaHessian);
  const own = structured.thetaOf(k);
  multiplyBlocks(problem, k);
  weighScores(k);
  withRows();
  withLevels(problem, k);
  withPairs();
  if (isProportional(problem)) withMultipliers(problem, k);

  const entries = work.entries;
  for (let l = 0; l < q; l++) {
    const sum = weight * dot(work.K, work.D + ((<usize>l * <usize>entries) << 3), entries);
    if (l <= own) add(hessian, own * q + l, sum);
    if (l >= own) add(hessian, l * q + own, sum);
  }
  for (let l = 0; l <= k; l++) add(hessian, own * q + structured.thetaOf(l), weight * withCoefficient(k, l));
}

/** F = Q A, a structure at a time: A is zero between two, and in those that the coefficient is not of. */
function multiplyBlocks(problem: usize, k: i32): void {
  const here = structured;
  const n = here.count;
  const m = cursor.rows;
  memory.fill(here.F, 0, (<usize>m * <usize>n) << 3);
  let end = n;
  while (end > 0) {
    const first = here.firstOf(end - 1);
    const offset = (<usize>first) << 3;
    const width = end - first;
    if (here.moves(k, first)) {
      const A = here.A + <usize>n * offset + offset;
      addProduct(
        here.F + offset,
        m,
        width,
        n,
        here.Q + offset,
        n,
        A,
        n,
        width,
        1,
        at(problem, Field.Scratch),
      );
    }
    end = first;
  }
}

/** Score c of row, level or pair e. */
function score(e: i32, c: i32): f64 {
  return read(work.t, c * work.entries + e);
}

/** w of the rows. */
function weighScores(k: i32): void {
  const n = structured.count;
  const scores = work.scores;
  for (let i = 0; i < cursor.rows; i++)
    for (let c = 0; c < scores; c++)
      write(structured.W, i * scores + c, dot(rowOf(structured.Q, i), structured.movedOf(k, c), n));
}

/** The sum over scores c of x_e' of the score and w_i. */
function scoreProduct(e: i32, i: i32): f64 {
  const scores = work.scores;
  let sum: f64 = 0;
  for (let c = 0; c < scores; c++) sum += score(e, c) * read(structured.W, i * scores + c);
  return sum;
}

function withRows(): void {
  const n = structured.count;
  for (let j = 0; j < cursor.rows; j++) {
    const trace = dot(rowOf(structured.F, j), rowOf(structured.Q, j), n);
    write(work.K, j, scoreProduct(j, j) - 0.5 * trace);
  }
}

/** K of levels that are independent; H and Z' w of those that are correlated. */
function withLevels(problem: usize, k: i32): void {
  const here = structured;
  const n = here.count;
  const m = cursor.rows;
  const levels = cursor.levels;
  const scores = work.scores;
  const terms = get(problem, Field.Terms);
  const H = here.H + ((<usize>k * <usize>n * <usize>n) << 3);
  memory.fill(work.K + ((<usize>m) << 3), 0, (<usize>levels) << 3);
  memory.fill(H, 0, (<usize>n * <usize>n) << 3);
  memory.fill(here.solvedMoved, 0, (<usize>scores * <usize>n) << 3);
  for (let i = 0; i < m; i++) {
    const Fi = rowOf(here.F, i);
    for (let t = 0; t < terms; t++) {
      const v = rowLevel(i, t, terms);
      if (v < 0) continue;
      const z = rowSlope(i, t, terms);
      const place = here.placeOfLevel(v);
      if (place >= 0) {
        axpy(rowOf(H, place), z, Fi, n);
        for (let c = 0; c < scores; c++)
          add(here.solvedMoved, c * n + place, z * read(here.W, i * scores + c));
        continue;
      }
      let trace: f64 = 0;
      for (let a = 0; a < n; a++) trace += read(Fi, a) * read(work.levelLevels, v * levels + here.levelOf(a));
      add(work.K, m + v, z * (scoreProduct(m + v, i) - 0.5 * trace));
    }
  }
}

function withPairs(): void {
  const n = structured.count;
  const first = cursor.rows + cursor.levels;
  for (let s = 0; s < cursor.pairs; s++) {
    const a = load<i32>(cursor.pairFirst + ((<usize>s) << 3));
    const b = load<i32>(cursor.pairFirst + ((<usize>s) << 3), 4);
    const trace = dot(rowOf(structured.F, a), rowOf(structured.Q, b), n);
    write(work.K, first + s, scoreProduct(a, b) + scoreProduct(b, a) - trace);
  }
}

function withMultipliers(problem: usize, k: i32): void {
  const here = structured;
  const n = here.count;
  const m = cursor.rows;
  const scores = work.scores;
  const terms = get(problem, Field.Terms);
  const first = work.entries - m;
  const Qg = here.column;
  for (let i = 0; i < m; i++) {
    // Q' g_i = Z' B g_i
    memory.fill(Qg, 0, (<usize>n) << 3);
    sumPlaces(work.C + ((<usize>i * <usize>m) << 3), Qg, terms);
    let sum = -dot(rowOf(here.F, i), Qg, n);
    for (let c = 0; c < scores; c++) {
      const s = c == 0 ? read(work.s, i) : read(work.scaledGammaOf(i), c - 1);
      sum += s * read(here.W, i * scores + c) + score(i, c) * dot(Qg, structured.movedOf(k, c), n);
    }
    write(work.K, first + i, sum);
  }
}

function withCoefficient(k: i32, l: i32): f64 {
  const here = structured;
  const n = here.count;
  const matrix = (<usize>n * <usize>n) << 3;
  let sum = -0.5 * traceOfProduct(here.H + <usize>k * matrix, here.H + <usize>l * matrix, n);
  for (let c = 0; c < work.scores; c++) sum += dot(rowOf(here.solvedMoved, c), here.movedOf(l, c), n);
  return sum;
}

/** Rows that stay in the cache while columns are read. */
const TILE = 16;

/** tr(G H) of n x n matrices. */
function traceOfProduct(G: usize, H: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (let first = 0; first < n; first += TILE) {
    const end = min(first + TILE, n);
    for (let b = 0; b < n; b++)
      for (let a = first; a < end; a++) sum += read(G, a * n + b) * read(H, b * n + a);
  }
  return sum;
}
