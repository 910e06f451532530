// The audit's search: climbs from many starts inside, and along every edge of the scale. Counted, not timed, so that a
// model's audit is the same on every machine; dear models get fewer starts.
import { climb } from "./climb";
import { type Face, facesOf } from "./faces";
import { plainLikelihood, type Scales } from "./likelihood";
import type { PlainModel } from "./plain-model";
import { FLOOR, type Space, spaceOf } from "./space";

export interface Found {
  readonly value: number;
  readonly scales: Scales;
}

export interface Audit {
  readonly best: Found;
  /** the best maximum with every SD above 0 and no correlation at +-1; null where none was met */
  readonly finite: Found | null;
  /** what is best keeps rising as the SD of a row without a known variance goes to 0 */
  readonly unbounded: boolean;
  readonly evaluations: number;
}

/** Roughly microseconds a model. */
const EFFORT = 100_000;
const [FEWEST, MOST] = [400, 20_000];
const RANDOM_STARTS = 30;
const MOST_LEANS = 60;
const MOST_EDGES = 1500;
const EVALUATIONS_A_CLIMB = 150;
/** Log-likelihood that a tenfold smaller SD must be worth, of log 10 = 2.3 for every row that is fitted perfectly. */
const KEEPS_RISING = 1;

export function audit(model: PlainModel, random: () => number): Audit {
  const { parts, spread } = model;
  const likelihood = plainLikelihood(model);
  const faces = parts.map((part) => facesOf(part, random));
  const inside = spaceOf(
    model,
    likelihood,
    faces.map((list) => list[0]),
  );
  const budget = Math.min(MOST, Math.max(FEWEST, EFFORT / costOf(model)));
  let evaluations = 0;
  let best: Found = { value: Number.NEGATIVE_INFINITY, scales: [] };
  let finite: Found | null = null;

  const run = (space: Space, start: Float64Array): void => {
    const { theta, value, slope, evaluations: used } = climb(space.ascent, start, EVALUATIONS_A_CLIMB);
    evaluations += used;
    if (!(value > best.value) && !(value > (finite?.value ?? Number.NEGATIVE_INFINITY))) return;
    const found = { value, scales: space.scales(theta) };
    if (value > best.value) best = found;
    if (space === inside && slope < 1e-4 && isInside(model, found.scales)) {
      if (finite === null || value > finite.value) finite = found;
    }
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
      return tried.reduce((a, b) => (b.value > a.value ? b : a));
    })
    .sort((a, b) => b.value - a.value);
  for (const { space, start, value } of edges) {
    if (evaluations > 0.9 * budget && best.value > value) break;
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
  return { best, finite, unbounded: keepsRising(model, likelihood.evaluate, best), evaluations };
}

/** Microseconds of an evaluation with its gradient, nearly. */
function costOf({ clusters, n, p }: PlainModel): number {
  let cost = 0.5 + 0.02 * n * p;
  for (const { rows } of clusters) cost += 0.15 + 0.004 * rows.length ** 2 + 0.0012 * rows.length ** 3;
  return cost;
}

