/** A problem as a statistician writes it on paper, and its textbook log-likelihood. */
export interface PlainProblem {
  readonly y: readonly number[];
  /** one row per observation */
  readonly X: readonly (readonly number[])[];
  /** null: sigma is 0 */
  readonly W: readonly (readonly number[])[] | null;
  /** the whole sampling covariance */
  readonly V: readonly (readonly number[])[];
  /** groups of rows that V ties together, each ascending; every row that is in none is alone */
  readonly clusters: readonly (readonly number[])[];
  /** constant within a cluster */
  readonly weights: readonly number[] | null;
}

/** Rows that are alone, then the clusters: the factors of the likelihood. */
export function factorsOf({ y, clusters }: PlainProblem): readonly (readonly number[])[] {
  const tied = new Set(clusters.flat());
  return [...y.keys()].filter((i) => !tied.has(i)).map((i) => [i]).concat(clusters.map((rows) => [...rows]));
}

export function splitKind({ clusters, y }: PlainProblem): "diagonal" | "block" | "dense" {
  if (clusters.length === 0) return "diagonal";
  return clusters[0]!.length === y.length ? "dense" : "block";
}

/** The packed form in which the engine takes V. */
export function rowsOf({ V, clusters }: PlainProblem): {
  variances: Float64Array;
  clusterSizes: Int32Array;
  clusterRows: Int32Array;
  clusterV: Float64Array;
} {
  const packed: number[] = [];
  for (const rows of clusters) {
    rows.forEach((row, i) => {
      for (let j = 0; j <= i; j++) packed.push(V[row]![rows[j]!]!);
    });
  }
  return {
    variances: Float64Array.from(V, (row, i) => row[i]!),
    clusterSizes: Int32Array.from(clusters, (rows) => rows.length),
    clusterRows: Int32Array.from(clusters.flat()),
    clusterV: Float64Array.from(packed),
  };
}

/**
 * sum over factors of w (-m/2 log 2 pi - 1/2 log|S| - 1/2 r' S^-1 r),  S = V + diag(sigma^2),  r = y - mu.
 * Plain loops and one Cholesky factorization a factor; nothing shared with the package.
 */
export function textbookLogLik(problem: PlainProblem, mu: ArrayLike<number>, logSigma: ArrayLike<number>): number {
  let total = 0;
  for (const rows of factorsOf(problem)) {
    const m = rows.length;
    const S = rows.map((i) => rows.map((j) => problem.V[i]![j]! + (i === j ? Math.exp(2 * logSigma[i]!) : 0)));
    const L = textbookCholesky(S);
    const z = forward(L, rows.map((i) => problem.y[i]! - mu[i]!));
    let sum = m * Math.log(2 * Math.PI);
    for (let i = 0; i < m; i++) sum += 2 * Math.log(L[i]![i]!) + z[i]! ** 2;
    total -= 0.5 * (problem.weights?.[rows[0]!] ?? 1) * sum;
  }
  return total;
}

/** The mean's generalized least-squares coefficients at these SDs. */
export function textbookGls(problem: PlainProblem, logSigma: ArrayLike<number>): number[] {
  const p = problem.X[0]!.length;
  const A = Array.from({ length: p }, () => new Array<number>(p).fill(0));
  const b = new Array<number>(p).fill(0);
  for (const rows of factorsOf(problem)) {
    const S = rows.map((i) => rows.map((j) => problem.V[i]![j]! + (i === j ? Math.exp(2 * logSigma[i]!) : 0)));
    const L = textbookCholesky(S);
    const weight = problem.weights?.[rows[0]!] ?? 1;
    const columns = Array.from({ length: p }, (_, j) => forward(L, rows.map((i) => problem.X[i]![j]!)));
    const z = forward(L, rows.map((i) => problem.y[i]!));
    for (let j = 0; j < p; j++) {
      b[j]! += weight * dot(columns[j]!, z);
      for (let k = 0; k < p; k++) A[j]![k]! += weight * dot(columns[j]!, columns[k]!);
    }
  }
  return solve(A, b);
}

export function times(matrix: readonly (readonly number[])[], vector: ArrayLike<number>): number[] {
  return matrix.map((row) => row.reduce((sum, value, j) => sum + value * vector[j]!, 0));
}

/** A x = b for a symmetric positive definite A. */
export function solve(A: readonly (readonly number[])[], b: readonly number[]): number[] {
  const L = textbookCholesky(A);
  const x = forward(L, b);
  for (let i = x.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < x.length; k++) x[i]! -= L[k]![i]! * x[k]!;
    x[i]! /= L[i]![i]!;
  }
  return x;
}

function textbookCholesky(S: readonly (readonly number[])[]): number[][] {
  const n = S.length;
  const L = S.map(() => new Array<number>(n).fill(0));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = S[i]![j]!;
      for (let k = 0; k < j; k++) sum -= L[i]![k]! * L[j]![k]!;
      L[i]![j] = i === j ? Math.sqrt(sum) : sum / L[j]![j]!;
    }
  }
  return L;
}

function forward(L: readonly (readonly number[])[], b: readonly number[]): number[] {
  const x: number[] = [];
  for (let i = 0; i < b.length; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= L[i]![k]! * x[k]!;
    x.push(sum / L[i]![i]!);
  }
  return x;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
