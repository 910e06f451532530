import { atMoments } from "./at-moments";
import { bestCut } from "./cut-walk";
import { edgeOptimum } from "./edge-search";
import { lookAtEdges, onlyEdgeValue, sweepEdges } from "./edge-sweep";
import { allEdges, type Edge, edgesOfAll, plainEdges } from "./edges";
import { type Searchable, withEngine } from "./engine";
import { exchanged } from "./exchange";
import { type Optimum, optimumOf } from "./optimum";
import { rehearsalOf, type StandardModel } from "./standard-model";
import {
  constantSigmaGrid,
  scatteredStartingPoints,
  startingPoints,
  steepStartingPoints,
  wideStart,
} from "./starts";
import { blockOf } from "./theta-blocks";
import { type Minimum, minimise } from "./trust-region";
import { farUp, risesAtEdge } from "./unbounded";
import { lookout, type Suspicion } from "./vanishing";
import { withoutIdle } from "./without-idle";

export interface Search {
  readonly best: Optimum;
  /** the best maximum that was reached: not `best` where a run got higher and did not arrive */
  readonly settled: Optimum;
  /** values of the distinct optima met, best first */
  readonly distinct: readonly number[];
  readonly startsTried: number;
  /** what an optimum that was passed over as a spike gains in log-likelihood over the best; null without one */
  readonly spike: number | null;
  /** the likelihood has no bound elsewhere, at an edge far below the best optimum */
  readonly rises: boolean;
}

/** Evaluations of the likelihood per Newton run, where nobody asks for another number. */
export const MAX_EVALUATIONS = 200;

export interface SearchOptions {
  readonly maxEvaluations: number;
  /** Newton runs at most; 1 takes the moment start alone; undefined leaves it to the size of the problem */
  readonly starts: number | undefined;
  /** whether all edges are looked at, as by default where `starts` is left open; otherwise those of whole formulas */
  readonly thorough?: boolean;
  /** a point believed to be near the optimum: the first start, counted among them */
  readonly near?: Float64Array | null;
}

/** Times the evaluations of a run that one gets that is ahead and has not arrived. */
const FURTHER = 3;
/** Steps before the edge of the parameter space is looked for. */
const FIRST_EDGE_CHECK = 3;
/** The same of a start that is believed to be near a maximum beside an edge: it is left time to get there. */
const PATIENT_EDGE_CHECK = 10;
const MOST_STARTS = 9;
/** Times that the edges are looked at again from an optimum found by leaving one. */
const MOST_ROUNDS = 3;
/** Second maxima are a matter of few rows: above this a second start is not worth its time without a rehearsal. */
const FEW_ROWS = 2000;
const FEW_ROWS_IN_CLUSTERS = 250;
/** Moderators of the scale up to which suprema at their edges are looked for: more of them beside few rows. */
const MOST_SLOPES = 8;
const MOST_SLOPES_OF_FEW = 12;
const FEW = 100;

function isSmall({ rows, random, pairs }: StandardModel): boolean {
  return rows <= (random.length + pairs.length > 0 ? FEW_ROWS_IN_CLUSTERS : FEW_ROWS);
}

/** Data in which suprema at the edges of moderators are looked for: few rows, and few moderators of the scale. */
function hasFewUnknowns({ rows, parts }: StandardModel): boolean {
  const slopes = parts.reduce((sum, { columns }) => sum + columns - 1, 0);
  return (
    slopes > 0 && slopes <= (rows <= FEW ? MOST_SLOPES_OF_FEW : MOST_SLOPES) && rows <= FEW_ROWS_IN_CLUSTERS
  );
}

/** Two optima closer than this in log-likelihood are taken for one. */
export const SAME_OPTIMUM = 1e-6;
/** A hump may rise by so much between two points of a grid. */
const SAME_HUMP = 0.5;
/** Rows up to which searches also start from so many points all around. */
const TINY = 30;
const SCATTERED = 16;
/** Without a known variance nothing keeps SDs from 0, and there are more. */
const SCATTERED_WITHOUT_V = 64;
/** A search ends where the quadratic around an optimum already met explains its value to this share. */
const BASIN_MISFIT = 0.5;
const BASIN_DEPTH = 4;

