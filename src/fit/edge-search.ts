import { along, expand, freeSpace, restrictTo } from "./boundary";
import type { Searchable } from "./engine";
import { type Optimum, optimumOf } from "./optimum";
import { type Recession, recessions } from "./recession";
import type { StandardModel } from "./standard-model";
import { type Minimum, minimise } from "./trust-region";

/**
 * The optimum at the edge near `theta`, or null when there is none: the supremum must be at least as good as `current`,
 * and leaving the edge must make it worse (the one-sided derivative in the vanished variance, or the correlation).
 * `atEdge` are the recessions already followed; others may show up on the way. `tried` remembers which were followed in
 * vain: a search passes by many times.
 */
export function edgeOptimum(
  engine: Searchable,
  current: Reference,
  theta: Float64Array,
  atEdge: readonly Recession[],
  maxEvaluations: number,
  tried: Set<string>,
): Optimum | null {
  for (const recession of recessions(engine.model, theta, atEdge)) {
    const before = atEdge.find(({ block }) => block.kind === recession.block.kind);
    if (before !== undefined && recession.freeCount >= before.freeCount) continue;
    const edges = [...atEdge.filter((other) => other !== before), recession];
    const key = edges.map(({ block, vanishing }) => block.kind + vanishing.join("")).join(" ");
    if (tried.has(key)) continue;
    if (!risesAway(engine, along(theta, recession.direction, recession.toNearby), recession)) continue;
    tried.add(key);
    const reached = follow(engine, current, theta, [recession], edges, maxEvaluations, tried);
    if (reached?.stays) return reached.optimum;
  }
  return null;
}

/** The point that an edge must be as good as, and the steps it took. */
type Reference = Pick<Minimum, "value" | "iterations">;

export interface Reached {
  readonly optimum: Optimum;
  /** leaving the edge makes it worse: a local supremum */
  readonly stays: boolean;
}

/**
 * Whether some row has no variance left at these edges: no known one, its sigma and its random effects' SDs all at 0. No likelihood is
 * defined there: it has no bound, which unbounded.ts finds, or falls to 0. (Of exact rows the limit is what is searched.)
 */
function leavesBare(
  { zeroV, v, weights, exactRows, random }: StandardModel,
  edges: readonly Recession[],
): boolean {
  const sigma = edges.find(({ block }) => block.kind === "sigma");
  if (!zeroV || sigma === undefined || exactRows.length > 0) return false;
  const sd = edges.find(({ block }) => block.kind === "sd");
  return v.some((variance, row) => {
    if (variance > 0 || sigma.vanishing[row] === 0 || weights?.[row] === 0) return false;
    let first = 0;
    return random.every((term) => {
      const level = term.index[row]!;
      const isGone = level < 0 || term.zOf(row) === 0 || sd?.vanishing[first + level] === 1;
      first += term.levels;
      return isGone;
    });
  });
}

/** Moves `theta` to where `moved` of `edges` are exact and optimises the rest; null where that is not as good as `current`. */
function follow(
  engine: Searchable,
  current: Reference,
  theta: Float64Array,
  moved: readonly Recession[],
  edges: readonly Recession[],
  maxEvaluations: number,
  tried: Set<string>,
  hopeless?: (at: Minimum, decrease: number) => boolean,
): Reached | null {
  if (leavesBare(engine.model, edges)) return null;
  const free = freeSpace(engine.model, theta.length, edges);
  const base = atEdges(theta, moved);
  let deeper: Optimum | null = null;
  const run = minimise(restrictTo(engine.objective, base, free), new Float64Array(free.count), {
    maxEvaluations,
    ...(hopeless && { hopeless }),
    stop: ({ theta: phi, iterations }) => {
      if (iterations < 2) return false;
      deeper = edgeOptimum(engine, current, expand(base, free, phi), edges, maxEvaluations, tried);
      return deeper !== null;
    },
  });
  if (deeper !== null) return { optimum: deeper, stays: true };
  if (!run.converged || run.value > current.value + 1e-9 * Math.max(1, Math.abs(current.value))) return null;
  const optimum = expand(base, free, run.theta);
  const stays = edges.every((edge) =>
    risesAway(engine, along(optimum, edge.direction, edge.toNearby - edge.toEdge), edge),
  );
  const { iterations } = current;
  const boundary = { free, edges };
  return {
    optimum: optimumOf(run, {
      theta: optimum,
      iterations: iterations + run.iterations,
      unbounded: false,
      boundary,
    }),
    stays,
  };
}

