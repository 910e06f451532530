// The audit's search: climbs from many starts inside, and along every edge of the scale. Counted, not timed, so that a
// model's audit is the same on every machine; dear models get fewer starts.
import { approach } from "./approach";
import { climb } from "./climb";
import { choicesBeside, combinations } from "./edges";
import { type Face, facesOf } from "./faces";
import { plainLikelihood, type Scales } from "./likelihood";
import type { PlainModel } from "./plain-model";
import { risesAnywhere } from "./rises";
import { FLOOR, type Space, spaceOf } from "./space";
import { constantTargets, interleave, leaningStarts, randomStarts } from "./starts";

export interface Found {
  readonly value: number;
  readonly scales: Scales;
}

interface Place {
  readonly space: Space;
  readonly theta: Float64Array;
  readonly value: number;
}

export interface Audit {
  /** where it has no bound elsewhere, the best maximum or supremum beside that; -Infinity where none was met */
  readonly best: Found;
  /** the best maximum with every SD above 0 and no correlation at +-1; null where none was met */
  readonly finite: Found | null;
  /** the likelihood keeps rising, somewhere, as the SD of a row without a known variance goes to 0 */
  readonly unbounded: boolean;
  readonly evaluations: number;
}

/** Roughly microseconds a model. */
const EFFORT = 120_000;
const [FEWEST, MOST] = [1500, 20_000];
/** Correlations have many more edges: every way to part the units by a plane. */
const CELLS = 3;
const SAME = 1e-6;
const MOST_PLACES = 12;
const MOST_WALKS = 4;
const CLIMBS_A_WALK = 3;
const EVALUATIONS_A_CLIMB = 150;
/** Beside a rise without end a climb that has not arrived is no maximum: it goes on so many times, and is left out then. */
const MORE_CLIMBS = 4;
const ARRIVED = 1e-4;
/** Log-likelihood that a tenfold smaller SD must be worth, of log 10 = 2.3 for every row that is fitted perfectly. */
const KEEPS_RISING = 1;
/** Where rows are missed by far, differences are rounding. */
const TOO_LOW = -1e6;
/** An SD so many times the floor is at it. */
const NEAR = 3;

export function audit(model: PlainModel, random: () => number): Audit {
  const { parts, spread } = model;
  const likelihood = plainLikelihood(model);
  const faces = parts.map((part) => facesOf(part, random));
  const inside = spaceOf(
    model,
    likelihood,
    faces.map((list) => list[0]),
  );
  const cells = parts.some(({ kind, columns }) => kind === "rho" && columns > 1) ? CELLS : 1;
  const budget = cells * Math.min(MOST, Math.max(FEWEST, EFFORT / costOf(model)));
  let evaluations = 0;
  /** the best few that differ, best first */
  const places: Place[] = [];
  let finite: Found | null = null;
  let unbounded = risesAnywhere(model, random);
  const mayRise = canRise(model);
  const floored = flooredUnits(model);

  const rises = (space: Space, theta: Float64Array): boolean => {
    if (!mayRise) return false;
    return keepsRising(model, likelihood.evaluate, space.scales(theta));
  };
  /** without any known variance, a row at its floor that no edge holds at 0 is where its coefficients are not */
  const isClamped = (space: Space, theta: Float64Array): boolean => {
    const scales = space.scales(theta);
    return floored.some(
      ([t, u]) => Number.isNaN(space.faces[t].held[u]) && scales[t][u] <= NEAR * FLOOR * spread,
    );
  };
  const keep = (place: Place): void => {
    const at = places.findIndex(({ value }) => value < place.value);
    const among = at < 0 ? places.length : at;
    if (among >= MOST_PLACES || !Number.isFinite(place.value)) return;
    if (
      [places[among - 1], places[among]].some((other) => other && Math.abs(other.value - place.value) < SAME)
    )
      return;
    places.splice(among, 0, place);
    places.length = Math.min(places.length, MOST_PLACES);
  };
  const run = (space: Space, start: Float64Array): void => {
    let { theta, value, slope, evaluations: used } = climb(space.ascent, start, EVALUATIONS_A_CLIMB);
    evaluations += used;
    if (mayRise) {
      for (let more = 0; slope > ARRIVED && more < MORE_CLIMBS; more++) {
        ({ theta, value, slope, evaluations: used } = climb(space.ascent, theta, EVALUATIONS_A_CLIMB));
        evaluations += used;
      }
      if (isClamped(space, theta)) return;
      if (rises(space, theta)) {
        unbounded = true;
        return;
      }
      if (slope > ARRIVED) return;
    }
    keep({ space, theta, value });
    if (space !== inside || slope > 1e-4 || (finite !== null && value <= finite.value)) return;
    const scales = space.scales(theta);
    if (isInside(model, scales)) finite = { value, scales };
  };
  const screened = (space: Space, starts: readonly Float64Array[]) =>
    starts.map((start) => {
      evaluations++;
      return { space, start, value: space.value(start) };
    });

  const levels = constantTargets(model);
  const starts = levels.map((targets) => inside.project(targets));
  // every constant start; then those that lean to one unit or edge, and random ones, the best by value first and a share
  // of the others, since a start's value says little of where it leads
  for (const start of starts) run(inside, start);
  const others = screened(inside, [
    ...leaningStarts(model, faces, inside, levels[0], random),
    ...randomStarts(starts[0], random),
  ]).sort((a, b) => b.value - a.value);
  const ordered = interleave(others);
  for (const { start } of ordered) {
    if (evaluations > 0.4 * budget) break;
    run(inside, start);
  }

  const flat = (size: number) =>
    parts.map(({ kind, units }) =>
      new Float64Array(units).fill(kind === "rho" ? 0 : Math.log(size * spread)),
    );
  const sizes = [flat(1), flat(0.3)];
  const edges = combinations(faces, random)
    .map((choice) => spaceOf(model, likelihood, choice))
    .map((space) => {
      const tried = screened(
        space,
        space.size === 0 ? [new Float64Array(0)] : sizes.map((t) => space.project(t)),
      );
      const best = tried.reduce((a, b) => (b.value > a.value ? b : a));
      unbounded ||= rises(space, best.start);
      return best;
    })
    .sort((a, b) => b.value - a.value);
  for (const { space, start, value } of edges) {
    if (evaluations > 0.9 * budget && places.length > 0 && places[0].value > value) break;
    run(space, start);
  }
  // several maxima along an edge
  for (const { space } of edges) {
    if (evaluations > budget) break;
    if (space.size === 0) continue;
    run(
      space,
      space.project(flat(1)).map((value) => value + 4 * (random() - 0.5)),
    );
  }
  // from the best few places, every place that differs in one part
  const walked = new Set<number>();
  while (evaluations < 2 * budget) {
    const from = places.find((_, k) => k < MOST_WALKS && !walked.has(places[k].value));
    if (from === undefined) break;
    walked.add(from.value);
    const beside = choicesBeside(model, faces, from.space, from.theta, random)
      .map(({ choice, start, part }) => {
        const space = spaceOf(model, likelihood, choice);
        const sized = sizes.map((targets) => ownPart(space.project(targets), start, choice, part));
        const [best] = screened(space, sized).sort((a, b) => b.value - a.value);
        return best;
      })
      .sort((a, b) => b.value - a.value);
    for (const { space, start } of beside.slice(0, CLIMBS_A_WALK)) run(space, start);
  }
  // no edge counts for more than finite coefficients make of it
  let found: Found = { value: Number.NEGATIVE_INFINITY, scales: inside.scales(starts[0]) };
  for (const { space, theta, value } of places) {
    if (value <= found.value) break;
    const reached = space === inside ? value : inside.value(approach(model, inside, space, theta));
    if (reached > found.value) found = { value: reached, scales: space.scales(theta) };
  }
  return { best: found, finite, unbounded, evaluations };
}

