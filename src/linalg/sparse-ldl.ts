import { minimumDegree } from "./ordering/minimum-degree";

/** A sparse symmetric matrix: entries of its lower or upper triangle, in any order; those of one place are added. */
export interface SparseSymmetric {
  readonly n: number;
  readonly rows: ArrayLike<number>;
  readonly columns: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/**
 * A = L D L' of a sparse symmetric matrix in an order of elimination (Davis 2006, Direct Methods for Sparse Linear Systems,
 * chapter 4): row k of L is a sparse triangular solve, and its pattern the paths of the elimination tree from the entries of
 * row k up to k. Cost and memory are those of the entries of L, so that the order decides. A that is not positive definite, or has a
 * NaN, has NaN in what belongs to the component.
 */
export class SparseLdl {
  readonly n: number;
  private readonly order: Int32Array;
  /** columns of L below the diagonal, rows ascending */
  private readonly start: Int32Array;
  private readonly rows: Int32Array;
  private readonly values: Float64Array;
  private readonly D: Float64Array;
  /** diagonal of A, in the order of elimination */
  private readonly own: Float64Array;

  /** @param order the variables in the order in which they are eliminated; by default one with little fill */
  constructor(A: SparseSymmetric, order = orderOf(A)) {
    const { n } = A;
    this.n = n;
    this.order = order;
    const upper = upperTriangle(A, order);
    const { parent, start } = eliminationTree(upper, n);
    this.start = start;
    this.rows = new Int32Array(start[n]!);
    this.values = new Float64Array(start[n]!);
    this.D = new Float64Array(n);
    this.own = new Float64Array(n);
    const { rows, values, D, own } = this;
    const used = new Int32Array(n);
    const work = new Float64Array(n);
    const mark = new Int32Array(n).fill(-1);
    const path = new Int32Array(n);
    const pattern = new Int32Array(n);
    for (let k = 0; k < n; k++) {
      let top = n;
      mark[k] = k;
      for (let q = upper.start[k]!; q < upper.start[k + 1]!; q++) {
        let i = upper.rows[q]!;
        work[i]! += upper.values[q]!;
        let length = 0;
        for (; mark[i] !== k; i = parent[i]!) {
          path[length++] = i;
          mark[i] = k;
        }
        while (length > 0) pattern[--top] = path[--length]!;
      }
      D[k] = work[k]!;
      own[k] = work[k]!;
      work[k] = 0;
      for (; top < n; top++) {
        const i = pattern[top]!;
        const y = work[i]!;
        work[i] = 0;
        const end = start[i]! + used[i]!;
        for (let q = start[i]!; q < end; q++) work[rows[q]!]! -= values[q]! * y;
        const l = y / D[i]!;
        D[k]! -= l * y;
        rows[end] = k;
        values[end] = l;
        used[i]!++;
      }
      if (!(D[k]! > 0)) D[k] = Number.NaN;
    }
  }

  /** log |A| */
  get logDet(): number {
    let sum = 0;
    for (const pivot of this.D) sum += Math.log(pivot);
    return sum;
  }

  /** The first variable whose pivot is no more than this share of its element on the diagonal; -1 where A is positive definite. */
  weakPivot(negligible: number): number {
    const { D, own, order } = this;
    const k = D.findIndex((pivot, at) => !(pivot > negligible * own[at]!));
    return k < 0 ? -1 : order[k]!;
  }

  /** A^-1 b */
  solve(b: ArrayLike<number>): Float64Array {
    const { n, start, rows, values, D } = this;
    const x = this.permuted(b);
    for (let j = 0; j < n; j++) {
      for (let q = start[j]!; q < start[j + 1]!; q++) x[rows[q]!]! -= values[q]! * x[j]!;
    }
    for (let j = 0; j < n; j++) x[j]! /= D[j]!;
    return this.unwound(x);
  }

  /** x with covariance A^-1 from e with covariance I: L^-T D^-1/2 e. */
  spread(e: ArrayLike<number>): Float64Array {
    const x = this.permuted(e);
    for (let j = 0; j < this.n; j++) x[j]! /= Math.sqrt(this.D[j]!);
    return this.unwound(x);
  }