function isInside({ parts, v, spread }: PlainModel, scales: Scales): boolean {
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

/** Linear predictors that are the same in all units: sizes of the SDs, who has most of the variance, correlations. */
function constantTargets({ parts, spread }: PlainModel): Float64Array[][] {
  const sds = parts.filter(({ kind }) => kind !== "rho").length;
  const out: Float64Array[][] = [];
  const correlations = parts.some(({ kind }) => kind === "rho") ? [0, 1, -1] : [0];
  for (const eta of correlations) {
    for (let large = 2 ** sds - 1; large >= 0; large--) {
      let s = 0;
      out.push(
        parts.map(({ kind, units }) => {
          if (kind === "rho") return new Float64Array(units).fill(eta);
          const size = (large >> s++) % 2 === 1 ? 0.7 : 0.1;
          return new Float64Array(units).fill(Math.log(size * spread));
        }),
      );
    }
  }
  return out;
}

/** One unit alone high or low, as far as the design allows, and towards each edge. */
function leaningStarts(
  { parts }: PlainModel,
  faces: readonly (readonly Face[])[],
  inside: Space,
  base: readonly Float64Array[],
  random: () => number,
): Float64Array[] {
  const starts: Float64Array[] = [];
  parts.forEach((part, t) => {
    const { basis, columns } = faces[t][0];
    if (columns === 1) return;
    const toUnits = sample(
      Array.from({ length: part.units }, (_, u) => u),
      MOST_LEANS,
      random,
    ).map((u) => profileOf(basis, part.units, columns, u));
    const toEdges = sample(faces[t].slice(1), MOST_LEANS, random).map(({ direction }) => direction);
    for (const profile of toUnits) for (const lean of [3, -3, 8, -8]) starts.push(leaning(t, profile, lean));
    for (const profile of toEdges) for (const lean of [4, 12]) starts.push(leaning(t, profile, lean));
  });
  return starts;

  function leaning(t: number, profile: Float64Array, lean: number): Float64Array {
    return inside.project(
      base.map((targets, s) => (s === t ? targets.map((value, u) => value + lean * profile[u]) : targets)),
    );
  }
}

/** What the design makes of "1 in this unit": its column of the hat matrix, 1 in the unit itself. */
function profileOf(basis: Float64Array, units: number, columns: number, unit: number): Float64Array {
  const out = new Float64Array(units);
  for (let u = 0; u < units; u++) {
    for (let k = 0; k < columns; k++) out[u] += basis[u * columns + k] * basis[unit * columns + k];
  }
  const own = out[unit];
  return out.map((value) => value / own);
}

function randomStarts(base: Float64Array, random: () => number): Float64Array[] {
  return Array.from({ length: RANDOM_STARTS }, () => base.map((value) => value + 2.5 * normalFrom(random)));
}

function normalFrom(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

/** The first of a sorted list, its middle, the second, the one after the middle, ... */
function interleave<T>(sorted: readonly T[]): T[] {
  const half = Math.ceil(sorted.length / 2);
  return sorted
    .slice(0, half)
    .flatMap((item, i) => (half + i < sorted.length ? [item, sorted[half + i]] : [item]));
}

function sample<T>(items: readonly T[], most: number, random: () => number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, () => items[Math.floor(random() * items.length)]);
}

/** A face of each part, not all inside: all such choices, or those with one part at an edge and a sample of the others. */
function combinations(faces: readonly (readonly Face[])[], random: () => number): Face[][] {
  const inside = faces.map((list) => list[0]);
  const number = faces.reduce((product, list) => product * list.length, 1);
  if (number <= MOST_EDGES) {
    let all: Face[][] = [[]];
    for (const list of faces) all = all.flatMap((choice) => list.map((face) => [...choice, face]));
    return all.slice(1);
  }
  const singles = faces.flatMap((list, t) =>
    list.slice(1).map((face) => inside.map((own, s) => (s === t ? face : own))),
  );
  const more = Array.from({ length: MOST_EDGES - Math.min(MOST_EDGES, singles.length) }, () =>
    faces.map((list) => (random() < 0.3 ? list[0] : list[Math.floor(random() * list.length)])),
  );
  return [...sample(singles, MOST_EDGES, random), ...more];
}

function keepsRising(
  { parts, v, spread }: PlainModel,
  evaluate: (scales: Scales, withSlopes: boolean) => number,
  { value, scales }: Found,
): boolean {
  let touched = false;
  const raised = scales.map((values, t) =>
    values.map((scale, u) => {
      if (parts[t].kind !== "sigma" || v[parts[t].at[u]] > 0 || scale > 3 * FLOOR * spread) return scale;
      touched = true;
      return 10 * scale;
    }),
  );
  return touched && value - evaluate(raised, false) > KEEPS_RISING;
}