/**
 * Newton from several starts; keeps the best optimum and says which others were met. Where an evaluation is dear the
 * starts are tried on a small problem like this one, and only the distinct optima found there are refined.
 */
export function search({ model, objective }: Searchable, options: SearchOptions): Search {
  if (model.moments !== null) {
    const best = atMoments({ model, objective }, model.moments);
    return { best, settled: best, distinct: [best.value], startsTried: 1, spike: null, rises: false };
  }
  const engine = { model: withoutIdle(model), objective };
  if (objective.size === 0) {
    const best = withoutScale(engine);
    return { best, settled: best, distinct: [best.value], startsTried: 1, spike: null, rises: false };
  }
  if (options.near) {
    const { starts = 1 } = options;
    const others = starts > 1 ? startingPoints(engine.model, starts - 1) : [];
    return searchFrom(engine, [options.near, ...others], options);
  }
  const most = options.starts ?? MOST_STARTS;
  const rehearsal = most > 1 ? rehearsalOf(engine.model) : null;
  const affordable = rehearsal !== null || options.starts !== undefined || isSmall(engine.model) ? most : 1;
  const starts = startingPoints(engine.model, affordable);
  if (rehearsal === null) return searchFrom(engine, starts, options);
  const tried = withEngine(rehearsal, (small) => climb(small, starts, options));
  // an optimum at infinity is no place to start from
  const refined = tried.filter(({ converged, boundary }) => converged && boundary === null);
  const from = refined.length > 0 ? refined.map(({ theta }) => theta) : [starts[0]!];
  return { ...searchFrom(engine, from, options), startsTried: starts.length };
}

function searchFrom(engine: Searchable, starts: readonly Float64Array[], options: SearchOptions): Search {
  const { model } = engine;
  const { thorough = options.starts === undefined } = options;
  const { edges: plain, cellsOnly } = thorough
    ? plainEdges(model)
    : { edges: edgesOfAll(model), cellsOnly: true };
  const few = thorough && hasFewUnknowns(model);
  const everywhere = few && !cellsOnly;
  const known = onlyEdgeValue(engine, starts[0]!, plain);
  let optima = climb(engine, starts, options);
  climbHumps(engine, optima, options);
  // without a known variance cells, too, can have maxima far apart
  const steeply = everywhere || (few && !(model.largestV > 0));
  const met = steeply ? climbSteeply(engine, optima, options) : [];
  const all = everywhere ? allEdges(model) : null;
  const cheap = !thorough || !isSmall(model);
  const hasCuts = few && blockOf(model, "rho").basis.columns > 1;
  // SDs can reach an edge beside a cut that they do not elsewhere, and the other way round
  for (let round = 0; round < MOST_ROUNDS; round++) {
    improveAtEdges(engine, optima, starts[0]!, { plain, all, cheap, known }, options);
    const before = optima[0]!;
    if (steeply) exchange(engine, optima, met, options);
    if (hasCuts) walkCuts(engine, optima, round === 0 ? met : [], options);
    if (optima[0] === before) break;
  }
  const { value } = optima[0]!;
  const others = optima.filter((optimum) => !isSpike(model, optimum));
  if (others[0]?.converged) optima = others;
  let best = optima[0]!;
  const rises = !best.unbounded && risesAtEdge(model, plain);
  const settled = best;
  if (!rises) best = aheadOf(engine, optima, best, options);
  // no maximum was met beside the rise: every search went up it
  if (rises && !best.converged) best = { ...best, unbounded: true };
  const distinct = optima.filter(({ converged }) => converged).map((optimum) => optimum.value);
  return {
    best,
    settled,
    distinct,
    startsTried: starts.length,
    spike: best.value > value ? best.value - value : null,
    rises: rises && best.converged,
  };
}

/**
 * Correlations of +1 in some studies and -1 in others, where most studies have one outcome only: a spike that a handful of
 * studies make, beside which a maximum inside, from all of them, is the answer. It is told of.
 */
function isSpike({ rows, pairs }: StandardModel, { boundary }: Optimum): boolean {
  const studies = rows - pairs.length / 2;
  const cut = boundary?.edges.find(({ block }) => block.kind === "rho");
  return cut !== undefined && cut.block.basis.columns > 1 && pairs.length / 2 < studies / 2;
}

