import { choleskyFactor } from "../linalg/cholesky";
import { choleskySolve } from "../linalg/solve";
import { isTwoSided } from "../model/terms/parameters";
import { BETTER, type Climb, followToBetter, HOPE, inwards, leave } from "./edge-search";
import type { Edge } from "./edges";
import type { Searchable } from "./engine";
import type { Optimum } from "./optimum";
import { beyond, recessionsTo } from "./recession";
import type { Part } from "./theta-blocks";
import type { Objective } from "./trust-region";

/** Log-likelihood by which an edge is too far below, other parameters as they are, to be worth a gradient. */
const FAR_BELOW = 10;
/** The same of an edge, alone, that cannot be near beside another: taking more variance away costs more. */
const OUT_OF_REACH = 100;
/** The same of one cell among more rows than this, in which others hardly gain by it. */
const CLOSE_BELOW = 1.5;
const FEW_ROWS = 30;
/** Beside the largest curvature: directions to an edge have none. */
const RIDGE = 1e-8;
/** Edges of one formula, and combinations of several formulas' edges, that are followed. */
const MOST_ALIKE = 16;
const MOST_COMBINATIONS = 64;
/**
 * Looks at some of the plain edges (edges.ts) whether or not a search has come near them. `from` is a point inside, from
 * which the parameters that stay free start. An edge that cannot be better costs a value, or a gradient where it is
 * close. With `cheap` that is decided by values where a variance could make
 * up for another, too, as it cannot where rows are many. Returns suprema at edges, or what leaving one leads to, each better than
 * all before.
 *
 * @param known of onlyEdgeValue()
 */
export function lookAtEdges(
  engine: Searchable,
  best: Optimum,
  from: Float64Array,
  edges: readonly Edge[],
  cheap: boolean,
  known: number | null,
  maxEvaluations: number,
  climb: Climb,
): Optimum[] {
  if (engine.model.parts.length === 1)
    return lookAtOneFormula(engine, best, from, edges, known, maxEvaluations, climb);
  const wholes = edges.filter(({ whole, part }) => whole && !isTwoSided(part));
  if (!cheap) {
    const single: (readonly Edge[])[] = edges.map((edge) => [edge]);
    const all = [...single, ...[...combined(wholes)].flat()];
    return followAll(engine, best, [from], all, maxEvaluations, climb);
  }
  const near: (readonly Edge[])[] = [];
  const outOfReach = new Set<Edge>();
  for (const edge of edges) {
    const there = beyond(from, [edge]);
    const value = engine.objective.valueAt(there);
    if (!(value < best.value + OUT_OF_REACH)) outOfReach.add(edge);
    if (isNear(engine, best, there, value)) near.push([edge]);
  }
  for (const combination of [...combined(wholes.filter((edge) => !outOfReach.has(edge)))].flat()) {
    if (isNear(engine, best, beyond(from, combination))) near.push(combination);
  }
  return followAll(engine, best, [from], near, maxEvaluations, climb);
}

/** With one formula no other SD can make up for those at the edge: cells that are far off are known by their value. */
function lookAtOneFormula(
  engine: Searchable,
  best: Optimum,
  from: Float64Array,
  edges: readonly Edge[],
  known: number | null,
  maxEvaluations: number,
  climb: Climb,
): Optimum[] {
  const { model, objective } = engine;
  const margin = model.rows > FEW_ROWS ? CLOSE_BELOW : FAR_BELOW;
  const near: [Edge][] = [];
  let isAnyFar = false;
  for (const edge of edges) {
    // with all cells at the edge each one is: that is no better than the worst of them alone
    if (edge.whole && isAnyFar) continue;
    const there = beyond(from, [edge]);
    const value = known ?? objective.valueAt(there);
    isAnyFar ||= !(value < best.value + FAR_BELOW);
    if (value < best.value + margin && isNear(engine, best, there, value)) near.push([edge]);
  }
  return followAll(engine, best, [from], near, maxEvaluations, climb);
}

/**
 * The value with all SDs of the only formula at 0, where that is the only edge: the same from anywhere, so that it can be asked for
 * before a search, whose last point then stays the engine's. Null where there are other edges or parameters.
 */
export function onlyEdgeValue(
  { model, objective }: Searchable,
  start: Float64Array,
  edges: readonly Edge[],
): number | null {
  const [edge] = edges;
  const isOnly = edges.length === 1 && model.parts.length === 1 && edge!.whole;
  return isOnly ? objective.valueAt(beyond(start, [edge!])) : null;
}

/** Whether a search at an edge, from the point `there`, could still become better than the best. */
function isNear(
  { objective }: Searchable,
  best: Optimum,
  there: Float64Array,
  value = objective.valueAt(there),
): boolean {
  const limit = best.value - BETTER;
  if (!(value < limit + FAR_BELOW)) return false;
  if (!objective.evaluate(there)) return false;
  return objective.value - HOPE * decreaseOf(objective) < limit;
}

