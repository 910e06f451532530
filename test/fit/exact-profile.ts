/**
 * Fixed-point arithmetic with 400 binary places: SDs may differ by a factor of 1e16 and every digit of a double is
 * still there. No square roots: S = L D L'.
 */
const BITS = 400n;
const ONE = 1n << BITS;
const times = (a: bigint, b: bigint): bigint => (a * b) >> BITS;
const over = (a: bigint, b: bigint): bigint => (a << BITS) / b;

/** Any double of at least 2^-348 in size, without rounding. */
function exact(value: number): bigint {
  if (value === 0) return 0n;
  const exponent = Math.floor(Math.log2(Math.abs(value))) - 52;
  const mantissa = BigInt(Math.round(value * 2 ** -exponent));
  const shift = BITS + BigInt(exponent);
  return shift >= 0n ? mantissa << shift : mantissa >> -shift;
}

function toNumber(value: bigint): number {
  const size = value < 0n ? -value : value;
  const excess = BigInt(Math.max(0, size.toString(2).length - 60));
  return Number(value >> excess) * 2 ** Number(excess - BITS);
}

/** log of a positive number, where toNumber() may overflow. */
function log(value: bigint): number {
  const excess = value.toString(2).length - 60;
  return (
    Math.log(Number(excess >= 0 ? value >> BigInt(excess) : value << BigInt(-excess))) +
    (excess - Number(BITS)) * Math.LN2
  );
}

export interface ExactProblem {
  readonly y: readonly number[];
  readonly X: readonly (readonly number[])[];
  readonly v: readonly number[];
  readonly sigma: readonly number[];
  /** null: all 1 */
  readonly weights: readonly number[] | null;
  readonly levels: readonly { readonly rows: readonly number[]; readonly omega: number }[];
  /** x_i x_k K[l_i, l_k] between rows i and k, for each */
  readonly structured?: readonly StructuredEffects[];
}

export interface StructuredEffects {
  /** by row */
  readonly x: readonly number[];
  readonly level: readonly number[];
  readonly K: readonly (readonly number[])[];
}

/** The profiled log-likelihood, the GLS coefficients and log|X' S^-1 X|. A weight of 0 leaves its row out. */
export function exactProfile({ y, X, v, sigma, weights, levels, structured = [] }: ExactProblem): {
  logLik: number;
  beta: number[];
  locationLogDet: number;
} {
  const rows = y.map((_, i) => i).filter((i) => weights === null || weights[i]! > 0);
  const place = new Map(rows.map((row, at) => [row, at]));
  const S = rows.map(() => rows.map(() => 0n));
  let constant = 0;
  rows.forEach((row, a) => {
    const s2 = exact(v[row]!) + times(exact(sigma[row]!), exact(sigma[row]!));
    const w = weights === null ? 1 : weights[row]!;
    S[a]![a] = over(s2, exact(w));
    // w log N(y; m, s2) = log N(y; m, s2 / w) + this
    constant += 0.5 * (1 - w) * (Math.log(2 * Math.PI) + log(s2)) - 0.5 * Math.log(w);
  });
  for (const { rows: members, omega } of levels) {
    const here = members.flatMap((row) => place.get(row) ?? []);
    const omega2 = times(exact(omega), exact(omega));
    for (const a of here) for (const b of here) S[a]![b]! += omega2;
  }
  for (const { x, level, K } of structured) {
    const own = rows.map((row) => exact(x[row]!));
    rows.forEach((row, a) => {
      rows.forEach((other, b) => {
        S[a]![b]! += times(times(own[a]!, own[b]!), exact(K[level[row]!]![level[other]!]!));
      });
    });
  }
  const p = X[0]!.length;
  const right = rows.map((row) => [...X[row]!, y[row]!].map(exact));
  const { logDet, gram } = eliminate(S, right);
  // the cross-products [X y]' S^-1 [X y], X eliminated
  const A = gram.slice(0, p).map((row) => row.slice(0, p));
  const b = gram.slice(0, p).map((row) => [row[p]!]);
  const { gram: explained, solution, logDet: locationLogDet } = eliminate(A, b);
  const quadratic = toNumber(gram[p]![p]! - explained[0]![0]!);
  return {
    logLik: constant - 0.5 * (rows.length * Math.log(2 * Math.PI) + logDet + quadratic),
    beta: solution.map(([value]) => toNumber(value!)),
    locationLogDet,
  };
}

/** log|S|, B' S^-1 B and S^-1 B by S = L D L'. */
function eliminate(
  S: readonly (readonly bigint[])[],
  B: readonly (readonly bigint[])[],
): { logDet: number; gram: bigint[][]; solution: bigint[][] } {
  const n = S.length;
  const L = S.map(() => new Array<bigint>(n).fill(0n));
  const d: bigint[] = [];
  for (let j = 0; j < n; j++) {
    let pivot = S[j]![j]!;
    for (let k = 0; k < j; k++) pivot -= times(times(L[j]![k]!, L[j]![k]!), d[k]!);
    d.push(pivot);
    L[j]![j] = ONE;
    for (let i = j + 1; i < n; i++) {
      let sum = S[i]![j]!;
      for (let k = 0; k < j; k++) sum -= times(times(L[i]![k]!, L[j]![k]!), d[k]!);
      L[i]![j] = over(sum, pivot);
    }
  }
  const Z = B.map((row) => [...row]);
  const width = Z[0]!.length;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) for (let j = 0; j < width; j++) Z[i]![j]! -= times(L[i]![k]!, Z[k]![j]!);
  }
  const gram = Array.from({ length: width }, (_, a) =>
    Array.from({ length: width }, (_, b) =>
      Z.reduce((sum, row, i) => sum + over(times(row[a]!, row[b]!), d[i]!), 0n),
    ),
  );
  const solution = Z.map((row, i) => row.map((value) => over(value, d[i]!)));
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++)
      for (let j = 0; j < width; j++) solution[i]![j]! -= times(L[k]![i]!, solution[k]![j]!);
  }
  return { logDet: d.reduce((sum, value) => sum + log(value), 0), gram, solution };
}