  /**
   * Diagonal of Z = A^-1 by the Takahashi equations: from the last column to the first, Z on the pattern of L,
   *
   *   Z_ij = -sum_k Z_ik L_kj,   Z_jj = 1 / D_j - sum_k L_kj Z_kj      over the rows k of column j
   */
  inverseDiagonal(): Float64Array {
    const { n, start, rows, values, D, order } = this;
    const Z = new Float64Array(values.length);
    const diagonal = new Float64Array(n);
    const sums = new Float64Array(n);
    for (let j = n - 1; j >= 0; j--) {
      const [from, to] = [start[j]!, start[j + 1]!];
      for (let q = from; q < to; q++) {
        const k = rows[q]!;
        const l = values[q]!;
        sums[k]! += l * diagonal[k]!;
        // Z_ik of rows i below k, and by symmetry Z_ki
        for (let s = start[k]!, at = q + 1; s < start[k + 1]! && at < to; s++) {
          const i = rows[s]!;
          while (at < to && rows[at]! < i) at++;
          if (at === to || rows[at] !== i) continue;
          sums[i]! += l * Z[s]!;
          sums[k]! += values[at]! * Z[s]!;
        }
      }
      let own = 1 / D[j]!;
      for (let q = from; q < to; q++) {
        const i = rows[q]!;
        Z[q] = -sums[i]!;
        own += values[q]! * sums[i]!;
        sums[i] = 0;
      }
      diagonal[j] = own;
    }
    const out = new Float64Array(n);
    for (let j = 0; j < n; j++) out[order[j]!] = diagonal[j]!;
    return out;
  }

  private permuted(b: ArrayLike<number>): Float64Array {
    return Float64Array.from(this.order, (variable) => b[variable]!);
  }

  /** L^-T x, in the variables' own order */
  private unwound(x: Float64Array): Float64Array {
    const { n, start, rows, values, order } = this;
    const out = new Float64Array(n);
    for (let j = n - 1; j >= 0; j--) {
      for (let q = start[j]!; q < start[j + 1]!; q++) x[j]! -= values[q]! * x[rows[q]!]!;
      out[order[j]!] = x[j]!;
    }
    return out;
  }
}

interface Columns {
  readonly start: Int32Array;
  readonly rows: Int32Array;
  readonly values: Float64Array;
}

/** Each entry ties two variables. */
function orderOf({ n, rows, columns }: SparseSymmetric): Int32Array {
  const members = new Int32Array(2 * rows.length);
  for (let q = 0; q < rows.length; q++) {
    members[2 * q] = rows[q]!;
    members[2 * q + 1] = columns[q] === rows[q] ? -1 : columns[q]!;
  }
  return minimumDegree({ variables: n, count: rows.length, width: 2, members });
}

/** In the new order: by column the entries on and above the diagonal. */
function upperTriangle({ n, rows, columns, values }: SparseSymmetric, order: Int32Array): Columns {
  const numberOf = new Int32Array(n);
  for (let k = 0; k < n; k++) numberOf[order[k]!] = k;
  const start = new Int32Array(n + 1);
  const last = (q: number) => Math.max(numberOf[rows[q]!]!, numberOf[columns[q]!]!);
  for (let q = 0; q < rows.length; q++) start[last(q) + 1]!++;
  for (let k = 0; k < n; k++) start[k + 1]! += start[k]!;
  const next = start.slice(0, n);
  const out = { start, rows: new Int32Array(rows.length), values: new Float64Array(rows.length) };
  for (let q = 0; q < rows.length; q++) {
    const at = next[last(q)]!++;
    out.rows[at] = Math.min(numberOf[rows[q]!]!, numberOf[columns[q]!]!);
    out.values[at] = values[q]!;
  }
  return out;
}

/** The tree, and where the columns of L start. */
function eliminationTree(
  upper: Columns,
  n: number,
): { readonly parent: Int32Array; readonly start: Int32Array } {
  const parent = new Int32Array(n).fill(-1);
  const mark = new Int32Array(n).fill(-1);
  const start = new Int32Array(n + 1);
  for (let k = 0; k < n; k++) {
    mark[k] = k;
    for (let q = upper.start[k]!; q < upper.start[k + 1]!; q++) {
      for (let i = upper.rows[q]!; mark[i] !== k; i = parent[i]!) {
        if (parent[i] === -1) parent[i] = k;
        start[i + 1]!++;
        mark[i] = k;
      }
    }
  }
  for (let k = 0; k < n; k++) start[k + 1]! += start[k]!;
  return { parent, start };
}
