import { scratch } from "../data/doubles";
import { choleskyFactor } from "../linalg/cholesky";
import { symmetricEigen } from "../linalg/eigen";
import { choleskySolve } from "../linalg/solve";
import { norm } from "../linalg/vector";

/** A function with exact first and second derivatives. Returns false where it is not defined (a step too far). */
export interface Objective {
  readonly size: number;
  evaluate(theta: Float64Array): boolean;
  /** evaluate() with a Hessian that is nearly right, where the exact one takes several times as long */
  approximate?(theta: Float64Array): boolean;
  /** the value alone, NaN where it is not defined; what `evaluate` left is gone */
  valueAt(theta: Float64Array): number;
  readonly value: number;
  /** the arrays of the last evaluation; overwritten by the next one */
  readonly gradient: Float64Array;
  /** row-major */
  readonly hessian: Float64Array;
}

export interface Minimum {
  theta: Float64Array;
  value: number;
  gradient: Float64Array;
  hessian: Float64Array;
  converged: boolean;
  iterations: number;
  evaluations: number;
  /** true when `stop` ended the search */
  stopped: boolean;
}

export interface TrustRegionOptions {
  readonly maxEvaluations: number;
  /** Asked after every accepted step; true ends the search there. */
  readonly stop?: (current: Minimum) => boolean;
  /** Asked before every step, with the decrease that it promises; true ends the search there. */
  readonly hopeless?: (current: Minimum, decrease: number) => boolean;
}

/** Largest gradient component at convergence, relative to max(1, |value|). */
const GRADIENT_TOLERANCE = 1e-8;
/**
 * Predicted decrease at convergence, relative to max(1, |value|). Half the squared distance to the optimum in standard
 * errors: 1e-18 leaves an estimate within 2e-9 standard errors.
 */
const DECREASE_TOLERANCE = 1e-18;
/** Below this the value's rounding error, not the model, decides whether it went down; then the gradient does. */
const ROUNDING = 1e-12;
/** Longest step, in units in which one multiplies SDs by e: a step of 6 overshoots, and takes several back. */
const MAX_RADIUS = 3;

/**
 * Near a minimum a step promises less than this, and with a Hessian that is nearly right at most this share of what the one before it
 * did. Otherwise, and after so many evaluations, the exact one is worth its time.
 */
const NEAR = 1e-3;
const LITTLE = 0.01;
/** A step that promises less than this is short enough for what it tells of an approximate Hessian to hold at the next. */
const LOCAL = 1;
const MOST_APPROXIMATE = 15;

/** Largest gradient component allowed for an optimum of this value. */
export function gradientTolerance(value: number): number {
  return GRADIENT_TOLERANCE * Math.max(1, Math.abs(value));
}

/**
 * Trust-region Newton (Nocedal & Wright, Numerical Optimization, 2nd ed., algorithm 4.1, subproblem 4.5-4.6).
 * Steps are evaluated with their Hessian at once: nearly all are accepted, so a separate value would be work for nothing.
 *
 * An objective with approximate() is searched with that first. From where this has converged, or gains too little by each step, the
 * search goes on with the exact Hessian, so that its end is as exact as any; where that is not positive definite there, as where an
 * SD ran to 0 past a maximum, it starts again without.
 */