/** Of the quadratic around the objective's last point; the directions to the edge have no curvature, and no slope. */
function decreaseOf({ gradient, hessian, size }: Objective): number {
  let largest = 0;
  for (const part of hessian) largest = Math.max(largest, Math.abs(part));
  const H = hessian.slice();
  for (let k = 0; k < size; k++) H[k * size + k]! += RIDGE * largest;
  const L = choleskyFactor(H, size);
  if (L === null) return Number.POSITIVE_INFINITY;
  const step = choleskySolve(L, size, gradient);
  let sum = 0;
  for (let k = 0; k < size; k++) sum += 0.5 * step[k]! * gradient[k]!;
  return sum;
}

/** The same for all edges and their combinations, from several points inside: for small data. */
export function sweepEdges(
  engine: Searchable,
  best: Optimum,
  from: readonly Float64Array[],
  all: readonly Edge[],
  maxEvaluations: number,
  climb: Climb,
): Optimum[] {
  const edges = promising(engine, best, from, all);
  const combinations: (readonly Edge[])[] = edges.map((edge) => [edge]);
  for (const size of combined(edges)) {
    // all variances of several formulas at 0 before the rest
    size.sort((a, b) => Number(b.every(({ whole }) => whole)) - Number(a.every(({ whole }) => whole)));
    for (const combination of size) {
      if (combinations.length >= MOST_COMBINATIONS) break;
      combinations.push(combination);
    }
    if (combinations.length >= MOST_COMBINATIONS) break;
  }
  return followAll(engine, best, from, combinations, maxEvaluations, climb);
}

/** Pairs of edges of different formulas, then triples, and so on. */
function* combined(edges: readonly Edge[]): Generator<(readonly Edge[])[]> {
  let size: (readonly Edge[])[] = edges.map((edge) => [edge]);
  while (size.length > 0) {
    size = size.flatMap((combination) =>
      edges
        .filter(({ part }) => part.start > combination[combination.length - 1]!.part.start)
        .map((edge) => [...combination, edge]),
    );
    yield size;
  }
}

/** Of a formula with many edges those with the best values, the other parameters as they are, the SDs that stay as in a start. */
function promising(
  { model, objective }: Searchable,
  best: Optimum,
  from: readonly Float64Array[],
  edges: readonly Edge[],
): Edge[] {
  return model.parts.flatMap((part) => {
    const own = edges.filter((edge) => edge.part === part);
    if (own.length <= MOST_ALIKE) return own;
    const bases = from.map((start) => withPartOf(best.theta, start, part));
    const valued = own.map((edge) => {
      const value = bases.reduce((least, base) => {
        const there = objective.valueAt(beyond(base, [edge]));
        return Number.isNaN(there) ? least : Math.min(there, least);
      }, Number.POSITIVE_INFINITY);
      return { edge, value };
    });
    valued.sort((a, b) => Number(b.edge.whole) - Number(a.edge.whole) || a.value - b.value);
    return valued.slice(0, MOST_ALIKE).map(({ edge }) => edge);
  });
}

/** theta with one formula's coefficients from elsewhere. */
function withPartOf(theta: Float64Array, other: Float64Array, { start, columns }: Part): Float64Array {
  const out = theta.slice();
  for (let k = start; k < start + columns; k++) out[k] = other[k]!;
  return out;
}

function followAll(
  engine: Searchable,
  best: Optimum,
  from: readonly Float64Array[],
  combinations: readonly (readonly Edge[])[],
  maxEvaluations: number,
  climb: Climb,
): Optimum[] {
  const { model } = engine;
  const optima: Optimum[] = [];
  const tried = new Set<string>();
  let top = best;
  for (const combination of combinations) {
    const hybrid = hybridOf(top, from[0]!, combination);
    // with one start, only for some cells' SDs, beside which another formula's are at the edge
    const isOfOthers = model.parts.length > 1 && combination.some(({ whole }) => !whole);
    const withTop = top.boundary !== null && (from.length > 1 || isOfOthers);
    for (const start of withTop ? [hybrid, ...from] : from) {
      // what is at an edge where the start is from stays there
      const beside = start === hybrid ? top.boundary!.edges : [];
      const moved = recessionsTo(model, start, combination, beside);
      if (moved === null) break;
      const kept = beside.filter(({ block }) => moved.every((one) => one.block.kind !== block.kind));
      const edges = [...kept, ...moved];
      const reached = followToBetter(engine, top, start, moved, edges, maxEvaluations, tried);
      if (reached === null) continue;
      const better = reached.stays ? reached.optimum : leave(engine, reached, edges, top, climb);
      if (better === null) continue;
      optima.push(better);
      top = better;
    }
  }
  return optima;
}

/** The best so far, the formulas of some edges as in a start: near the edges of those of their kind, which they are followed to together. */
function hybridOf(top: Optimum, start: Float64Array, combination: readonly Edge[]): Float64Array {
  const ofKinds = top.boundary?.edges.filter((kept) =>
    combination.some(({ block }) => block.kind === kept.block.kind),
  );
  const near = inwards(top.theta, ofKinds ?? []);
  return combination.reduce((at, { part }) => withPartOf(at, start, part), near);
}
