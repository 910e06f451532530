// Clusters with a covariance as one m x m matrix:
//
//   S = V + diag(sigma^2) + sum over levels u of omega_u^2 z_u z_u' + sum over studies s of c_s (e_a e_b' + e_b e_a')
//
// (z_u: rows of level u; a, b: the two rows of study s; c_s = rho_s sigma_a sigma_b). What the model moves are the
// coefficients e of these matrices E_e: one a row, one a level, one a study. With B = S^-1 and q = B r,
//
//   d(-log L)/de  = h_e = (tr(B E_e) - q' E_e q) / 2
//   d2/de df      = K_ef = -tr(B E_e B E_f) / 2 + q' E_e B E_f q
//   in theta:       gradient D'h,  Hessian D' K D + sum_e h_e d2e/dtheta2,  D = de/dtheta
//   with beta:      X' B (sum_e D_ek E_e) q
//
// With the restricted likelihood q q' becomes q q' + Gamma Gamma' in the first two lines (restricted.ts).
//
// All E are of rank one or two, so K_ef is a few products of entries of B (its elementwise square, for two rows), and
// beside Cholesky (m^3/3) and inverse (2 m^3/3) everything is O(m^2). A weight multiplies the cluster's log-likelihood.

import { Field, Order, Status } from "../abi";
import { add, read, write } from "../accumulate";
import { cholesky, invertFromCholesky, logDetFromCholesky, solveLower, symmetricTimes } from "../linalg";
import { scoreColumns, whiten } from "../restricted";
import { at, denseStart, get, set } from "../room";
import { axpy } from "../simd/axpy";
import { dot } from "../simd/dot";
import { Correlation } from "./correlation";
import { Entries } from "./entries";
import { modelVariances } from "./scalar";

/** Where a walk over the clusters stands: all addresses and numbers move on together. */
class Cursor {
  cluster: i32 = 0;
  rows: i32 = 0;
  units: i32 = 0;
  pairs: i32 = 0;
  /** first row, level and study, in problem order */
  row: i32 = 0;
  unit: i32 = 0;
  pair: i32 = 0;
  packed: usize = 0;
  matrix: usize = 0;
  whitened: usize = 0;
  rowUnits: usize = 0;
  pairFirst: usize = 0;

  start(problem: usize): void {
    this.cluster = -1;
    this.rows = this.units = this.pairs = 0;
    this.row = denseStart(problem);
    this.unit = get(problem, Field.NestedUnits);
    this.pair = get(problem, Field.PairRows) >> 1;
    this.packed = at(problem, Field.ClusterV);
    this.matrix = at(problem, Field.Matrix);
    this.whitened = at(problem, Field.Whitened);
    this.rowUnits = at(problem, Field.RowUnits);
    this.pairFirst = at(problem, Field.PairFirst);
  }

  /** Moves to the next cluster; false when there is none. */
  next(problem: usize): bool {
    const m = <usize>this.rows;
    this.row += this.rows;
    this.unit += this.units;
    this.pair += this.pairs;
    this.packed += (m * (m + 1)) << 2;
    this.matrix += (m * m) << 3;
    this.whitened += (m * <usize>(get(problem, Field.P) + 1)) << 3;
    this.rowUnits += (m * <usize>get(problem, Field.Terms)) << 2;
    this.pairFirst += (<usize>this.pairs) << 3;
    if (++this.cluster >= get(problem, Field.Clusters)) return false;
    const sizes = at(problem, Field.ClusterSizes) + 12 * <usize>this.cluster;
    this.rows = load<i32>(sizes);
    this.units = load<i32>(sizes, 4);
    this.pairs = load<i32>(sizes, 8);
    return true;
  }
}

const cursor = new Cursor();

/** Factors every cluster and adds log|S|, X' B X and X' B y; from order 1 on leaves B behind. */
export function denseLocation(problem: usize, order: i32): i32 {
  if (get(problem, Field.Clusters) == 0) return Status.Ok;
  const p = get(problem, Field.P);
  const gram = at(problem, Field.LocationHessian);
  const right = at(problem, Field.LocationRight);
  const sums = at(problem, Field.Sums);
  const scratch = at(problem, Field.Scratch);
  const columns = p + 1;
  const rowBytes = (<usize>columns) << 3;
  const first = denseStart(problem);

  modelVariances(problem, first, get(problem, Field.Rows) - first);
  cursor.start(problem);
  while (cursor.next(problem)) {
    const m = cursor.rows;
    const matrix = cursor.matrix;
    const weight = clusterWeight(problem);
    fillSigma(problem);
    const failed = cholesky(matrix, m, m, scratch);
    if (failed != 0) {
      set(problem, Field.BadRow, cursor.row + failed - 1);
      return Status.NotPositiveDefinite;
    }
    add(sums, 0, weight * logDetFromCholesky(matrix, m, m));

    gather(problem, cursor.whitened, cursor.row, m, columns);
    solveLower(matrix, m, m, cursor.whitened, columns, columns);
    const end = cursor.whitened + <usize>m * rowBytes;
    for (let z = cursor.whitened; z < end; z += rowBytes) {
      const wy = weight * read(z, p);
      for (let j = 0; j < p; j++) {
        const zj = read(z, j);
        add(right, j, wy * zj);
        for (let k = 0; k <= j; k++) add(gram, j * p + k, weight * zj * read(z, k));
      }
    }
    if (order > Order.Value) invertFromCholesky(matrix, m, m, scratch);
  }
  return Status.Ok;
}