export function minimise(objective: Objective, start: Float64Array, options: TrustRegionOptions): Minimum {
  const n = objective.size;
  const theta = scratch(n);
  theta.set(start);
  const current: Minimum = {
    theta,
    value: Number.POSITIVE_INFINITY,
    gradient: scratch(n).fill(Number.NaN),
    hessian: scratch(n * n).fill(Number.NaN),
    converged: false,
    iterations: 0,
    evaluations: 1,
    stopped: false,
  };
  let isExact = objective.approximate === undefined;
  const evaluate = (at: Float64Array) => (isExact ? objective.evaluate(at) : objective.approximate!(at));
  if (!evaluate(current.theta)) return current;
  take(current, objective);

  const work: Work = { factor: scratch(n * n), step: scratch(n), candidate: scratch(n) };
  let radius = MAX_RADIUS;
  let promised = Number.POSITIVE_INFINITY;
  const correction = new Secant(n);
  const becomeExact = () => {
    isExact = true;
    radius = MAX_RADIUS;
    current.evaluations++;
    if (objective.evaluate(current.theta)) take(current, objective);
    if (choleskyFactor(current.hessian, n, work.factor) !== null) return;
    current.theta.set(start);
    current.iterations = 0;
    current.evaluations++;
    if (objective.evaluate(current.theta)) take(current, objective);
  };
  while (!current.converged && current.evaluations < options.maxEvaluations) {
    const { step, decrease, inside } = trustRegionStep(current.gradient, current.hessian, n, radius, work);
    const scale = Math.max(1, Math.abs(current.value));
    const arrived =
      decrease <= DECREASE_TOLERANCE * scale && maxAbs(current.gradient) <= GRADIENT_TOLERANCE * scale;
    const isSlow =
      current.evaluations > MOST_APPROXIMATE || (decrease < NEAR && decrease > LITTLE * promised);
    if (!isExact && (arrived || isSlow)) {
      becomeExact();
      continue;
    }
    if (arrived) {
      current.converged = true;
      break;
    }
    promised = decrease;
    if (options.hopeless?.(current, decrease)) break;
    const { candidate } = work;
    for (let i = 0; i < n; i++) candidate[i] = current.theta[i]! + step[i]!;
    const defined = evaluate(candidate);
    current.evaluations++;

    const gain = current.value - objective.value;
    const atRounding = decrease <= ROUNDING * scale;
    const better = atRounding
      ? gain >= -ROUNDING * scale && maxAbs(objective.gradient) < maxAbs(current.gradient)
      : gain > 1e-4 * decrease;
    if (!defined || !better) {
      if (!isExact && decrease < NEAR) {
        becomeExact();
        continue;
      }
      if (defined && atRounding && maxAbs(current.gradient) <= GRADIENT_TOLERANCE * scale) {
        current.converged = true; // as far as double precision goes
        break;
      }
      radius = 0.25 * Math.min(radius, norm(step));
      if (radius < 1e-12) break;
      continue;
    }
    const ratio = gain / decrease;
    if (!atRounding && ratio < 0.25) radius *= 0.25;
    else if (!inside && ratio > 0.75) radius = Math.min(2 * radius, MAX_RADIUS);
    for (let i = 0; i < n; i++) current.theta[i] = candidate[i]!;
    current.iterations++;
    if (!isExact && decrease < LOCAL && !atRounding) correction.learn(step, current.gradient, objective);
    take(current, objective);
    if (!isExact) correction.addTo(current.hessian);
    if (options.stop?.(current)) {
      current.stopped = true;
      break;
    }
  }
  // out of evaluations: what is reported of the point is exact all the same
  if (!isExact && !current.stopped && objective.evaluate(current.theta)) take(current, objective);
  return current;
}

/** A correction by a step whose change of the gradient it already has, to this share, is not made: it would be of rounding. */
const EXPLAINED = 1e-8;

/**
 * What an approximate Hessian lacks, from how the gradient changed over the steps: the symmetric update of rank one (Nocedal &
 * Wright, equation 6.24). Kept from step to step, since near an optimum what is lacking is nearly constant there.
 */
class Secant {
  private readonly lacking: Float64Array;
  private readonly rest: Float64Array;

  constructor(private readonly n: number) {
    this.lacking = scratch(n * n);
    this.rest = scratch(n);
  }

  /** `before`: the gradient where the step began; where it ended is what the objective has. */
  learn(step: Float64Array, before: Float64Array, { gradient, hessian }: Objective): void {
    const { n, lacking, rest } = this;
    let along = 0;
    for (let i = 0; i < n; i++) {
      rest[i] = gradient[i]! - before[i]!;
      for (let j = 0; j < n; j++) rest[i]! -= (hessian[i * n + j]! + lacking[i * n + j]!) * step[j]!;
      along += rest[i]! * step[i]!;
    }
    if (Math.abs(along) <= EXPLAINED * norm(step) * norm(rest)) return;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) lacking[i * n + j]! += (rest[i]! * rest[j]!) / along;
  }

  addTo(hessian: Float64Array): void {
    for (let k = 0; k < hessian.length; k++) hessian[k]! += this.lacking[k]!;
  }
}

function take(current: Minimum, objective: Objective): void {
  const { gradient, hessian } = objective;
  current.value = objective.value;
  for (let i = 0; i < gradient.length; i++) current.gradient[i] = gradient[i]!;
  for (let i = 0; i < hessian.length; i++) current.hessian[i] = hessian[i]!;
}

/** Vectors and a matrix that every step is worked out in. */
interface Work {
  readonly factor: Float64Array;
  readonly step: Float64Array;
  readonly candidate: Float64Array;
}

interface Step {
  readonly step: Float64Array;
  /** of the quadratic model */
  readonly decrease: number;
  /** the unconstrained Newton step was short enough */
  readonly inside: boolean;
}

