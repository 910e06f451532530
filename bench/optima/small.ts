// Small dense algebra in plain loops; row-major.

/** Lower Cholesky factor of S (m x m, its lower triangle), in place; false when S is not positive definite. */
export function cholesky(S: Float64Array, m: number): boolean {
  for (let j = 0; j < m; j++) {
    const row = j * m;
    const before = S[row + j];
    let d = before;
    for (let k = 0; k < j; k++) d -= S[row + k] * S[row + k];
    // what rounding leaves of a singular matrix is no variance
    if (!(d > 1e-14 * before)) return false;
    const root = Math.sqrt(d);
    S[row + j] = root;
    for (let i = j + 1; i < m; i++) {
      const other = i * m;
      let sum = S[other + j];
      for (let k = 0; k < j; k++) sum -= S[other + k] * S[row + k];
      S[other + j] = sum / root;
    }
  }
  return true;
}

/** Solves L L' x = b, in place. */
export function solve(L: Float64Array, p: number, b: Float64Array): void {
  for (let i = 0; i < p; i++) {
    for (let k = 0; k < i; k++) b[i] -= L[i * p + k] * b[k];
    b[i] /= L[i * p + i];
  }
  for (let i = p - 1; i >= 0; i--) {
    for (let k = i + 1; k < p; k++) b[i] -= L[k * p + i] * b[k];
    b[i] /= L[i * p + i];
  }
}

/** L^-T of a lower triangle L, into the upper triangle of `inverse`: its row j is column j of L^-1. */
export function invertLower(L: Float64Array, m: number, inverse: Float64Array): void {
  for (let j = 0; j < m; j++) {
    const row = j * m;
    inverse[row + j] = 1 / L[row + j];
    for (let i = j + 1; i < m; i++) {
      const other = i * m;
      let sum = 0;
      for (let k = j; k < i; k++) sum -= L[other + k] * inverse[row + k];
      inverse[row + i] = sum / L[other + i];
    }
  }
}

/** Upper triangle R, row-major, of p columns in an order that pivoting chose; and what it makes of one more column. */
export interface Triangle {
  readonly R: Float64Array;
  /** Q' y in its first p rows */
  readonly c: Float64Array;
  /** by position in R: the column that is there */
  readonly order: Int32Array;
  /** sum of squares of what is left of y */
  squares: number;
}

/**
 * A = (X, y), m x (p + 1), row-major, overwritten: Householder reflections of X's columns, the longest first, on rows sorted by
 * their size. Rows whose sizes differ by many powers of ten keep the digits of each (Cox and Higham 1998), which X'X loses.
 * False where the columns are dependent.
 */
export function triangleOf(A: Float64Array, m: number, p: number, out: Triangle): boolean {
  const q = p + 1;
  const sizes = Float64Array.from({ length: m }, (_, i) => {
    let size = 0;
    for (let k = 0; k < p; k++) size = Math.max(size, Math.abs(A[i * q + k]));
    return size;
  });
  const rows = Array.from(sizes.keys()).sort((a, b) => sizes[b] - sizes[a]);
  const { R, c, order } = out;
  for (let k = 0; k < p; k++) order[k] = k;
  for (let step = 0; step < p; step++) {
    let longest = -1;
    let pivot = step;
    for (let k = step; k < p; k++) {
      let sum = 0;
      for (let i = step; i < m; i++) sum += A[rows[i] * q + order[k]] ** 2;
      if (sum > longest) [longest, pivot] = [sum, k];
    }
    if (!(longest > 0) || !Number.isFinite(longest)) return false;
    // rows of R above move along
    for (let i = 0; i < step; i++) {
      [R[i * p + step], R[i * p + pivot]] = [R[i * p + pivot], R[i * p + step]];
    }
    [order[step], order[pivot]] = [order[pivot], order[step]];
    const column = order[step];
    const top = A[rows[step] * q + column];
    const length = top > 0 ? -Math.sqrt(longest) : Math.sqrt(longest);
    R[step * p + step] = length;
    // v = x - length e, v'v / 2 = length (length - top)
    const half = length * (length - top);
    A[rows[step] * q + column] = top - length;
    for (let k = step + 1; k <= p; k++) {
      const at = k === p ? p : order[k];
      let sum = 0;
      for (let i = step; i < m; i++) sum += A[rows[i] * q + column] * A[rows[i] * q + at];
      sum /= half;
      for (let i = step; i < m; i++) A[rows[i] * q + at] -= sum * A[rows[i] * q + column];
      if (k < p) R[step * p + k] = A[rows[step] * q + at];
    }
    c[step] = A[rows[step] * q + p];
  }
  out.squares = 0;
  for (let i = p; i < m; i++) out.squares += A[rows[i] * q + p] ** 2;
  return true;
}

/** R^-T P' x, into `out`. */
export function againstTriangle(
  { R, order }: Triangle,
  p: number,
  x: ArrayLike<number>,
  from: number,
  out: Float64Array,
): void {
  for (let k = 0; k < p; k++) {
    let sum = x[from + order[k]];
    for (let l = 0; l < k; l++) sum -= R[l * p + k] * out[l];
    out[k] = sum / R[k * p + k];
  }
}

/** log of the product of L's squared diagonal. */
export function logDeterminant(L: Float64Array, m: number): number {
  let sum = 0;
  for (let i = 0; i < m; i++) sum += Math.log(L[i * m + i]);
  return 2 * sum;
}

export interface Columns {
  /** rows x columns, row-major */
  readonly values: Float64Array;
  readonly columns: number;
}

/**
 * An orthogonal basis of the columns of `design` over some of its rows (mean square 1 over them), by Gram-Schmidt twice,
 * the first column first; columns without anything new are left out. Zero in the other rows.
 */
export function orthogonal(
  design: Float64Array,
  rows: number,
  columns: number,
  among: readonly number[],
): Columns {
  const kept: Float64Array[] = [];
  for (let k = 0; k < columns; k++) {
    const column = new Float64Array(rows);
    let size = 0;
    for (const i of among) {
      column[i] = design[i * columns + k];
      size += column[i] ** 2;
    }
    for (let pass = 0; pass < 2; pass++) {
      for (const other of kept) {
        let product = 0;
        for (const i of among) product += other[i] * column[i];
        for (const i of among) column[i] -= (product / among.length) * other[i];
      }
    }
    let left = 0;
    for (const i of among) left += column[i] ** 2;
    if (!(left > 1e-18 * size)) continue;
    const scale = Math.sqrt(among.length / left);
    for (const i of among) column[i] *= scale;
    kept.push(column);
  }
  const values = new Float64Array(rows * kept.length);
  kept.forEach((column, k) => {
    for (let i = 0; i < rows; i++) values[i * kept.length + k] = column[i];
  });
  return { values, columns: kept.length };
}