/** `start`, with the coefficients of one part from `projected`. */
function ownPart(
  projected: Float64Array,
  start: Float64Array,
  choice: readonly Face[],
  part: number,
): Float64Array {
  const first = choice.slice(0, part).reduce((sum, { columns }) => sum + columns, 0);
  return start.map((value, k) => (k >= first && k < first + choice[part].columns ? projected[k] : value));
}

/** Microseconds of an evaluation with its gradient, nearly. */
function costOf({ clusters, n, p }: PlainModel): number {
  let cost = 0.5 + 0.02 * n * p;
  for (const { rows } of clusters) cost += 0.15 + 0.004 * rows.length ** 2 + 0.0012 * rows.length ** 3;
  return cost;
}

/** Every SD above 0, beside the row's known variance or the spread of the data, and no correlation near +-1. */
export function isInside({ parts, v, spread }: PlainModel, scales: Scales): boolean {
  return parts.every(({ kind, at }, t) =>
    scales[t].every((value, u) => {
      if (kind === "rho") return Math.abs(value) < 0.999;
      return (
        value > 1e-3 * (kind === "sigma" ? Math.sqrt(v[at[u]]) : spread) &&
        value > 1e2 * FLOOR * spread &&
        value < 1e3 * spread
      );
    }),
  );
}

/** A row whose sigma alone gives it a variance. */
function canRise({ parts, v }: PlainModel): boolean {
  return parts.some(({ kind, at }) => kind === "sigma" && at.some((row) => v[row] === 0));
}

/** Where no row has a known variance: part and unit of each sigma. */
function flooredUnits({ parts, v }: PlainModel): [number, number][] {
  if (v.some((variance) => variance > 0)) return [];
  return parts.flatMap(({ kind, units }, t) =>
    kind === "sigma" ? Array.from({ length: units }, (_, u): [number, number] => [t, u]) : [],
  );
}

/** Where rows of SD 0 are looked at, as shares of the floor: farther down they outweigh others of tiny known variances. */
const DEPTHS = [1, 0.1, 0.01];

function keepsRising(
  { parts, v, spread, reml }: PlainModel,
  evaluate: (scales: Scales, withSlopes: boolean) => number,
  scales: Scales,
): boolean {
  const isMet = (t: number, u: number): boolean =>
    parts[t].kind === "sigma" && v[parts[t].at[u]] === 0 && scales[t][u] <= NEAR * FLOOR * spread;
  if (!scales.some((values, t) => values.some((_, u) => isMet(t, u)))) return false;
  const valueAt = (size: number): number => {
    const sized = scales.map((values, t) =>
      values.map((scale, u) => (isMet(t, u) ? size * FLOOR * spread : scale)),
    );
    return evaluate(sized, false);
  };
  // the determinant of the restricted likelihood loses its digits below the floor
  const depths = reml ? DEPTHS.slice(0, 1) : DEPTHS;
  return depths.some((depth) => {
    const value = valueAt(depth);
    return value > TOO_LOW && value - valueAt(10 * depth) > KEEPS_RISING;
  });
}