/** The weight of the cluster at the cursor (constant within it). */
function clusterWeight(problem: usize): f64 {
  return get(problem, Field.Weighted) != 0 ? read(at(problem, Field.Weights), cursor.row) : 1;
}

/** Writes the lower triangle of S. */
function fillSigma(problem: usize): void {
  const m = cursor.rows;
  const matrix = cursor.matrix;
  const terms = get(problem, Field.Terms);
  const sigma2 = at(problem, Field.Sigma2) + ((<usize>cursor.row) << 3);
  const omega2 = at(problem, Field.Omega2) + ((<usize>cursor.unit) << 3);
  let packed = cursor.packed;
  for (let i = 0; i < m; i++) {
    const row = matrix + ((<usize>i * <usize>m) << 3);
    const bytes = (<usize>(i + 1)) << 3;
    memory.copy(row, packed, bytes);
    packed += bytes;
    add(row, i, read(sigma2, i));
    for (let t = 0; t < terms; t++) {
      const u = rowUnit(i, t, terms);
      if (u < 0) continue;
      const o2 = read(omega2, u);
      for (let j = 0; j <= i; j++) if (rowUnit(j, t, terms) == u) add(row, j, o2);
    }
  }
  for (let s = 0; s < cursor.pairs; s++) {
    const a = load<i32>(cursor.pairFirst + ((<usize>s) << 3));
    const b = load<i32>(cursor.pairFirst + ((<usize>s) << 3), 4);
    const c = Correlation.at(problem, cursor.pair + s).rho * Math.sqrt(read(sigma2, a) * read(sigma2, b));
    add(matrix, max(a, b) * m + min(a, b), c);
  }
}

/** Level (within the cluster) of row i in random intercept t, -1 for none. */
function rowUnit(i: i32, t: i32, terms: i32): i32 {
  return load<i32>(cursor.rowUnits + ((<usize>(i * terms + t)) << 2));
}

/** [X y] of a cluster, row-major. */
function gather(problem: usize, target: usize, start: i32, m: i32, columns: i32): void {
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const p = columns - 1;
  const x = at(problem, Field.X);
  const y = at(problem, Field.Y);
  for (let i = 0; i < m; i++) {
    const row = (<usize>(start + i)) << 3;
    for (let j = 0; j < p; j++) {
      store<f64>(target, load<f64>(x + <usize>j * stride + row));
      target += 8;
    }
    store<f64>(target, load<f64>(y + row));
    target += 8;
  }
}

/** Adds r' B r and, by order, the derivatives in theta. Beta has been solved for. */
export function denseScale(problem: usize, order: i32): void {
  if (get(problem, Field.Clusters) == 0) return;
  const p = get(problem, Field.P);
  const sums = at(problem, Field.Sums);
  const beta = at(problem, Field.Beta);
  cursor.start(problem);
  while (cursor.next(problem)) {
    const weight = clusterWeight(problem);
    let quadratic: f64 = 0;
    let row = cursor.whitened;
    for (let i = 0; i < cursor.rows; i++) {
      let z = read(row, p);
      for (let j = 0; j < p; j++) z -= read(beta, j) * read(row, j);
      quadratic += z * z;
      row += (<usize>(p + 1)) << 3;
    }
    add(sums, 1, weight * quadratic);
    if (order > Order.Value) clusterDerivatives(problem, weight, order);
  }
}

const entries = new Entries();