/** Minimises g's + s'Hs/2 within |s| <= radius. */
function trustRegionStep(g: Float64Array, H: Float64Array, n: number, radius: number, work: Work): Step {
  const L = choleskyFactor(H, n, work.factor);
  if (L === null) return indefiniteStep(g, H, n, radius, work.step.fill(0));
  const step = choleskySolve(L, n, g, work.step);
  const inside = norm(step) <= radius;
  if (!inside && !shorten(step, g, H, n, radius)) return indefiniteStep(g, H, n, radius, step.fill(0));
  let decrease = 0;
  for (let i = 0; i < n; i++) {
    step[i] = -step[i]!;
    decrease -= g[i]! * step[i]!;
  }
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) decrease -= 0.5 * step[i]! * H[i * n + j]! * step[j]!;
  return { step, decrease, inside };
}

/**
 * H positive definite, Newton step too long: the shift at which |(H + shift)^-1 g| = radius, by Newton's method on the
 * inverse length, which climbs to it from 0 (Nocedal & Wright, algorithm 4.3). A length within a tenth will do. False where H is
 * so nearly singular that a shift is lost in rounding.
 */
function shorten(step: Float64Array, g: Float64Array, H: Float64Array, n: number, radius: number): boolean {
  const shifted = scratch(H.length);
  shifted.set(H);
  let shift = 0;
  for (let iteration = 0; iteration < 20; iteration++) {
    const length = norm(step);
    if (length <= 1.1 * radius) break;
    for (let i = 0; i < n; i++) shifted[i * n + i] = H[i * n + i]! + shift;
    const L = choleskyFactor(shifted, n);
    if (L === null) return false;
    let half = 0; // |L^-1 step|^2 = step' (H + shift)^-1 step
    const solved = choleskySolve(L, n, step);
    for (let i = 0; i < n; i++) half += step[i]! * solved[i]!;
    shift += ((length * length) / half) * (length / radius - 1);
    for (let i = 0; i < n; i++) shifted[i * n + i] = H[i * n + i]! + shift;
    const next = choleskyFactor(shifted, n);
    if (next === null) return false;
    step.set(choleskySolve(next, n, g));
  }
  return true;
}

/** H with a negative eigenvalue: exact, by eigenvalues. */
function indefiniteStep(
  g: Float64Array,
  H: Float64Array,
  n: number,
  radius: number,
  step: Float64Array,
): Step {
  const { values, vectors } = symmetricEigen(H, n);
  const along = scratch(n);
  for (let k = 0; k < n; k++) for (let i = 0; i < n; i++) along[k]! += vectors[i * n + k]! * g[i]!;
  const shift = secularShift(values, along, radius);
  let decrease = 0;
  let length = 0;
  for (let k = 0; k < n; k++) {
    const denominator = values[k]! + shift;
    const sk = denominator > 0 ? -along[k]! / denominator : 0;
    decrease -= along[k]! * sk + 0.5 * values[k]! * sk * sk;
    length += sk * sk;
    for (let i = 0; i < n; i++) step[i]! += vectors[i * n + k]! * sk;
  }
  // the hard case: g has no part along the lowest, negative curvature; go to the edge in that direction
  const rest = radius * radius - length;
  if (values[0]! < 0 && rest > 1e-12 * radius * radius) {
    const extra = Math.sqrt(rest);
    decrease -= 0.5 * values[0]! * rest;
    for (let i = 0; i < n; i++) step[i]! += vectors[i * n]! * extra;
  }
  return { step, decrease, inside: false };
}

/** The shift s >= max(0, -lowest eigenvalue) at which the step |(H + s)^-1 g| has length `radius`. */
function secularShift(values: Float64Array, along: Float64Array, radius: number): number {
  const length = (shift: number) => {
    let sum = 0;
    for (let k = 0; k < values.length; k++) {
      if (along[k] !== 0) sum += (along[k]! / (values[k]! + shift)) ** 2;
    }
    return Math.sqrt(sum);
  };
  const lowest = values[0]!;
  const spread = Math.max(Math.abs(lowest), Math.abs(values[values.length - 1]!), 1e-300);
  let low = Math.max(0, -lowest);
  if (length(low + 1e-14 * spread) <= radius) return low + 1e-14 * spread;
  let high = low + norm(along) / radius;
  for (let i = 0; i < 100 && high - low > 1e-3 * high; i++) {
    const middle = 0.5 * (low + high);
    if (length(middle) > radius) low = middle;
    else high = middle;
  }
  return high;
}

export function maxAbs(x: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < x.length; i++) {
    const size = Math.abs(x[i]!);
    if (!(size <= largest)) largest = size;
  }
  return largest;
}
