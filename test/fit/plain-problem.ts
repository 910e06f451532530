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
  /** constant within a cluster; none together with levels */
  readonly weights: readonly number[] | null;
  /** random intercepts: the rows of each level, and log omega = U alpha */
  readonly levels?: {
    readonly members: readonly (readonly number[])[];
    readonly U: readonly (readonly number[])[];
  };
  /** studies with two outcomes: their rows, and rho = 0.999999 tanh(T eta) */
  readonly pairs?: {
    readonly rows: readonly (readonly [number, number])[];
    readonly T: readonly (readonly number[])[];
  };
}

/** The factors of the likelihood: rows that are alone, then the clusters; all rows as one where more ties them. */
function factorsOf({ y, clusters, levels, pairs }: PlainProblem): readonly (readonly number[])[] {
  if (levels !== undefined || pairs !== undefined) return [[...y.keys()]];
  const tied = new Set(clusters.flat());
  return [...y.keys()]
    .filter((i) => !tied.has(i))
    .map((i) => [i])
    .concat(clusters.map((rows) => [...rows]));
}

/** V + diag(sigma^2) + Z G Z' and rho sigma_1 sigma_2 within pairs, for some of the rows. */
function covariance(problem: PlainProblem, theta: readonly number[], rows: readonly number[]): number[][] {
  const { V, W, levels, pairs } = problem;
  const q = W === null ? 0 : W[0]!.length;
  const logOmega = levels === undefined ? [] : times(levels.U, theta.slice(q, q + levels.U[0]!.length));
  const eta = pairs === undefined ? [] : times(pairs.T, theta.slice(theta.length - pairs.T[0]!.length));
  const sigma = V.map((_, i) => (W === null ? 0 : Math.exp(dot(W[i]!, theta.slice(0, q)))));
  const S = rows.map((i) => rows.map((j) => V[i]![j]! + (i === j ? sigma[i]! ** 2 : 0)));
  const place = new Map(rows.map((row, at) => [row, at]));
  levels?.members.forEach((members, level) => {
    for (const i of members)
      for (const j of members) S[place.get(i)!]![place.get(j)!]! += Math.exp(2 * logOmega[level]!);
  });
  pairs?.rows.forEach(([i, j], pair) => {
    const shared = 0.999999 * Math.tanh(eta[pair]!) * sigma[i]! * sigma[j]!;
    S[place.get(i)!]![place.get(j)!]! += shared;
    S[place.get(j)!]![place.get(i)!]! += shared;
  });
  return S;
}

/**
 * sum over factors of w (-m/2 log 2 pi - 1/2 log|S| - 1/2 r' S^-1 r),  r = y - mu.
 * Plain loops and one Cholesky factorization a factor; nothing shared with the package.
 */
export function textbookLogLik(
  problem: PlainProblem,
  mu: ArrayLike<number>,
  theta: readonly number[],
): number {
  let total = 0;
  for (const rows of factorsOf(problem)) {
    const L = textbookCholesky(covariance(problem, theta, rows));
    const z = forward(
      L,
      rows.map((i) => problem.y[i]! - mu[i]!),
    );
    let sum = rows.length * Math.log(2 * Math.PI);
    for (let i = 0; i < rows.length; i++) sum += 2 * Math.log(L[i]![i]!) + z[i]! ** 2;
    total -= 0.5 * (problem.weights?.[rows[0]!] ?? 1) * sum;
  }
  return total;
}

/** The mean's generalized least-squares coefficients at these SDs and correlations. */
export function textbookGls(problem: PlainProblem, theta: readonly number[]): number[] {
  const p = problem.X[0]!.length;
  const A = Array.from({ length: p }, () => new Array<number>(p).fill(0));
  const b = new Array<number>(p).fill(0);
  for (const rows of factorsOf(problem)) {
    const L = textbookCholesky(covariance(problem, theta, rows));
    const weight = problem.weights?.[rows[0]!] ?? 1;
    const columns = Array.from({ length: p }, (_, j) =>
      forward(
        L,
        rows.map((i) => problem.X[i]![j]!),
      ),
    );
    const z = forward(
      L,
      rows.map((i) => problem.y[i]!),
    );
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
