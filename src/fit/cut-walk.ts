import { followed, leaving, softened } from "./cut-follow";
import { firstOf, isAtCut, othersOf, type Plane, planeOf, towards, type Valued, valuing } from "./cut-plane";
import { besideCell, type Cut, cellsAround, cutNear, freeAt, neighboursOf } from "./cuts";
import { BETTER, type Climb, climbed, inwards } from "./edge-search";
import type { Searchable } from "./engine";
import { subsets } from "./facets";
import type { Optimum } from "./optimum";

/** Optima from which walks start, steps of a walk, and cuts that a step follows. */
const MOST_ORIGINS = 6;

/** A cut that was come to from several sides has about the same value each time. */
const ALIKE = 1e-4;

/** Of these, how many are tried with SDs that are not 0, too. */
const MOST_LEAVING = 2;

const MOST_STEPS = 20;

const FOLLOWED = 3;

/** What is tried all over the plane before a walk: from the best optimum more than from the others. */
interface Effort {
  /** cells that are valued; how many of them are mended by their values alone */
  readonly cells: number;
  readonly descents: number;
  /** cuts that leave their rows on the plane free: how many are valued, ... */
  readonly free: number;
  /** ... how many are followed, a gradient each where they are no good, and from beside how many a search starts */
  readonly followed: number;
  readonly climbed: number;
}

const WIDE: Effort = { cells: 500, descents: 3, free: 4000, followed: 200, climbed: 12 };

const NARROW: Effort = { cells: 0, descents: 0, free: 1000, followed: 60, climbed: 6 };

/** Factors by which the slopes of correlations inside are made steeper, for searches from there. */
const STEEPER = [3, 9];

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
  const origins: Optimum[] = [];
  for (const optimum of optima) {
    const isNew = origins.every(({ value }) => Math.abs(value - optimum.value) > ALIKE);
    if (optimum.converged && isNew && origins.length < MOST_ORIGINS) origins.push(optimum);
  }
  const from = (origin: Optimum, effort: Effort) => {
    const end = walk(engine, plane, origin, effort, maxEvaluations, climb);
    if (end.value < best.value - BETTER) best = end;
  };
  origins.forEach((origin, k) => {
    from(origin, k === 0 ? WIDE : NARROW);
    const without = k < MOST_LEAVING ? withoutZeros(origin) : null;
    if (without !== null) from(without, NARROW);
  });
  return best;
}

/**
 * An SD of 0 hides what correlations could do: the covariance rho sigma_1 sigma_2 is linear in an SD, so that beside the right
 * correlations it is better to leave 0, which at others it is not.
 */
function withoutZeros(origin: Optimum): Optimum | null {
  const zeros = othersOf(origin);
  if (zeros.length === 0) return null;
  const edges = origin.boundary!.edges.filter((edge) => !zeros.includes(edge));
  const boundary = edges.length > 0 ? { ...origin.boundary!, edges } : null;
  return { ...origin, theta: inwards(origin.theta, zeros), boundary };
}

function walk(
  engine: Searchable,
  plane: Plane,
  origin: Optimum,
  effort: Effort,
  maxEvaluations: number,
  climb: Climb,
): Optimum {
  const { part, rows } = plane;
  const tried = new Set<string>();
  let top = origin;
  for (let step = 0; step < MOST_STEPS; step++) {
    if (step === 0) top = followedAllOver(engine, plane, top, effort, maxEvaluations, tried, climb);
    const met = new Map<string, Valued>();
    const valueAt = valuing(engine, plane, top, met);
    if (step === 0 && effort.cells > 0) {
      for (const on of spread(rows.length, part.columns - 1, effort.cells / 2 ** (part.columns - 1))) {
        for (const cut of cellsAround(on, rows, part.columns)) valueAt.cut(cut);
      }
      for (const start of firstOf(met, effort.descents)) descend(start, rows, valueAt.cut);
    }
    if (isAtCut(top)) for (const direction of besideCell(rows, towards(plane, top))) valueAt.along(direction);
    const here = cutNear(rows, towards(plane, top));
    if (here !== null) for (const cut of neighboursOf(here, rows, "any")) valueAt.cut(cut);
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

/**
 * The best that cuts through any q - 1 rows lead to, with these rows free: each has the cells around it as limits. Values with
 * the other parameters as they are say little of them, where those of several are alike; their gradients say which are good
 * for nothing.
 */
function followedAllOver(
  engine: Searchable,
  plane: Plane,
  origin: Optimum,
  effort: Effort,
  maxEvaluations: number,
  tried: Set<string>,
  climb: Climb,
): Optimum {
  const { part, rows } = plane;
  const met = new Map<string, Valued>();
  const valueAt = valuing(engine, plane, origin, met);
  for (const on of spread(rows.length, part.columns - 1, effort.free / 2)) {
    for (const cut of freeAt(on, rows, part.columns)) valueAt.cut(cut);
  }
  let top = origin;
  const best = firstOf(met, effort.followed);
  for (const { edge, beside } of best) {
    top = followed(engine, top, edge, beside, maxEvaluations, tried, climb) ?? top;
  }
  for (const { edge, beside } of best.slice(0, effort.climbed)) {
    top = climbed(softened(plane, origin, edge.direction, beside), top, climb) ?? top;
  }
  if (!isAtCut(origin)) {
    for (const factor of STEEPER) {
      const start = origin.theta.slice();
      for (let k = part.start; k < part.start + part.columns; k++) start[k]! *= factor;
      top = climbed(inwards(start, othersOf(origin)), top, climb) ?? top;
    }
  }
  return top;
}

/** To the neighbour with the best value, and on from there. */
function descend(from: Valued, rows: readonly Float64Array[], valueAt: (cut: Cut) => Valued | null): void {
  let at = from;
  for (;;) {
    let next = at;
    for (const cut of neighboursOf(at.cut!, rows, "cells")) {
      const valued = valueAt(cut);
      if (valued !== null && valued.value < next.value) next = valued;
    }
    if (next === at) return;
    at = next;
  }
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