/** The distinct optima reached from the starts, best first. */
function climb(engine: Searchable, starts: readonly Float64Array[], options: SearchOptions): Optimum[] {
  const optima: Optimum[] = [];
  climbOn(engine, optima, starts, options);
  return optima;
}

function climbOn(
  engine: Searchable,
  optima: Optimum[],
  starts: readonly Float64Array[],
  { maxEvaluations }: SearchOptions,
): void {
  const suspicionAt = lookout(engine.model);
  for (const start of starts) {
    const optimum = optimise(engine, start, maxEvaluations, optima, suspicionAt);
    if (optimum === null) continue;
    const known = optima.findIndex(({ value }) => Math.abs(value - optimum.value) < SAME_OPTIMUM);
    if (known < 0 || (optimum.converged && !optima[known]!.converged)) optima.push(optimum);
  }
  optima.sort((a, b) => rank(a) - rank(b));
}

/** Climbs the humps of a constant sigma's likelihood that a grid shows and no start has led to. */
function climbHumps(engine: Searchable, optima: Optimum[], options: SearchOptions): void {
  if (engine.model.rows > FEW_ROWS) return;
  const grid = constantSigmaGrid(engine.model);
  const values = grid.map((theta) => engine.objective.valueAt(theta));
  const tops = grid.filter((_, j) => {
    const value = values[j]!;
    const isTop = !(values[j - 1]! <= value) && !(values[j + 1]! < value);
    return isTop && value < optima[0]!.value + SAME_HUMP;
  });
  if (tops.length > 0) climbOn(engine, optima, tops, options);
}

/** Adds the best optimum from starts that leave the scale to a few rows, where it is better than all met; returns all. */
function climbSteeply(engine: Searchable, optima: Optimum[], options: SearchOptions): Optimum[] {
  const met = optima.slice();
  climbOn(engine, met, steepStartingPoints(engine.model), options);
  if (engine.model.rows <= TINY) {
    climbOn(
      engine,
      met,
      scatteredStartingPoints(engine.model, engine.model.largestV > 0 ? SCATTERED : SCATTERED_WITHOUT_V),
      options,
    );
  }
  if (rank(met[0]!) < rank(optima[0]!)) putFirst(optima, met[0]!);
  return met;
}

/** Adds what exchanging one formula's coefficients of the best for others leads to, where it is better. */
function exchange(
  engine: Searchable,
  optima: Optimum[],
  met: readonly Optimum[],
  { maxEvaluations }: SearchOptions,
): void {
  if (optima[0]!.unbounded) return;
  const suspicionAt = lookout(engine.model);
  const better = exchanged(engine, optima[0]!, met, (theta) =>
    optimise(engine, theta, maxEvaluations, optima, suspicionAt, PATIENT_EDGE_CHECK),
  );
  if (better !== null) putFirst(optima, better);
}

/** Adds what walks over the cuts between correlations of +1 and -1 lead to, from the best of all met, where it is better. */
function walkCuts(
  engine: Searchable,
  optima: Optimum[],
  met: readonly Optimum[],
  { maxEvaluations }: SearchOptions,
): void {
  const isNew = ({ value }: Optimum) =>
    optima.every((optimum) => Math.abs(optimum.value - value) >= SAME_OPTIMUM);
  const origins = [...optima, ...met.filter(isNew)].sort((a, b) => rank(a) - rank(b));
  const suspicionAt = lookout(engine.model);
  const best = bestCut(engine, origins, maxEvaluations, (theta) =>
    optimise(engine, theta, maxEvaluations, [], suspicionAt),
  );
  if (best !== optima[0]) putFirst(optima, best);
}

/**
 * A run that got higher than the best maximum and did not arrive goes on. Where it does not arrive then, there is something
 * higher than that maximum, and the fit has not converged.
 */
function aheadOf(
  engine: Searchable,
  optima: readonly Optimum[],
  best: Optimum,
  { maxEvaluations }: SearchOptions,
): Optimum {
  const isAhead = (one: Optimum | null, than: Optimum) =>
    one !== null && one.value < than.value - SAME_OPTIMUM;
  if (best.unbounded) return best;
  const runs = optima.filter((run) => !run.converged && !run.unbounded && isAhead(run, best));
  if (runs.length === 0) return best;
  const ahead = runs.reduce((a, b) => (b.value < a.value ? b : a));
  const further = optimise(engine, ahead.theta, FURTHER * maxEvaluations, [], lookout(engine.model));
  return isAhead(further, best) ? further! : ahead;
}

