/**
 * Gauss's hypergeometric function F(a, a; c; x) for a = 1/2 and a = 1, c = 1/2, 1, 3/2, ... and 0 <= x < 1: the unbiased
 * estimators of a correlation and of its square are made of these (Olkin & Pratt 1958).
 *
 * The series sum_k (a)_k^2 / ((c)_k k!) x^k serves where it converges fast: x <= 1/2, or a large c. Elsewhere two closed forms at
 * small c start the contiguous relation (Abramowitz & Stegun 15.2.12)
 *
 *   (c - a)^2 x F(c + 1) = c (c - 1) (1 - x) F(c - 1) - c (c - 1 - (2c - 2a - 1) x) F(c),
 *
 * which is stable upward for x > 1/2: F is the dominant of its two solutions there, the other shrinking by (1 - x) / x a step.
 * Cost: some 60 terms, or at most 40 steps. Relative error below 1e-13 but next to x = 1, where F itself may be infinite.
 */
export function hypergeometric(a: 0.5 | 1, c: number, x: number): number {
  if (!(c >= 0.5 && Number.isInteger(2 * c) && x >= 0 && x < 1)) return Number.NaN;
  if (x <= 0.5 || c >= SERIES_FROM) return series(a, c, x);
  const first = Number.isInteger(c) ? 1 : 0.5;
  if (a === 1 && c === 1) return 1 / (1 - x);
  if (a === 1 && first === 1) return upward(a, c, x, 2, -Math.log1p(-x) / x, secondLog(x));
  const [low, high] = a === 1 ? arcsines(x) : first === 1 ? elliptic(x) : roots(x);
  return upward(a, c, x, first, low, high);
}

/** From here the series takes at most some 60 terms, whatever x is: they fall as 1 / binomial(c + k, k). */
const SERIES_FROM = 30;

function series(a: number, c: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 0; ; k++) {
    term *= ((a + k) * (a + k) * x) / ((c + k) * (k + 1));
    if (sum + term === sum) return sum;
    sum += term;
  }
}

/** From F at `from` and `from + 1` to F at c. */
function upward(a: number, c: number, x: number, from: number, low: number, high: number): number {
  let before = low;
  let value = c === from ? low : high;
  for (let b = from + 1; b < c; b++) {
    const next =
      (b * (b - 1) * (1 - x) * before - b * (b - 1 - (2 * b - 2 * a - 1) * x) * value) / ((b - a) ** 2 * x);
    before = value;
    value = next;
  }
  return value;
}

/** F(1/2, 1/2; 1/2), F(1/2, 1/2; 3/2). */
function roots(x: number): [number, number] {
  return [1 / Math.sqrt(1 - x), Math.asin(Math.sqrt(x)) / Math.sqrt(x)];
}

/** F(1, 1; 1/2), F(1, 1; 3/2). */
function arcsines(x: number): [number, number] {
  const q = Math.asin(Math.sqrt(x)) / Math.sqrt(x * (1 - x));
  return [(1 + x * q) / (1 - x), q];
}

/** F(1, 1; 3) = 2 (x + (1 - x) log(1 - x)) / x^2. */
function secondLog(x: number): number {
  return (2 * (x + (1 - x) * Math.log1p(-x))) / (x * x);
}

/**
 * F(1/2, 1/2; 1) = 2 K / pi and F(1/2, 1/2; 2) = 4 (E - (1 - x) K) / (pi x), the complete elliptic integrals of parameter x by
 * the arithmetic-geometric mean: K = pi / (2 agm(1, sqrt(1 - x))), E = K (1 - sum 2^(n - 1) c_n^2).
 */
function elliptic(x: number): [number, number] {
  let a = 1;
  let b = Math.sqrt(1 - x);
  let power = 0.5;
  let sum = power * x;
  while (Math.abs(a - b) > 1e-15 * a) {
    const c = (a - b) / 2;
    [a, b] = [(a + b) / 2, Math.sqrt(a * b)];
    power *= 2;
    sum += power * c * c;
  }
  const k = Math.PI / (2 * a);
  const e = k * (1 - sum);
  return [(2 * k) / Math.PI, (4 * (e - (1 - x) * k)) / (Math.PI * x)];
}
