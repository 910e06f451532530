import { dot } from "../linalg/vector";
import { along } from "./boundary";
import { type Cut, cellsAround, cutNear, neighboursOf, wayTo } from "./cuts";
import { BETTER, followToBetter, inwards } from "./edge-search";
import { distinctRows, type Edge, MOST_VALUES, placed } from "./edges";
import type { Searchable } from "./engine";
import { isOn, subsets } from "./faces";
import type { Optimum } from "./optimum";
import { beyond, recessionsTo } from "./recession";
import { blockOf, type Part, type ThetaBlock } from "./theta-blocks";

/** Optima from which walks start, steps of a walk, and cuts that a step follows. */
const MOST_ORIGINS = 6;
const MOST_STEPS = 20;
const FOLLOWED = 3;
/** Cuts all over the plane that are valued before the first walk, and how many of them are mended by their values alone. */
const ALL_OVER = 500;
const DESCENTS = 3;
/** Predictor of a row that a cut sets free: a correlation of tanh(1) = 0.76 at most, from which a search can go both ways. */
const FREED = 1;
/** Root mean square of a correlation's linear predictor near, not at, its ends: tanh(3) is 0.995. */
const STEEP = 3;

/** A search from a point inside. */
type Climb = (theta: Float64Array) => Optimum | null;

/** The moderators of a correlation: its block, and the distinct rows of its design. */
interface Plane {
  readonly block: ThetaBlock;
  readonly part: Part;
  readonly rows: readonly Float64Array[];
  readonly of: (entity: number) => number;
}

/** A cut with the objective there, the other parameters as they are. */
interface Valued {
  readonly cut: Cut;
  readonly edge: Edge;
  /** theta beside the cut, from which its edge leads there */
  readonly beside: Float64Array;
  readonly value: number;
}

/**
 * The best optimum with correlations of +1 in some studies and -1 in others (cuts.ts) that walks from these optima lead to,
 * or the first of these where nothing is better. There are about N^(q - 1) such cuts, each with a maximum of its own that no
 * gradient leads to another from; their values, with the other parameters as they are, tell which are worth a search. A
 * step of a walk values every cut that differs by one row on the plane, follows the best few, and goes on from the better.
 */
export function bestCut(
  engine: Searchable,
  optima: readonly Optimum[],
  maxEvaluations: number,
  climb: Climb,
): Optimum {
  let best = optima[0]!;
  const plane = planeOf(engine);
  if (plane === null) return best;
  const origins = optima.filter(({ converged }) => converged).slice(0, MOST_ORIGINS);
  origins.forEach((origin, k) => {
    const end = walk(engine, plane, origin, k === 0, maxEvaluations, climb);
    if (end.value < best.value - BETTER) best = end;
  });
  return best;
}

function planeOf({ model }: Searchable): Plane | null {
  const part = model.parts.find(({ kind, columns }) => kind === "rho" && columns > 1);
  if (part === undefined) return null;
  const block = blockOf(model, "rho");
  const values = distinctRows(block, part, MOST_VALUES);
  return values === null ? null : { block, part, ...values };
}

function walk(
  engine: Searchable,
  plane: Plane,
  origin: Optimum,
  allOver: boolean,
  maxEvaluations: number,
  climb: Climb,
): Optimum {
  const { part, rows } = plane;
  const tried = new Set<string>();
  let top = origin;
  for (let step = 0; step < MOST_STEPS; step++) {
    const met = new Map<string, Valued>();
    const valueAt = valuing(engine, plane, top, met);
    if (step === 0 && allOver) {
      for (const on of spread(rows.length, part.columns - 1, ALL_OVER / 2 ** (part.columns - 1))) {
        for (const cut of cellsAround(on, rows, part.columns)) valueAt(cut);
      }
      for (const start of firstOf(met, DESCENTS)) descend(start, rows, valueAt);
    }
    const here = cutNear(rows, towards(plane, top));
    if (here !== null) for (const cut of neighboursOf(here, rows, "any")) valueAt(cut);
    const before = top;
    for (const { edge, beside } of firstOf(met, FOLLOWED)) {
      top =
        followed(engine, top, edge, beside, maxEvaluations, tried, climb) ??
        climbed(softened(plane, top, edge.direction, beside), top, climb) ??
        top;
    }
    if (top === before) top = leaving(plane, top, climb) ?? top;
    if (top === before) break;
  }
  return top;
}

/** Where the coefficients of the correlation run to, or, inside, where they are. */
function towards({ part }: Plane, { theta, boundary }: Optimum): Float64Array {
  const edge = boundary?.edges.find(({ block }) => block.kind === "rho");
  return (edge?.direction ?? theta).slice(part.start, part.start + part.columns);
}

