import { type Boundary, expand, recessions, restrictTo, suspicion } from "./boundary";
import { createEngine, type Engine } from "./engine";
import { rehearsalOf } from "./standard-model";
import { startingPoints } from "./starts";
import { GRADIENT_TOLERANCE, type Minimum, minimise } from "./trust-region";

/** The best point found for the scale coefficients, in engine coordinates. */
export interface Optimum {
  readonly theta: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
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
/** A search ends where the quadratic around an optimum already met explains its value to this share. */
const BASIN_MISFIT = 0.25;
const BASIN_DEPTH = 2;

/**
 * Newton from several starts; keeps the best optimum and says which others were met. Where an evaluation is dear the
 * starts are tried on a small problem like this one, and only the distinct optima found there are refined.
 */
export function search(engine: Engine, options: SearchOptions): Search {
  if (engine.objective.size === 0) {
    const best = withoutScale(engine);
    return { best, distinct: [best.value], startsTried: 1 };
  }
  const starts = startingPoints(engine.model, options.starts);
  const rehearsal = options.starts > 1 ? rehearsalOf(engine.model) : null;
  if (rehearsal === null) return searchFrom(engine, starts, options);
  const small = createEngine(rehearsal);
  const tried = climb(small, starts, options);
  small.dispose();
  // an optimum at infinity is no place to start from
  const refined = tried.filter(({ converged, boundary }) => converged && boundary === null);
  const from = refined.length > 0 ? refined.map(({ theta }) => theta) : [starts[0]!];
  return { ...searchFrom(engine, from, options), startsTried: starts.length };
}

function searchFrom(engine: Engine, starts: readonly Float64Array[], options: SearchOptions): Search {
  const optima = climb(engine, starts, options);
  const distinct = optima.filter(({ converged }) => converged).map(({ value }) => value);
  return { best: optima[0]!, distinct, startsTried: starts.length };
}

/** The distinct optima reached from the starts, best first. */
function climb(engine: Engine, starts: readonly Float64Array[], options: SearchOptions): Optimum[] {
  const optima: Optimum[] = [];
  for (const start of starts) {
    const optimum = optimise(engine, start, options.maxEvaluations, optima);
    if (optimum === null) continue;
    const known = optima.findIndex(({ value }) => Math.abs(value - optimum.value) < SAME_OPTIMUM);
    if (known < 0 || (optimum.converged && !optima[known]!.converged)) optima.push(optimum);
  }
  return optima.sort((a, b) => rank(a) - rank(b));
}

/** Whether `current` lies in the bowl of an optimum already met: its quadratic there predicts the value here. */
function inBasin(current: Minimum, { theta, value, hessian, converged, boundary }: Optimum): boolean {
  if (!converged || boundary !== null) return false;
  const q = theta.length;
  let rise = 0;
  for (let i = 0; i < q; i++) {
    const di = current.theta[i]! - theta[i]!;
    for (let j = 0; j < q; j++) rise += 0.5 * di * hessian[i * q + j]! * (current.theta[j]! - theta[j]!);
  }
  return rise < BASIN_DEPTH && Math.abs(current.value - value - rise) <= BASIN_MISFIT * rise + 1e-10;
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
  return { theta, value, gradient: theta, hessian: theta, converged, unbounded: false, iterations: 0, boundary: null };
}

/** One Newton run; null when it ended in the bowl of an optimum that is known already. */
function optimise(
  engine: Engine,
  start: Float64Array,
  maxEvaluations: number,
  known: readonly Optimum[],
): Optimum | null {
  let atBoundary: Optimum | null = null;
  let unbounded = false;
  let repeated = false;
  const run = minimise(engine.objective, start, {
    maxEvaluations,
    stop: (current) => {
      repeated = known.some((optimum) => inBasin(current, optimum));
      // the first steps overshoot now and then
      if (repeated || current.iterations < 3) return repeated;
      const suspected = suspicion(engine.model, current.theta);
      unbounded = suspected === "perfect fit";
      if (suspected !== "vanishing") return unbounded;
      atBoundary = boundaryOptimum(engine, current, maxEvaluations);
      return atBoundary !== null;
    },
  });
  if (repeated) return null;
  return atBoundary ?? { ...run, unbounded, boundary: null };
}

/**
 * The optimum on the boundary near `current`, or null when there is none: the supremum must be at least as good, and
 * raising the vanished variances must make it worse (the derivative in the variance, one-sided, at zero).
 */
function boundaryOptimum(engine: Engine, current: Minimum, maxEvaluations: number): Optimum | null {
  for (const boundary of recessions(engine.model, current.theta)) {
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
