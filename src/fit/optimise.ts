import { along, expand, type FreeSpace, freeSpace, type Recession, recessions, restrictTo } from "./boundary";
import { createEngine, type Engine } from "./engine";
import { rehearsalOf, type StandardModel } from "./standard-model";
import { startingPoints } from "./starts";
import { GRADIENT_TOLERANCE, type Minimum, minimise } from "./trust-region";
import { lookout, type Suspicion } from "./vanishing";

export interface Boundary {
  readonly free: FreeSpace;
  readonly edges: readonly Recession[];
}

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
  /** what is at the edge of the parameter space, and the directions left free; null inside it */
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
  /** Newton runs at most; 1 takes the moment start alone; undefined leaves it to the size of the problem */
  readonly starts: number | undefined;
  /** a point believed to be near the optimum: the first start, counted among them */
  readonly near?: Float64Array | null;
}

/** Steps before the edge of the parameter space is looked for. */
const FIRST_EDGE_CHECK = 3;
const MOST_STARTS = 9;
/** Second maxima are a matter of few rows: above this a second start is not worth its time without a rehearsal. */
const FEW_ROWS = 2000;
const FEW_ROWS_IN_CLUSTERS = 250;

function isSmall({ rows, random, pairs }: StandardModel): boolean {
  return rows <= (random.length + pairs.length > 0 ? FEW_ROWS_IN_CLUSTERS : FEW_ROWS);
}

/** Two optima closer than this in log-likelihood are taken for one. */
const SAME_OPTIMUM = 1e-6;
/** A search ends where the quadratic around an optimum already met explains its value to this share. */
const BASIN_MISFIT = 0.5;
const BASIN_DEPTH = 4;

/**
 * Newton from several starts; keeps the best optimum and says which others were met. Where an evaluation is dear the
 * starts are tried on a small problem like this one, and only the distinct optima found there are refined.
 */
export function search(engine: Engine, options: SearchOptions): Search {
  if (engine.objective.size === 0) {
    const best = withoutScale(engine);
    return { best, distinct: [best.value], startsTried: 1 };
  }
  if (options.near) {
    const others = startingPoints(engine.model, MOST_STARTS).slice(0, (options.starts ?? 1) - 1);
    return searchFrom(engine, [options.near, ...others], options);
  }
  const most = options.starts ?? MOST_STARTS;
  const rehearsal = most > 1 ? rehearsalOf(engine.model) : null;
  const affordable = rehearsal !== null || options.starts !== undefined || isSmall(engine.model) ? most : 1;
  const starts = startingPoints(engine.model, affordable);
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
  const suspicionAt = lookout(engine.model);
  for (const start of starts) {
    const optimum = optimise(engine, start, options.maxEvaluations, optima, suspicionAt);
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
  return {
    theta,
    value,
    gradient: theta,
    hessian: theta,
    converged,
    unbounded: false,
    iterations: 0,
    boundary: null,
  };
}

/** One Newton run; null when it ended in the bowl of an optimum that is known already. */
function optimise(
  engine: Engine,
  start: Float64Array,
  maxEvaluations: number,
  known: readonly Optimum[],
  suspicionAt: (theta: Float64Array) => Suspicion,
): Optimum | null {
  let atEdge: Optimum | null = null;
  let unbounded = false;
  let repeated = false;
  const atTheEdge = (current: Minimum) => {
    const suspected = suspicionAt(current.theta);
    unbounded = suspected === "perfect fit";
    if (suspected === "vanishing") atEdge = edgeOptimum(engine, current, current.theta, [], maxEvaluations);
    return unbounded || atEdge !== null;
  };
  const run = minimise(engine.objective, start, {
    maxEvaluations,
    stop: (current) => {
      repeated = known.some((optimum) => inBasin(current, optimum));
      // the first steps overshoot now and then
      return repeated || (current.iterations >= FIRST_EDGE_CHECK && atTheEdge(current));
    },
  });
  if (repeated) return null;
  // so far down already that the objective is flat: converged before it was looked at
  if (run.converged && run.iterations < FIRST_EDGE_CHECK) atTheEdge(run);
  if (atEdge !== null) return atEdge;
  return found(run, { theta: run.theta, iterations: run.iterations, unbounded, boundary: null });
}

/** Not { ...run, ...rest }: engines make a hidden class for every such copy, and it outlives the object. */
function found(
  { value, gradient, hessian, converged }: Minimum,
  {
    theta,
    iterations,
    unbounded,
    boundary,
  }: Pick<Optimum, "theta" | "iterations" | "unbounded" | "boundary">,
): Optimum {
  return { theta, value, gradient, hessian, converged, iterations, unbounded, boundary };
}

/**
 * The optimum at the edge near `theta`, or null when there is none: the supremum must be at least as good as `current`,
 * and leaving the edge must make it worse (the one-sided derivative in the vanished variance, or the correlation).
 * `atEdge` are the recessions already followed; others may show up on the way.
 */
function edgeOptimum(
  engine: Engine,
  current: Minimum,
  theta: Float64Array,
  atEdge: readonly Recession[],
  maxEvaluations: number,
): Optimum | null {
  const { model, objective } = engine;
  for (const recession of recessions(model, theta)) {
    const before = atEdge.find(({ block }) => block.kind === recession.block.kind);
    if (before !== undefined && recession.freeCount >= before.freeCount) continue;
    if (!risesAway(engine, along(theta, recession.direction, recession.toNearby), recession)) continue;

    const edges = [...atEdge.filter((other) => other !== before), recession];
    const free = freeSpace(model, theta.length, edges);
    const base = along(theta, recession.direction, recession.toEdge);
    let deeper: Optimum | null = null;
    const run = minimise(restrictTo(objective, base, free), new Float64Array(free.count), {
      maxEvaluations,
      stop: ({ theta: phi, iterations }) => {
        if (iterations < 2) return false;
        deeper = edgeOptimum(engine, current, expand(base, free, phi), edges, maxEvaluations);
        return deeper !== null;
      },
    });
    if (deeper !== null) return deeper;
    if (!run.converged || run.value > current.value + 1e-9 * Math.max(1, Math.abs(current.value))) continue;
    const optimum = expand(base, free, run.theta);
    const stays = edges.every((edge) =>
      risesAway(engine, along(optimum, edge.direction, edge.toNearby - edge.toEdge), edge),
    );
    if (!stays) continue;
    return found(run, {
      theta: optimum,
      iterations: current.iterations + run.iterations,
      unbounded: false,
      boundary: { free, edges },
    });
  }
  return null;
}

/** True when the objective, at a point near the edge, falls towards it. */
function risesAway(engine: Engine, nearby: Float64Array, { direction }: Recession): boolean {
  if (!engine.objective.evaluate(nearby)) return false;
  let slope = 0;
  for (let k = 0; k < direction.length; k++) slope += direction[k]! * engine.objective.gradient[k]!;
  return slope <= 0;
}

/** Largest gradient component allowed for an optimum of this value. */
export function gradientTolerance(value: number): number {
  return GRADIENT_TOLERANCE * Math.max(1, Math.abs(value));
}
