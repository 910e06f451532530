/**
 * Quantile of a positive random variable from its two tails, by a bracketed root search on log x against the log of
 * the smaller tail. On these scales the tails of |t| are nearly straight, so a search takes
 * about ten evaluations and is as accurate as the tails themselves, at 1e-300 too.
 */

/**
 * x > 0 with P(X > x) = p; NaN for p outside [0, 1].
 * `tail(x, upper)` gives the two tail probabilities.
 */
export function tailQuantile(p: number, tail: (x: number, upper: boolean) => number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 1 ? 0 : Number.POSITIVE_INFINITY;
  const side = p <= 0.5;
  const target = Math.log(side ? p : 1 - p);
  const sign = side ? -1 : 1;
  /** increasing in u = log x */
  const excess = (u: number) => sign * (Math.log(tail(Math.exp(u), side)) - target);
  return Math.exp(increasingRoot(excess));
}

/** Widens from u = 0 in growing steps until the sign changes, then the Illinois variant of false position. */
function increasingRoot(f: (u: number) => number): number {
  let a = 0;
  let fa = f(a);
  if (fa === 0) return a;
  const direction = fa < 0 ? 1 : -1;
  let b = a;
  let fb = fa;
  // exp(709) is the largest double, exp(-745) the smallest
  for (let step = 0.5; Math.sign(fb) === Math.sign(fa); step *= 2) {
    if (Math.abs(b) >= 745) return direction * Number.POSITIVE_INFINITY;
    a = b;
    fa = fb;
    b = Math.max(-745, Math.min(709.7, b + direction * step));
    fb = f(b);
  }
  for (let i = 0; i < 200 && fb !== 0; i++) {
    const finite = Number.isFinite(fa) && Number.isFinite(fb);
    let u = finite ? b - (fb * (b - a)) / (fb - fa) : (a + b) / 2;
    if (i % 8 === 7) u = (a + b) / 2;
    if (Math.abs(u - b) <= 1e-16 * Math.max(1, Math.abs(b)) || u === a) return u;
    const fu = f(u);
    if (Math.sign(fu) !== Math.sign(fb)) {
      a = b;
      fa = fb;
    } else if (finite) fa *= 0.5;
    b = u;
    fb = fu;
  }
  return b;
}