/** In front of all, in place of those that it only makes more exact. */
function putFirst(optima: Optimum[], best: Optimum): void {
  const others = optima.filter(({ value }) => Math.abs(value - best.value) >= SAME_OPTIMUM);
  optima.splice(0, optima.length);
  optima.push(best);
  for (const other of others) optima.push(other);
}

/** Which edges are looked at, and whether values alone decide which are followed. */
interface Effort {
  readonly plain: readonly Edge[];
  /** beside these, where all are; null elsewhere */
  readonly all: readonly Edge[] | null;
  readonly cheap: boolean;
  readonly known: number | null;
}

/** Adds what is better at an edge than all optima met, or inside it from there. */
function improveAtEdges(
  engine: Searchable,
  optima: Optimum[],
  start: Float64Array,
  { plain, all, cheap, known }: Effort,
  { maxEvaluations }: SearchOptions,
): void {
  const climbFrom = (theta: Float64Array) =>
    optimise(engine, theta, maxEvaluations, [], lookout(engine.model));
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const best = optima[0]!;
    if (best.unbounded) return;
    const within = optima.find(({ converged, boundary }) => converged && boundary === null)?.theta;
    const from = within ?? start;
    const better = lookAtEdges(engine, best, from, plain, cheap, known, maxEvaluations, climbFrom);
    for (const optimum of better) putFirst(optima, optimum);
    if (all !== null) {
      const starts = [start, ...(within === undefined ? [] : [within]), wideStart(engine.model)];
      const swept = sweepEdges(engine, optima[0]!, starts, all, maxEvaluations, climbFrom);
      for (const optimum of swept) putFirst(optima, optimum);
    }
    const { boundary } = optima[0]!;
    // those that were found at one of few edges have nothing new at the others
    if (optima[0] === best || (all === null && boundary !== null)) return;
  }
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

/**
 * By value, runs that did not converge last. An unbounded likelihood is reported where the rise was followed beyond all
 * optima: below them it is a spike far from where the data are.
 */
function rank({ unbounded, converged, value }: Optimum): number {
  return converged || unbounded ? value : value + 1e300;
}

/** No scale coefficients: beta is the GLS solution and there is nothing to search. */
function withoutScale(engine: Searchable): Optimum {
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
  engine: Searchable,
  start: Float64Array,
  maxEvaluations: number,
  known: readonly Optimum[],
  suspicionAt: (theta: Float64Array) => Suspicion,
  patience = FIRST_EDGE_CHECK,
): Optimum | null {
  let atEdge: Optimum | null = null;
  let rising: Float64Array | null = null;
  let repeated = false;
  const tried = new Set<string>();
  const atTheEdge = (current: Minimum) => {
    const suspected = suspicionAt(current.theta);
    if (suspected === "none") return false;
    if (suspected === "perfect fit") rising = farUp(engine, current.theta);
    if (rising === null) atEdge = edgeOptimum(engine, current, current.theta, [], maxEvaluations, tried);
    return rising !== null || atEdge !== null;
  };
  const run = minimise(engine.objective, start, {
    maxEvaluations,
    stop: (current) => {
      repeated = known.some((optimum) => inBasin(current, optimum));
      // the first steps overshoot now and then
      return repeated || (current.iterations >= patience && atTheEdge(current));
    },
  });
  if (repeated) return null;
  // so far down already that the objective is flat: converged before it was looked at
  if (run.converged && run.iterations < patience) atTheEdge(run);
  if (atEdge !== null) return atEdge;
  const { iterations } = run;
  if (rising !== null && engine.objective.evaluate(rising)) {
    const { value, gradient, hessian } = engine.objective;
    const end = { ...run, value, gradient: gradient.slice(), hessian: hessian.slice(), converged: false };
    return optimumOf(end, { theta: rising, iterations, unbounded: true, boundary: null });
  }
  return optimumOf(run, { theta: run.theta, iterations, unbounded: false, boundary: null });
}
