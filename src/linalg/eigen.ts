import { scratch } from "../data/doubles";

export interface Eigen {
  /** ascending */
  readonly values: Float64Array;
  /** column k (entries `vectors[i * n + k]`) belongs to `values[k]` */
  readonly vectors: Float64Array;
}

/**
 * Eigen-decomposition of a symmetric matrix: Householder reduction to tridiagonal form, then QL steps with implicit
 * shifts (Golub & Van Loan, Matrix Computations, 8.3). About 9 n^3 operations; errors of the order of 1e-16 |matrix|.
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  if (n === 2) return symmetricEigen2(matrix);
  // row k of z becomes the eigenvector of d[k]: rotations then run along rows
  const z = matrix.slice();
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  tridiagonalise(z, d, e, n);
  for (let l = 0; l < n; l++) isolate(l, z, d, e, n);

  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => d[i]! - d[j]!);
  const values = new Float64Array(n);
  const vectors = scratch(n * n);
  order.forEach((from, to) => {
    values[to] = d[from]!;
    for (let i = 0; i < n; i++) vectors[i * n + to] = z[from * n + i]!;
  });
  return { values, vectors };
}

/** One rotation: the usual case of a single moderator, at every indefinite step of a search. */
function symmetricEigen2(matrix: Float64Array): Eigen {
  const a = matrix[0]!;
  const b = matrix[1]!;
  const c = matrix[3]!;
  const half = 0.5 * (a + c);
  const apart = 0.5 * (a - c);
  const spread = Math.sqrt(apart * apart + b * b);
  const values = scratch(2);
  values[0] = half - spread;
  values[1] = half + spread;
  // (x, y), the direction of the larger one, by sums of equal signs
  let x = apart >= 0 ? apart + spread : b;
  let y = apart >= 0 ? b : spread - apart;
  const length = Math.sqrt(x * x + y * y);
  if (length > 0) {
    x /= length;
    y /= length;
  } else x = 1;
  const vectors = scratch(4);
  vectors[0] = -y;
  vectors[1] = x;
  vectors[2] = x;
  vectors[3] = y;
  return { values, vectors };
}

/** z := Q' with matrix = Q T Q'; T has diagonal d and, beside it, e[0 .. n-2]. */
function tridiagonalise(z: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  const a = z.slice();
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  z.fill(0);
  for (let i = 0; i < n; i++) z[i * n + i] = 1;
  for (let k = 0; k < n - 2; k++) {
    // v reflects the column below the diagonal onto its first place
    let largest = 0;
    for (let i = k + 2; i < n; i++) largest = Math.max(largest, Math.abs(a[i * n + k]!));
    if (largest === 0) continue;
    largest = Math.max(largest, Math.abs(a[(k + 1) * n + k]!));
    let squares = 0;
    for (let i = k + 1; i < n; i++) {
      v[i] = a[i * n + k]! / largest;
      squares += v[i]! ** 2;
    }
    const length = Math.sqrt(squares);
    const first = v[k + 1]! > 0 ? v[k + 1]! + length : v[k + 1]! - length;
    const scale = 1 / (squares + length * Math.abs(v[k + 1]!)); // 2 / v'v
    v[k + 1] = first;

    // a := H a H on the rest, H = I - scale v v', by a rank-two update
    let along = 0;
    for (let i = k; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[i * n + j]! * v[j]!;
      w[i] = scale * sum;
      if (i > k) along += w[i]! * v[i]!;
    }
    for (let i = k + 1; i < n; i++) w[i]! -= 0.5 * scale * along * v[i]!;
    for (let i = k + 1; i < n; i++) {
      for (let j = k + 1; j < n; j++) a[i * n + j]! -= v[i]! * w[j]! + w[i]! * v[j]!;
      a[i * n + k] = i === k + 1 ? a[i * n + k]! - w[k]! * first : 0;
      a[k * n + i] = a[i * n + k]!;
    }
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let i = k + 1; i < n; i++) sum += v[i]! * z[i * n + j]!;
      sum *= scale;
      for (let i = k + 1; i < n; i++) z[i * n + j]! -= v[i]! * sum;
    }
  }
  for (let i = 0; i < n; i++) {
    d[i] = a[i * n + i]!;
    e[i] = i + 1 < n ? a[(i + 1) * n + i]! : 0;
  }
}

/** QL steps until e[l] is negligible, so that d[l] is an eigenvalue. Each roughly cubes what is left. */
function isolate(l: number, z: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let iteration = 0; iteration < 50; iteration++) {
    let m = l;
    while (m < n - 1 && Math.abs(e[m]!) > 1.1e-16 * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++;
    if (m === l) return;
    let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
    let r = Math.hypot(g, 1);
    g = d[m]! - d[l]! + e[l]! / (g + (g < 0 ? -r : r));
    let s = 1;
    let c = 1;
    let p = 0;
    let i = m - 1;
    for (; i >= l; i--) {
      const f = s * e[i]!;
      const b = c * e[i]!;
      r = Math.hypot(f, g);
      e[i + 1] = r;
      if (r === 0) {
        d[i + 1]! -= p;
        e[m] = 0;
        break;
      }
      s = f / r;
      c = g / r;
      g = d[i + 1]! - p;
      r = (d[i]! - g) * s + 2 * c * b;
      p = s * r;
      d[i + 1] = g + p;
      g = c * r - b;
      for (let k = 0; k < n; k++) {
        const above = z[i * n + k]!;
        const below = z[(i + 1) * n + k]!;
        z[(i + 1) * n + k] = s * above + c * below;
        z[i * n + k] = c * above - s * below;
      }
    }
    if (r === 0 && i >= l) continue;
    d[l]! -= p;
    e[l] = g;
    e[m] = 0;
  }
}
