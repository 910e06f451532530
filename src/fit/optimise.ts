import { type Boundary, expand, recessions, restrictTo, suspicion } from "./boundary";
import type { Engine } from "./engine";
import { startingPoints } from "./starts";
import { GRADIENT_TOLERANCE, type Minimum, minimise } from "./trust-region";

/** The best point found for the scale coefficients, in engine coordinates. */
export interface Optimum {
  readonly theta: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly converged: boolean;
  /** the likelihood rises without limit (a zero variance met by a perfect fit) */
  readonly unbounded: boolean;
  readonly iterations: number;
  /** the directions left free when some sigma is at zero; null inside the parameter space */
  readonly boundary: Boundary | null;
}

export interface Search {
  readonly best: Optimum;
  /** values of the distinct optima met, best first */
  readonly distinct: readonly number[];
  readonly startsTried: number;
}

export interface SearchOptions {
  readonly maxEvaluations: number;
  /** Newton runs at most; 1 takes the moment start alone */
  readonly starts: number;
}

/** Two optima closer than this in log-likelihood are taken for one. */
const SAME_OPTIMUM = 1e-6;

/** Newton from the promising starts; keeps the best optimum and says which others were met. */
export function search(engine: Engine, options: SearchOptions): Search {
  if (engine.objective.size === 0) {
    const best = withoutScale(engine);
    return { best, distinct: [best.value], startsTried: 1 };
  }
  const starts = startingPoints(engine).slice(0, options.starts);
  const optima: Optimum[] = [];
  for (const start of starts) optima.push(optimise(engine, start, options.maxEvaluations));
  optima.sort((a, b) => rank(a) - rank(b));
  const distinct: number[] = [];
  for (const { value, converged } of optima) {
    if (converged && !distinct.some((other) => Math.abs(other - value) < SAME_OPTIMUM)) distinct.push(value);
  }
  return { best: optima[0]!, distinct, startsTried: starts.length };
}

/** An unbounded likelihood beats everything: it must be reported. Then converged runs, by value. */
function rank({ unbounded, converged, value }: Optimum): number {
  if (unbounded) return Number.NEGATIVE_INFINITY;
  return converged ? value : value + 1e300;
}

/** No scale coefficients: beta is the GLS solution and there is nothing to search. */
function withoutScale(engine: Engine): Optimum {
  const theta = new Float64Array(0);
  const converged = engine.objective.evaluate(theta);
  const value = converged ? engine.objective.value : Number.NaN;
  return { theta, value, gradient: theta, converged, unbounded: false, iterations: 0, boundary: null };
}

export function optimise(engine: Engine, start: Float64Array, maxEvaluations: number): Optimum {
  let atBoundary: Optimum | null = null;
  let unbounded = false;
  const run = minimise(engine.objective, start, {
    maxEvaluations,
    stop: (current) => {
      // the first steps overshoot now and then
      if (current.iterations < 3) return false;
      const suspected = suspicion(engine, current.theta);
      unbounded = suspected === "perfect fit";
      if (suspected !== "vanishing") return unbounded;
      atBoundary = boundaryOptimum(engine, current, maxEvaluations);
      return atBoundary !== null;
    },
  });
  return atBoundary ?? { ...run, unbounded, boundary: null };
}

/**
 * The optimum on the boundary near `current`, or null when there is none: the supremum must be at least as good, and
 * raising the vanished variances must make it worse (the derivative in the variance, one-sided, at zero).
 */
function boundaryOptimum(engine: Engine, current: Minimum, maxEvaluations: number): Optimum | null {
  for (const boundary of recessions(engine, current.theta)) {
    if (!worsens(engine, boundary.nearby, boundary.direction)) continue;
    const { free, freeCount } = boundary;
    const restricted = restrictTo(engine.objective, boundary.theta, free, freeCount);
    const run = minimise(restricted, new Float64Array(freeCount), { maxEvaluations });
    if (!run.converged || run.value > current.value + 1e-9 * Math.max(1, Math.abs(current.value))) continue;
    const theta = expand(boundary.theta, free, freeCount, run.theta);
    const shift = boundary.nearby.map((near, k) => near - boundary.theta[k]!);
    const nearby = theta.map((value, k) => value + shift[k]!);
    if (!worsens(engine, nearby, boundary.direction)) continue;
    return { ...run, theta, unbounded: false, boundary, iterations: current.iterations + run.iterations };
  }
  return null;
}

/** True when the objective falls on along `direction`, that is, rises with the vanishing variances. */
function worsens(engine: Engine, nearby: Float64Array, direction: Float64Array): boolean {
  if (!engine.objective.evaluate(nearby)) return false;
  let slope = 0;
  for (let k = 0; k < direction.length; k++) slope += direction[k]! * engine.objective.gradient[k]!;
  return slope <= 0;
}

/** Largest gradient component allowed for an optimum of this value. */
export function gradientTolerance(value: number): number {
  return GRADIENT_TOLERANCE * Math.max(1, Math.abs(value));
}
