// Clusters of several rows with a covariance: Sigma = V + diag(sigma^2) as one m x m matrix.
//
//   B = Sigma^-1,  q = B r,  s = sigma^2:
//   d/du_i        =  s_i (B_ii - q_i^2)
//   d2/du_i du_j  =  2 s_i s_j B_ij (2 q_i q_j - B_ij)  + [i = j] 2 d/du_i
//   d2/dbeta du_i =  2 s_i q_i (B X)_i
//
// The traces tr(B D_k B D_l) are elementwise squares of B, so that beside Cholesky (m^3/3) and inverse (2 m^3/3)
// everything is O(m^2). A weight w multiplies the cluster's joint log-likelihood.

import { Field, Order, Status } from "../abi";
import { cholesky, invertFromCholesky, logDetFromCholesky, solveLower, symmetricTimes } from "../linalg";
import { at, get } from "../problem";
import { dot } from "../simd/dot";
import { ExpLanes } from "../simd/exp";

/** Factors every cluster and adds log|Sigma|, X' Sigma^-1 X and X' Sigma^-1 y; from order 1 on leaves Sigma^-1 behind. */
export function denseLocation(problem: usize, order: i32): i32 {
  const clusters = get(problem, Field.Clusters);
  if (clusters == 0) return Status.Ok;
  const p = get(problem, Field.P);
  const gram = at(problem, Field.LocationHessian);
  const right = at(problem, Field.LocationRight);
  const sums = at(problem, Field.Sums);
  const scratch = at(problem, Field.Scratch);
  const sizes = at(problem, Field.ClusterSizes);
  const columns = p + 1;
  const rowBytes = <usize>columns << 3;
  let start = get(problem, Field.ScalarRows);
  let packed = at(problem, Field.ClusterV);
  let matrix = at(problem, Field.Matrix);
  let whitened = at(problem, Field.Whitened);

  rowVariances(problem, start);
  for (let c = 0; c < clusters; c++) {
    const m = load<i32>(sizes + (<usize>c << 2));
    const weight = rowWeight(problem, start);
    packed = fillSigma(problem, matrix, packed, start, m);
    const failed = cholesky(matrix, m, m, scratch);
    if (failed != 0) {
      store<i32>(problem + (Field.BadRow << 2), start + failed - 1);
      return Status.NotPositiveDefinite;
    }
    store<f64>(sums, load<f64>(sums) + weight * logDetFromCholesky(matrix, m, m));

    gather(problem, whitened, start, m, columns);
    solveLower(matrix, m, m, whitened, columns, columns);
    const end = whitened + <usize>m * rowBytes;
    for (; whitened < end; whitened += rowBytes) {
      const wy = weight * load<f64>(whitened + rowBytes - 8);
      for (let j = 0; j < p; j++) {
        const zj = load<f64>(whitened + (<usize>j << 3));
        add(right, j, wy * zj);
        for (let k = 0; k <= j; k++) add(gram, j * p + k, weight * zj * load<f64>(whitened + (<usize>k << 3)));
      }
    }
    if (order > Order.Value) invertFromCholesky(matrix, m, m, scratch);
    matrix += (<usize>m * <usize>m) << 3;
    start += m;
  }
  return Status.Ok;
}

/** sigma_i^2 = exp(2 (offset + W gamma)) for the rows from `start` on. */
function rowVariances(problem: usize, start: i32): void {
  const n = get(problem, Field.Rows);
  const q = get(problem, Field.QSigma);
  const theta = at(problem, Field.Theta);
  const sigma2 = at(problem, Field.Sigma2);
  const offsets = at(problem, Field.LogSigmaOffset);
  const w = at(problem, Field.W);
  const stride = <usize>n << 3;
  for (let i = start; i < n; i++) {
    let u = load<f64>(offsets + (<usize>i << 3));
    for (let k = 0; k < q; k++) {
      u += load<f64>(theta + (<usize>k << 3)) * load<f64>(w + <usize>k * stride + (<usize>i << 3));
    }
    store<f64>(sigma2 + (<usize>i << 3), f64x2.extract_lane(ExpLanes.of(f64x2.splat(2 * u)), 0));
  }
}

/** The weight of the cluster that starts at row `start` (constant within a cluster). */
function rowWeight(problem: usize, start: i32): f64 {
  return get(problem, Field.Weighted) != 0 ? load<f64>(at(problem, Field.Weights) + (<usize>start << 3)) : 1;
}

/** Writes the lower triangle of V + diag(sigma^2) and returns the address after this cluster's packed V. */
function fillSigma(problem: usize, matrix: usize, packed: usize, start: i32, m: i32): usize {
  const sigma2 = at(problem, Field.Sigma2) + (<usize>start << 3);
  for (let i = 0; i < m; i++) {
    const row = matrix + ((<usize>i * <usize>m) << 3);
    const bytes = <usize>(i + 1) << 3;
    memory.copy(row, packed, bytes);
    packed += bytes;
    const diagonal = row + bytes - 8;
    store<f64>(diagonal, load<f64>(diagonal) + load<f64>(sigma2 + (<usize>i << 3)));
  }
  return packed;
}

/** [X y] of a cluster, row-major. */
function gather(problem: usize, target: usize, start: i32, m: i32, columns: i32): void {
  const stride = <usize>get(problem, Field.Rows) << 3;
  const p = columns - 1;
  const x = at(problem, Field.X);
  const y = at(problem, Field.Y);
  for (let i = 0; i < m; i++) {
    const row = <usize>(start + i) << 3;
    for (let j = 0; j < p; j++) {
      store<f64>(target, load<f64>(x + <usize>j * stride + row));
      target += 8;
    }
    store<f64>(target, load<f64>(y + row));
    target += 8;
  }
}