/** A gain in log-likelihood that makes an edge the better candidate. */
export const BETTER = 1e-7;
/** A search at an edge is given up where even so many times the decrease that its next step promises would not do. */
export const HOPE = 5;

/** follow() to what is better than `top`, given up as soon as that is out of reach; null where there is nothing. */
export function followToBetter(
  engine: Searchable,
  top: Optimum,
  theta: Float64Array,
  moved: readonly Recession[],
  edges: readonly Recession[],
  maxEvaluations: number,
  tried: Set<string>,
): Reached | null {
  const limit = top.value - BETTER;
  const hopeless = ({ value }: Minimum, decrease: number) => value - HOPE * decrease > limit;
  const reached = follow(engine, top, theta, moved, edges, maxEvaluations, tried, hopeless);
  return reached !== null && reached.optimum.value < limit ? reached : null;
}

/** True when the objective, at a point near the edge, falls towards it. */
function risesAway(engine: Searchable, nearby: Float64Array, { direction }: Recession): boolean {
  const { objective } = engine;
  // the gradient is exact either way
  const defined = objective.approximate?.(nearby) ?? objective.evaluate(nearby);
  if (!defined) return false;
  let slope = 0;
  for (let k = 0; k < direction.length; k++) slope += direction[k]! * objective.gradient[k]!;
  return slope <= 0;
}

/** A search from a point inside. */
export type Climb = (theta: Float64Array) => Optimum | null;

/** What a search from a point inside leads to, where that is better than `top`. */
export function climbed(start: Float64Array, top: Optimum, climb: Climb): Optimum | null {
  const next = climb(start);
  return next?.converged && next.value < top.value - BETTER ? next : null;
}

/** How near to an edge, at most, a search starts that leaves it (nearness()): a variance of 0.01 beside the noise, ... */
const INSIDE = Math.log(1e-2);
/** ... or another. */
const OTHERS_INSIDE = [1, 1e-4, 1e-6].map(Math.log);

/**
 * What is better than a supremum at an edge that the likelihood rises away from. Where other rows follow close on those at the
 * edge the rise is soon over: the search starts from the best of several distances, and from there it only goes up.
 */
export function leave(
  { objective }: Searchable,
  { optimum }: Reached,
  edges: readonly Recession[],
  top: Optimum,
  climb: Climb,
): Optimum | null {
  const starts = [INSIDE, ...OTHERS_INSIDE].map((measure) => {
    const theta = inwards(optimum.theta, edges, measure);
    return { theta, value: objective.valueAt(theta) };
  });
  const [usual] = starts;
  const nearest = starts.reduce((a, b) => (b.value < a.value ? b : a));
  return climbed(nearest.theta, top, climb) ?? (nearest === usual ? null : climbed(usual!.theta, top, climb));
}

/** A point near an optimum at an edge at which derivatives still tell where the edge is; an optimum inside is its own. */
export function insideOf({ theta, boundary }: Optimum): Float64Array {
  return boundary === null ? theta : inwards(theta, boundary.edges);
}

/** From the edges to where they can clearly be seen. */
export function inwards(
  theta: Float64Array,
  edges: readonly Recession[],
  measure: number = INSIDE,
): Float64Array {
  let at = theta;
  for (const { direction, toMeasure, toEdge } of edges) {
    at = along(at, direction, toMeasure(measure) - toEdge);
  }
  return at;
}

/** theta with these recessions followed to their ends. */
function atEdges(theta: Float64Array, edges: readonly Recession[]): Float64Array {
  let at = theta;
  for (const { direction, toEdge } of edges) at = along(at, direction, toEdge);
  return at;
}
