// The slow twin: log-likelihood and GLS covariance of the mean in plain loops, from the model's equation alone,
//   y ~ N(X beta, S),  S = V + diag(sigma^2),  block by block;  cov(beta | sigma) = (X' S^-1 X)^-1.

export interface PlainModel {
  readonly y: Float64Array;
  /** column-major, y.length x p */
  readonly X: Float64Array;
  readonly p: number;
  readonly beta: ArrayLike<number>;
  readonly sigma: Float64Array;
  /** diagonal of V */
  readonly v: Float64Array;
  /** V by blocks of consecutive rows, row-major, instead of its diagonal */
  readonly blocks?: readonly ArrayLike<number>[] | undefined;
}

/** p x p covariance, row-major. Cost m^3 / 3 for a block of m rows. */
export function plainGls(model: PlainModel): { logLik: number; covariance: Float64Array } {
  const { y, X, p, beta, sigma, v, blocks } = model;
  const n = y.length;
  const information = new Float64Array(p * p);
  let logLik = -0.5 * n * Math.log(2 * Math.PI);
  let start = 0;
  const addBlock = (S: Float64Array, m: number): void => {
    factor(S, m);
    // whitened columns: residual, then those of X
    const white = Array.from({ length: p + 1 }, () => new Float64Array(m));
    for (let i = 0; i < m; i++) {
      white[0]![i] = y[start + i]!;
      for (let k = 0; k < p; k++) {
        const x = X[k * n + start + i]!;
        white[0]![i]! -= x * beta[k]!;
        white[k + 1]![i] = x;
      }
      logLik -= Math.log(S[i * m + i]!);
    }
    for (const column of white) solveLower(S, m, column);
    for (let i = 0; i < m; i++) logLik -= 0.5 * white[0]![i]! ** 2;
    for (let k = 0; k < p; k++) {
      for (let l = 0; l < p; l++) {
        for (let i = 0; i < m; i++) information[k * p + l]! += white[k + 1]![i]! * white[l + 1]![i]!;
      }
    }
    start += m;
  };
  if (blocks === undefined) {
    for (let i = 0; i < n; i++) addBlock(Float64Array.of(v[i]! + sigma[i]! ** 2), 1);
  } else {
    for (const block of blocks) {
      const m = Math.round(Math.sqrt(block.length));
      const S = Float64Array.from(block);
      for (let i = 0; i < m; i++) S[i * m + i]! += sigma[start + i]! ** 2;
      addBlock(S, m);
    }
  }
  return { logLik, covariance: invert(information, p) };
}

/** Lower Cholesky factor in place of the lower triangle. */
function factor(a: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j]!;
    }
  }
}

function solveLower(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) b[i]! -= l[i * n + k]! * b[k]!;
    b[i]! /= l[i * n + i]!;
  }
}

/** By columns: L z = e_k, then A^-1 = Z' Z. The columns are scaled first, since calendar years are not. */
function invert(a: Float64Array, n: number): Float64Array {
  const scale = Float64Array.from({ length: n }, (_, k) => Math.sqrt(a[k * n + k]!));
  const l = a.map((value, at) => value / scale[Math.floor(at / n)]! / scale[at % n]!);
  factor(l, n);
  const Z = Array.from({ length: n }, (_, k) => {
    const unit = new Float64Array(n);
    unit[k] = 1;
    solveLower(l, n, unit);
    return unit;
  });
  return a.map((_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let k = 0; k < n; k++) sum += Z[i]![k]! * Z[j]![k]!;
    return sum / scale[i]! / scale[j]!;
  });
}
