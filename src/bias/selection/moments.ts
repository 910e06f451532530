import { normalDensity, normalProbability } from "../../stats/normal";
import { GAUSS_POSITIVE } from "../../stats/quadrature";
import type { Alternative, WeightFunction } from "./weight-function";
import { pValueOf } from "./weight-function";

/** Hermite polynomials He_0 to He_4 at u. */
export function hermite(u: number, out: Float64Array): void {
  const u2 = u * u;
  out[0] = 1;
  out[1] = u;
  out[2] = u2 - 1;
  out[3] = u * (u2 - 3);
  out[4] = u2 * (u2 - 6) + 3;
}

/**
 * The expectation of w over effect sizes of one study, A = E w(Y), Y ~ N(m, t), with what its derivatives are made of: for u =
 * (Y - m) / sqrt(t),
 *
 *   A = E w,   d^k A / dm^k = t^(-k/2) E w He_k(u),   dA / dt = 1/2 d^2 A / dm^2   (the heat equation).
 *
 * `plain[k]` is E w He_k, k = 0..4; `first[k n + a]` E w_a He_k, k = 0..2, w_a = dw / d eta_a; `second[a n + b]` E w_ab.
 */
export interface Moments {
  readonly plain: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

export function emptyMoments(n: number): Moments {
  return { plain: new Float64Array(5), first: new Float64Array(3 * n), second: new Float64Array(n * n) };
}

function clear({ plain, first, second }: Moments): void {
  plain.fill(0);
  first.fill(0);
  second.fill(0);
}

/** Over whose effect sizes. */
interface Study {
  readonly m: number;
  /** sqrt(t) */
  readonly sd: number;
  /** the standard error that p-values come from */
  readonly se: number;
  /** values of y at which w or one of its derivatives jumps, ascending */
  readonly edges: readonly number[];
}

/** Places for what a weight function says, and for Hermite polynomials. */
interface Work {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  readonly he: Float64Array;
}

/** SDs from the mean beyond which a normal density is nothing. */
const FAR = 9;
/** A panel of ten points is at most so many SDs wide. */
const WIDEST = 0.5;

/**
 * The moments by Gauss-Legendre in panels that end where w jumps, relative error about 1e-12 for a smooth w.
 */
export function moments(
  weight: WeightFunction,
  alternative: Alternative,
  { m, sd, se, edges }: Study,
  eta: Float64Array,
  work: Work,
  out: Moments,
): void {
  const n = weight.size;
  clear(out);
  const inner = edges.map((y) => (y - m) / sd).filter((u) => u > -FAR && u < FAR);
  const ends = [-FAR, ...inner, FAR];
  // w may bend within a standard error, however small that is beside the SD
  const widest = Math.min(WIDEST, se / sd);
  for (let part = 1; part < ends.length; part++) {
    const [from, to] = [ends[part - 1]!, ends[part]!];
    const panels = Math.max(1, Math.ceil((to - from) / widest));
    const half = (to - from) / panels / 2;
    for (let panel = 0; panel < panels; panel++) {
      const middle = from + half * (2 * panel + 1);
      for (const [node, share] of GAUSS_POSITIVE) {
        addPoint(middle - half * node, half * share);
        addPoint(middle + half * node, half * share);
      }
    }
  }

  function addPoint(u: number, step: number): void {
    const [p, upper] = pValueOf((m + sd * u) / se, alternative);
    const { gradient, hessian, he } = work;
    const mass = step * normalDensity(u) * Math.exp(weight.evaluate(p, upper, eta, gradient, hessian));
    if (mass === 0) return;
    hermite(u, he);
    for (let k = 0; k < 5; k++) out.plain[k]! += mass * he[k]!;
    for (let a = 0; a < n; a++) {
      for (let k = 0; k < 3; k++) out.first[k * n + a]! += mass * gradient[a]! * he[k]!;
      for (let b = 0; b < n; b++)
        out.second[a * n + b]! += mass * (gradient[a]! * gradient[b]! + hessian[a * n + b]!);
    }
  }
}

/**
 * The same in closed form of a step function: over an interval (c, d) of u, the integral of phi He_k is
 * phi(c) He_(k-1)(c) - phi(d) He_(k-1)(d), and that of phi is Phi(d) - Phi(c).
 */
export function stepMoments(
  weight: WeightFunction,
  alternative: Alternative,
  { m, sd, se, edges }: Study,
  eta: Float64Array,
  work: Work,
  out: Moments,
): void {
  const n = weight.size;
  clear(out);
  const { gradient, hessian, he } = work;
  const ends = [Number.NEGATIVE_INFINITY, ...edges, Number.POSITIVE_INFINITY];
  const integrals = new Float64Array(5);
  for (let part = 1; part < ends.length; part++) {
    const [from, to] = [ends[part - 1]!, ends[part]!];
    const [p, upper] = pValueOf(within(from, to) / se, alternative);
    const w = Math.exp(weight.evaluate(p, upper, eta, gradient, hessian));
    if (w === 0) continue;
    const [c, d] = [(from - m) / sd, (to - m) / sd];
    // in the tail where both are small, so that the difference keeps its digits
    integrals[0] =
      c > 0 ? normalProbability(-c) - normalProbability(-d) : normalProbability(d) - normalProbability(c);
    integrals.fill(0, 1);
    for (const [end, sign] of [[c, 1] as const, [d, -1] as const]) {
      if (!Number.isFinite(end)) continue;
      hermite(end, he);
      const density = sign * normalDensity(end);
      for (let k = 1; k < 5; k++) integrals[k]! += density * he[k - 1]!;
    }
    for (let k = 0; k < 5; k++) out.plain[k]! += w * integrals[k]!;
    for (let a = 0; a < n; a++) {
      if (gradient[a] === 0) continue;
      for (let k = 0; k < 3; k++) out.first[k * n + a]! += w * integrals[k]!;
      out.second[a * n + a]! += w * integrals[0]!;
    }
  }
}

/** A point of an interval that may have no end. */
function within(from: number, to: number): number {
  if (from === Number.NEGATIVE_INFINITY) return to === Number.POSITIVE_INFINITY ? 0 : to - 1;
  return to === Number.POSITIVE_INFINITY ? from + 1 : (from + to) / 2;
}