/** Adds r' Sigma^-1 r and, by order, the derivatives in theta. Beta has been solved for. */
export function denseScale(problem: usize, order: i32): void {
  const clusters = get(problem, Field.Clusters);
  if (clusters == 0) return;
  const p = get(problem, Field.P);
  const sums = at(problem, Field.Sums);
  const sizes = at(problem, Field.ClusterSizes);
  const beta = at(problem, Field.Beta);
  let start = get(problem, Field.ScalarRows);
  let matrix = at(problem, Field.Matrix);
  let whitened = at(problem, Field.Whitened);

  for (let c = 0; c < clusters; c++) {
    const m = load<i32>(sizes + (<usize>c << 2));
    const weight = rowWeight(problem, start);
    let quadratic: f64 = 0;
    for (let i = 0; i < m; i++) {
      let z = load<f64>(whitened + (<usize>p << 3));
      for (let j = 0; j < p; j++) z -= load<f64>(beta + (<usize>j << 3)) * load<f64>(whitened + (<usize>j << 3));
      quadratic += z * z;
      whitened += <usize>(p + 1) << 3;
    }
    store<f64>(sums, load<f64>(sums, 8) + weight * quadratic, 8);
    if (order > Order.Value) clusterDerivatives(problem, matrix, start, m, weight, order);
    matrix += (<usize>m * <usize>m) << 3;
    start += m;
  }
}

function clusterDerivatives(problem: usize, B: usize, start: i32, m: i32, weight: f64, order: i32): void {
  const n = get(problem, Field.Rows);
  const p = get(problem, Field.P);
  const q = get(problem, Field.QSigma);
  const stride = <usize>n << 3;
  const column = <usize>m << 3;
  const offset = <usize>start << 3;
  const w = at(problem, Field.W) + offset;
  const sigma2 = at(problem, Field.Sigma2) + offset;
  const gradient = at(problem, Field.Gradient);
  const hessian = at(problem, Field.ThetaHessian);
  const cross = at(problem, Field.CrossHessian);

  // [B X, B r]
  const solved = at(problem, Field.Vectors);
  const qv = solved + <usize>p * column; // q = B r
  const row = qv + column;
  const residual = row + column;
  const x = at(problem, Field.X) + offset;
  for (let i: usize = 0; i < column; i += 8) {
    let r = load<f64>(at(problem, Field.Y) + offset + i);
    for (let j = 0; j < p; j++) {
      r -= load<f64>(at(problem, Field.Beta) + (<usize>j << 3)) * load<f64>(x + <usize>j * stride + i);
    }
    store<f64>(residual + i, r);
  }
  symmetricTimes(B, m, m, residual, m, qv, m, 1);
  const slope = at(problem, Field.LocationGradient);
  for (let j = 0; j < p; j++) add(slope, j, -weight * dot(qv, x + <usize>j * stride, m));
  if (order == Order.Hessian) symmetricTimes(B, m, m, x, n, solved, m, p);

  for (let i = 0; i < m; i++) {
    const here = <usize>i << 3;
    const Bi = B + <usize>i * column;
    const si = load<f64>(sigma2 + here);
    const qi = load<f64>(qv + here);
    const bii = load<f64>(Bi + here);
    const d1 = weight * si * (bii - qi * qi);
    for (let k = 0; k < q; k++) add(gradient, k, d1 * load<f64>(w + <usize>k * stride + here));
    if (order != Order.Hessian) continue;

    // row i of the second derivatives, left of the diagonal: 2 s_i (2 q_i s_j q_j B_ij - s_j B_ij^2)
    curvatureRow(row, Bi, sigma2, qv, qi, 2 * weight * si, i);
    const own = 2 * d1 + 2 * weight * si * si * bii * (2 * qi * qi - bii);
    for (let k = 0; k < q; k++) {
      const wk = w + <usize>k * stride;
      const left = dot(row, wk, i);
      const wik = load<f64>(wk + here);
      // K_ij enters twice, as (i, j) and (j, i)
      for (let l = 0; l < q; l++) {
        const wil = load<f64>(w + <usize>l * stride + here);
        if (l <= k) add(hessian, k * q + l, left * wil + own * wik * wil);
        if (l >= k) add(hessian, l * q + k, left * wil);
      }
      for (let j = 0; j < p; j++) {
        add(cross, j * q + k, 2 * weight * si * qi * wik * load<f64>(solved + <usize>j * column + here));
      }
    }
  }
}

/** row[j] = scale s_j B_ij (2 q_i q_j - B_ij), j < n. */
function curvatureRow(row: usize, Bi: usize, sigma2: usize, qv: usize, qi: f64, scale: f64, n: i32): void {
  const twice = f64x2.splat(2 * qi);
  const factor = f64x2.splat(scale);
  let j: usize = 0;
  const pairs = <usize>(n & ~1) << 3;
  for (; j < pairs; j += 16) {
    const b = v128.load(Bi + j);
    const inner = f64x2.sub(f64x2.mul(twice, v128.load(qv + j)), b);
    v128.store(row + j, f64x2.mul(f64x2.mul(factor, v128.load(sigma2 + j)), f64x2.mul(b, inner)));
  }
  if (n & 1) {
    const b = load<f64>(Bi + j);
    store<f64>(row + j, scale * load<f64>(sigma2 + j) * b * (2 * qi * load<f64>(qv + j) - b));
  }
}

/** a[i] += x */
function add(a: usize, i: i32, x: f64): void {
  const address = a + (<usize>i << 3);
  store<f64>(address, load<f64>(address) + x);
}