/** Values cuts once each, those met included; null where rounding hides which side a row is on. */
function valuing(
  { objective }: Searchable,
  { block, part, rows, of }: Plane,
  { theta }: Optimum,
  met: Map<string, Valued>,
): (cut: Cut) => Valued | null {
  const rho = theta.subarray(part.start, part.start + part.columns);
  const predictors = rows.map((row) => Math.max(-FREED, Math.min(FREED, dot(row, rho))));
  return (cut) => {
    const way = wayTo(cut, rows, predictors);
    if (way === null) return null;
    const { direction, base } = way;
    const heights = rows.map((row) => (isOn(row, direction) ? 0 : dot(row, direction)));
    const key = heights.map(Math.sign).join("");
    const known = met.get(key);
    if (known !== undefined) return known;
    let slowest = Number.POSITIVE_INFINITY;
    for (const height of heights) if (height !== 0) slowest = Math.min(slowest, Math.abs(height));
    const edge: Edge = {
      block,
      part,
      vanishes: (entity) => (heights[of(entity)] ?? 0) !== 0,
      towards: (entity) => (heights[of(entity)]! > 0 ? 1 : -1),
      direction: placed(block, part, direction),
      slowest,
      whole: false,
    };
    const beside = theta.slice();
    beside.set(base, part.start);
    const value = objective.valueAt(beyond(beside, [edge]));
    const valued = { cut, edge, beside, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
    met.set(key, valued);
    return valued;
  };
}

function firstOf(met: Map<string, Valued>, most: number): Valued[] {
  return [...met.values()].sort((a, b) => a.value - b.value).slice(0, most);
}

/** To the neighbour with the best value, and on from there. */
function descend(from: Valued, rows: readonly Float64Array[], valueAt: (cut: Cut) => Valued | null): void {
  let at = from;
  for (;;) {
    let next = at;
    for (const cut of neighboursOf(at.cut, rows, "cells")) {
      const valued = valueAt(cut);
      if (valued !== null && valued.value < next.value) next = valued;
    }
    if (next === at) return;
    at = next;
  }
}

/** The supremum along a cut, the other formulas' edges kept, or what is better inside from there; null unless it is better. */
function followed(
  engine: Searchable,
  top: Optimum,
  edge: Edge,
  beside: Float64Array,
  maxEvaluations: number,
  tried: Set<string>,
  climb: Climb,
): Optimum | null {
  const moved = recessionsTo(engine.model, beside, [edge]);
  if (moved === null) return null;
  const edges = [...othersOf(top), ...moved];
  const reached = followToBetter(engine, top, beside, moved, edges, maxEvaluations, tried);
  if (reached === null) return null;
  return reached.stays ? reached.optimum : climbed(inwards(reached.optimum.theta, edges), top, climb);
}

function climbed(start: Float64Array, top: Optimum, climb: Climb): Optimum | null {
  const next = climb(start);
  return next?.converged && next.value < top.value - BETTER ? next : null;
}

/** Rows far from the plane may gain by leaving their end too, which the slope towards the cut does not tell. */
function leaving(plane: Plane, top: Optimum, climb: Climb): Optimum | null {
  const cut = top.boundary?.edges.find(({ block }) => block.kind === "rho");
  if (cut === undefined) return null;
  const back = along(top.theta, cut.direction, -cut.toEdge);
  return climbed(softened(plane, top, towards(plane, top), back), top, climb);
}

/** A point from which a search moves the cut: correlations near their ends, not at them. */
function softened(
  { part, rows }: Plane,
  top: Optimum,
  direction: Float64Array,
  beside: Float64Array,
): Float64Array {
  const start = inwards(beside, othersOf(top));
  const squares = rows.reduce((sum, row) => sum + dot(row, direction) ** 2, 0);
  const scale = STEEP / Math.sqrt(squares / rows.length);
  for (let k = 0; k < part.columns; k++) start[part.start + k]! += scale * direction[k]!;
  return start;
}

function othersOf({ boundary }: Optimum) {
  return boundary?.edges.filter(({ block }) => block.kind !== "rho") ?? [];
}

/** About `most` subsets, spread evenly over all there are. */
function* spread(count: number, size: number, most: number): Generator<readonly number[]> {
  let all = 1;
  for (let i = 1; i <= size; i++) all = (all * (count - size + i)) / i;
  const every = Math.max(1, all / most);
  let next = 0;
  let at = 0;
  for (const subset of subsets(count, size)) {
    if (at++ < next) continue;
    next += every;
    yield subset.slice();
  }
}