function clusterDerivatives(problem: usize, weight: f64, order: i32): void {
  const n = get(problem, Field.Rows);
  const p = get(problem, Field.P);
  const m = cursor.rows;
  const units = cursor.units;
  const stride = (<usize>n) << 3;
  const column = (<usize>m) << 3;
  const offset = (<usize>cursor.row) << 3;
  const B = cursor.matrix;
  const x = at(problem, Field.X) + offset;

  // the layout that vectorDoubles() in problem.ts makes room for
  const solved = at(problem, Field.Vectors); // B X, m x p
  const residual = solved + <usize>p * column;
  const t = residual + column; // x_e' q of rows and levels, then x_e' Gamma column by column
  const count = m + units + cursor.pairs;
  const scores = scoreColumns(problem);
  const unitRows = t + ((<usize>(count * scores)) << 3); // z_u' B, units x m
  const unitUnits = unitRows + ((<usize>units * <usize>m) << 3); // z_u' B z_v, units x units
  const unitX = unitUnits + ((<usize>units * <usize>units) << 3); // z_u' B X, units x p
  const work = unitX + ((<usize>units * <usize>p) << 3);

  for (let i: usize = 0; i < column; i += 8) {
    let r = load<f64>(at(problem, Field.Y) + offset + i);
    for (let j = 0; j < p; j++) r -= read(at(problem, Field.Beta), j) * load<f64>(x + <usize>j * stride + i);
    store<f64>(residual + i, r);
  }
  symmetricTimes(B, m, m, residual, m, t, m, 1);
  const slope = at(problem, Field.LocationGradient);
  for (let j = 0; j < p; j++) add(slope, j, -weight * dot(t, x + <usize>j * stride, m));
  const needsSolved = order == Order.Hessian || scores > 1;
  if (needsSolved) symmetricTimes(B, m, m, x, n, solved, m, p);
  if (units > 0) gatherUnits(problem, B, t, solved, unitRows, unitUnits, unitX, needsSolved);
  const gamma = work + ((<usize>count * <usize>(get(problem, Field.Q) + 1)) << 3);
  if (scores > 1) locationScores(problem, solved, unitX, t, gamma, count);

  entries.rows = m;
  entries.units = units;
  entries.pairs = cursor.pairs;
  entries.firstRow = cursor.row;
  entries.firstUnit = cursor.unit;
  entries.firstPair = cursor.pair;
  entries.pairFirst = cursor.pairFirst;
  entries.B = B;
  entries.t = t;
  entries.scores = scores;
  entries.gamma = gamma;
  entries.unitRows = unitRows;
  entries.unitUnits = unitUnits;
  entries.solved = solved;
  entries.unitX = unitX;
  entries.work = work;
  entries.accumulate(problem, weight, order);
}

/** x_e' Gamma = x_e' B X L^-T of rows and levels: row-major to `gamma`, column by column after t. */
function locationScores(
  problem: usize,
  solved: usize,
  unitX: usize,
  t: usize,
  gamma: usize,
  count: i32,
): void {
  const p = get(problem, Field.P);
  const m = cursor.rows;
  let g = gamma;
  for (let e = 0; e < m + cursor.units; e++) {
    for (let j = 0; j < p; j++) write(g, j, e < m ? read(solved, j * m + e) : read(unitX, (e - m) * p + j));
    whiten(problem, g, p);
    for (let j = 0; j < p; j++) write(t, (j + 1) * count + e, read(g, j));
    g += (<usize>p) << 3;
  }
}

/** Sums B, q and B X over the rows of each level. */
function gatherUnits(
  problem: usize,
  B: usize,
  t: usize,
  solved: usize,
  unitRows: usize,
  unitUnits: usize,
  unitX: usize,
  needsSolved: bool,
): void {
  const p = get(problem, Field.P);
  const terms = get(problem, Field.Terms);
  const m = cursor.rows;
  const units = cursor.units;
  const rowBytes = (<usize>m) << 3;
  memory.fill(t + rowBytes, 0, (<usize>(units + cursor.pairs)) << 3);
  memory.fill(unitRows, 0, <usize>units * rowBytes);
  memory.fill(unitUnits, 0, (<usize>units * <usize>units) << 3);
  memory.fill(unitX, 0, (<usize>units * <usize>p) << 3);
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < terms; k++) {
      const u = rowUnit(i, k, terms);
      if (u < 0) continue;
      add(t, m + u, read(t, i));
      axpy(unitRows + <usize>u * rowBytes, 1, B + <usize>i * rowBytes, m);
      if (!needsSolved) continue;
      for (let j = 0; j < p; j++) add(unitX, u * p + j, read(solved, j * m + i));
    }
  }
  for (let u = 0; u < units; u++) {
    for (let i = 0; i < m; i++) {
      const b = read(unitRows, u * m + i);
      for (let k = 0; k < terms; k++) {
        const v = rowUnit(i, k, terms);
        if (v >= 0) add(unitUnits, u * units + v, b);
      }
    }
    write(at(problem, Field.UnitScore), cursor.unit + u, read(t, m + u));
    write(at(problem, Field.UnitInverse), cursor.unit + u, read(unitUnits, u * units + u));
    for (let j = 0; j < p; j++)
      write(at(problem, Field.UnitSolved), (cursor.unit + u) * p + j, read(unitX, u * p + j));
  }
}
