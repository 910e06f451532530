import { choleskyFactor } from "../../src/linalg/cholesky";
import { symmetricEigen } from "../../src/linalg/eigen";

/**
 * Cluster-robust covariance by its definition, with matrices of all rows at once, to hold robust() against:
 * Pustejovsky and Tipton (2018), A_i = D_i' B_i^+1/2 D_i, B_i = D_i (I - H)_i Sigma (I - H)_i' D_i', Sigma_i = D_i' D_i.
 */
export interface DenseRobust {
  readonly vcov: number[][];
  /** Satterthwaite degrees of freedom of a contrast */
  readonly df: (contrast: readonly number[]) => number;
}

type Matrix = readonly (readonly number[])[];

export function denseRobust(
  X: Matrix,
  y: readonly number[],
  Sigma: Matrix,
  codes: readonly number[],
  type: "CR0" | "CR2",
): DenseRobust {
  const n = y.length;
  const W = inverse(Sigma);
  const XtW = times(transpose(X), W);
  const M = inverse(times(XtW, X));
  const XM = times(X, M);
  const H = times(XM, XtW);
  const residual = y.map((value, i) => value - H[i]!.reduce((sum, h, j) => sum + h * y[j]!, 0));
  const IH = H.map((row, i) => row.map((h, j) => (i === j ? 1 : 0) - h));
  const error = times(times(IH, Sigma), transpose(IH));
  const groups = [...new Set(codes)].map((code) => codes.flatMap((other, i) => (other === code ? [i] : [])));
  // U_i = A_i' W_i X_i M, so that V = sum U_i' e_i e_i' U_i
  const U = groups.map((rows) => {
    const WXM = rows.map((i) =>
      multiplyRow(
        rows.map((j) => W[i]![j]!),
        rows.map((j) => XM[j]!),
      ),
    );
    if (type === "CR0") return WXM;
    const D = transpose(lower(rows.map((i) => rows.map((j) => Sigma[i]![j]!))));
    const B = times(
      times(
        D,
        rows.map((i) => rows.map((j) => error[i]![j]!)),
      ),
      transpose(D),
    );
    return times(times(transpose(D), times(inverseRoot(B), D)), WXM);
  });
  const p = X[0]!.length;
  const vcov = Array.from({ length: p }, () => new Array<number>(p).fill(0));
  groups.forEach((rows, g) => {
    const score = multiplyRow(
      rows.map((i) => residual[i]!),
      U[g]!,
    );
    for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) vcov[a]![b]! += score[a]! * score[b]!;
  });
  const df = (contrast: readonly number[]): number => {
    const g = groups.map((rows, c) => {
      const out = new Array<number>(n).fill(0);
      rows.forEach((i, k) => {
        out[i] = U[c]![k]!.reduce((sum, u, j) => sum + u * contrast[j]!, 0);
      });
      return out;
    });
    const errors = g.map((row) => multiplyRow(row, error));
    let trace = 0;
    let squares = 0;
    g.forEach((left, i) => {
      errors.forEach((right, j) => {
        const P = left.reduce((sum, value, k) => sum + value * right[k]!, 0);
        squares += P * P;
        if (i === j) trace += P;
      });
    });
    return (trace * trace) / squares;
  };
  return { vcov, df };
}

function times(A: Matrix, B: Matrix): number[][] {
  return A.map((row) => multiplyRow(row, B));
}

function multiplyRow(row: readonly number[], B: Matrix): number[] {
  return B[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * B[k]![j]!, 0));
}

function transpose(A: Matrix): number[][] {
  return A[0]!.map((_, j) => A.map((row) => row[j]!));
}

function lower(A: Matrix): number[][] {
  const n = A.length;
  const L = choleskyFactor(Float64Array.from(A.flat()), n)!;
  return A.map((_, i) => A.map((__, j) => L[i * n + j]!));
}

/** Gauss-Jordan with pivots. */
function inverse(A: Matrix): number[][] {
  const n = A.length;
  const work = A.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k; i < n; i++) if (Math.abs(work[i]![k]!) > Math.abs(work[pivot]![k]!)) pivot = i;
    [work[k], work[pivot]] = [work[pivot]!, work[k]!];
    const head = work[k]![k]!;
    work[k] = work[k]!.map((value) => value / head);
    for (let i = 0; i < n; i++) {
      const factor = work[i]![k]!;
      if (i !== k && factor !== 0) work[i] = work[i]!.map((value, j) => value - factor * work[k]![j]!);
    }
  }
  return work.map((row) => row.slice(n));
}

/** Of a symmetric positive semidefinite matrix; zero eigenvalues stay zero. */
function inverseRoot(A: Matrix): number[][] {
  const n = A.length;
  const { values, vectors } = symmetricEigen(Float64Array.from(A.flat()), n);
  const top = values[n - 1]!;
  return A.map((_, i) =>
    A.map((__, j) =>
      values.reduce(
        (sum, value, e) =>
          value > 1e-10 * top ? sum + (vectors[i * n + e]! * vectors[j * n + e]!) / Math.sqrt(value) : sum,
        0,
      ),
    ),
  );
}
