// A plain quasi-Newton ascent (BFGS, with a backtracking line search) of a function with its gradient.

export interface Climbed {
  readonly theta: Float64Array;
  readonly value: number;
  /** largest component of the gradient */
  readonly slope: number;
  readonly evaluations: number;
}

/** Value at theta; fills `gradient`. -Infinity where there is none. */
export type Ascent = (theta: Float64Array, gradient: Float64Array) => number;

const LONGEST_STEP = 5;
const ENOUGH = 1e-4;
const FLAT = 1e-7;

export function climb(f: Ascent, start: Float64Array, mostEvaluations: number): Climbed {
  const q = start.length;
  let theta = Float64Array.from(start);
  let gradient = new Float64Array(q);
  let value = f(theta, gradient);
  let evaluations = 1;
  const H = new Float64Array(q * q);
  const reset = (): void => {
    H.fill(0);
    for (let i = 0; i < q; i++) H[i * q + i] = 1;
  };
  reset();
  let fresh = true;
  const step = new Float64Array(q);
  const next = new Float64Array(q);
  const nextGradient = new Float64Array(q);
  while (Number.isFinite(value) && largest(gradient) > FLAT && evaluations < mostEvaluations) {
    let rise = 0;
    let length = 0;
    for (let i = 0; i < q; i++) {
      step[i] = 0;
      for (let j = 0; j < q; j++) step[i] += H[i * q + j] * gradient[j];
      rise += step[i] * gradient[i];
      length += step[i] ** 2;
    }
    if (!(rise > 0)) {
      if (fresh) break;
      reset();
      fresh = true;
      continue;
    }
    length = Math.sqrt(length);
    // the first step knows no scale: one unit of the linear predictor at most
    let t = Math.min(1, (fresh ? 1 : LONGEST_STEP) / length);
    let reached = Number.NEGATIVE_INFINITY;
    while (evaluations < mostEvaluations) {
      for (let i = 0; i < q; i++) next[i] = theta[i] + t * step[i];
      reached = f(next, nextGradient);
      evaluations++;
      if (reached >= value + ENOUGH * t * rise) break;
      t *= Number.isFinite(reached)
        ? Math.max(0.1, Math.min(0.5, (0.5 * t * rise) / (t * rise - (reached - value))))
        : 0.1;
      if (t * length < 1e-12) break;
    }
    if (!(reached >= value + ENOUGH * t * rise)) {
      if (fresh) break;
      reset();
      fresh = true;
      continue;
    }
    const gain = reached - value;
    update(H, q, step, t, gradient, nextGradient, fresh);
    const wasFresh = fresh;
    fresh = false;
    theta = Float64Array.from(next);
    gradient = Float64Array.from(nextGradient);
    value = reached;
    if (gain > 1e-11 * Math.max(1, Math.abs(value))) continue;
    if (wasFresh) break;
    reset();
    fresh = true;
  }
  return { theta, value, slope: largest(gradient), evaluations };
}

/** BFGS update of the inverse Hessian of -f; left out where the curvature is not that of a maximum. */
function update(
  H: Float64Array,
  q: number,
  step: Float64Array,
  t: number,
  before: Float64Array,
  after: Float64Array,
  first: boolean,
): void {
  let sy = 0;
  let yy = 0;
  const y = before.map((value, i) => value - after[i]);
  for (let i = 0; i < q; i++) {
    sy += t * step[i] * y[i];
    yy += y[i] ** 2;
  }
  if (!(sy > 1e-12 * yy)) return;
  if (first) for (let i = 0; i < q; i++) H[i * q + i] = sy / yy;
  const Hy = new Float64Array(q);
  let yHy = 0;
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < q; j++) Hy[i] += H[i * q + j] * y[j];
    yHy += y[i] * Hy[i];
  }
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < q; j++) {
      const si = t * step[i];
      const sj = t * step[j];
      H[i * q + j] += ((1 + yHy / sy) * si * sj - Hy[i] * sj - si * Hy[j]) / sy;
    }
  }
}

function largest(gradient: Float64Array): number {
  let most = 0;
  for (const value of gradient) most = Math.max(most, Math.abs(value));
  return most;
}
