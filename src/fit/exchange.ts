import { inverseOf } from "../linalg/elimination";
import { dot } from "../linalg/vector";
import { isTwoSided } from "../model/terms/parameters";
import { type DesignPart, independent, partsOf } from "./design-parts";
import { type Climb, climbed, insideOf } from "./edge-search";
import { canVanish, distinctRows, MOST_VALUES } from "./edges";
import type { Searchable } from "./engine";
import { facesOf } from "./faces";
import type { Optimum } from "./optimum";
import type { StandardModel } from "./standard-model";
import { TOP, typicalLogSd } from "./starts";
import { blockOf, type Part } from "./theta-blocks";

/** log SDs of those on a face, beside TOP, ... */
const LEVELS = [0.6, -0.2, -1.2] as const;
/** ... and how far below them is the one nearest to it, or that at one of these places after it. */
const DROPS = [1, 1.5] as const;
const FARTHER = [2, 7] as const;
/** Faces with the best values whose starts are tried at all places. */
const MOST_FACES = 24;
/** Starts of each part of a design, and of all that other optima give, that a search goes on from: fewer where rows are many. */
const CLIMBED_A_ROW = 720;
const [FEWEST, MOST] = [6, 24];
const MOST_EXCHANGES = 3;

/** Some coefficients of a formula, for the place of those of a point. */
interface Change {
  readonly start: number;
  readonly coefficients: Float64Array;
}

interface Valued {
  readonly theta: Float64Array;
  readonly value: number;
}

/** Starts that are alike, the best first. */
type Family = readonly Valued[];

/**
 * A maximum can have an SD that falls so steeply along a moderator that a handful of rows have all of it, and with several formulas,
 * or groups with slopes of their own, each can be anywhere: no start has all of them right. Those of the best optimum are exchanged
 * one by one: for predictors that are level on a face of the design (faces.ts) and fall off it, and for those of the other optima met.
 * Their values, the rest of theta as it is, say which are worth a search. Returns the last of all that were better, or null.
 */
export function exchanged(
  engine: Searchable,
  best: Optimum,
  met: readonly Optimum[],
  climb: Climb,
): Optimum | null {
  const most = Math.max(FEWEST, Math.min(MOST, Math.round(CLIMBED_A_ROW / engine.model.rows)));
  let top: Optimum | null = null;
  for (let exchange = 0; exchange < MOST_EXCHANGES; exchange++) {
    const before: Optimum = top ?? best;
    let next = before;
    for (const families of [...steepStarts(engine, before), recombined(engine, before, met)]) {
      for (const { theta } of chosen(families, most)) next = climbed(theta, next, climb) ?? next;
    }
    if (next === before) break;
    top = next;
  }
  return top;
}

/** By part of a formula's design: starts in which it alone differs from the optimum, those of a face and a place as a family. */
function steepStarts({ model, objective }: Searchable, best: Optimum): Family[][] {
  const inside = insideOf(best);
  const value = (change: Change): Valued => {
    const theta = inside.slice();
    theta.set(change.coefficients, change.start);
    const at = objective.valueAt(theta);
    return { theta, value: Number.isNaN(at) ? Number.POSITIVE_INFINITY : at };
  };
  return steepDesigns(model).map(({ part, design, level, top }) => {
    const { start, columns } = part;
    const own = inside.subarray(start, start + columns);
    const left = without(own, design);
    const familyAt = ({ direction, heights }: Steep, place: number): Family => {
      const changes = LEVELS.flatMap((beside) =>
        DROPS.map((drop) => {
          const slope = drop / heights[place]!;
          const coordinates = level.map((one, k) => one * (top + beside) + slope * direction[k]!);
          const lifted = design.lift(coordinates);
          return { start, coefficients: left.map((other, k) => other + lifted[k]!) };
        }),
      );
      return changes.map(value).sort(byValue);
    };
    const first = steepFaces(design).map((face) => ({ face, family: familyAt(face, 0) }));
    first.sort((a, b) => byValue(a.family[0]!, b.family[0]!));
    const farther = first
      .slice(0, MOST_FACES)
      .flatMap(({ face }) =>
        FARTHER.filter((place) => place < face.heights.length).map((place) => familyAt(face, place)),
      );
    return [...first.map(({ family }) => family), ...farther];
  });
}

/** The best optimum with one formula's coefficients from another. */
function recombined(
  { model: { parts }, objective }: Searchable,
  best: Optimum,
  met: readonly Optimum[],
): Family[] {
  if (parts.length === 1) return [];
  const inside = insideOf(best);
  return met
    .filter((other) => other.converged && other !== best)
    .flatMap((other) => {
      const there = insideOf(other);
      return parts.map(({ start, columns }) => {
        const theta = inside.slice();
        theta.set(there.subarray(start, start + columns), start);
        return [{ theta, value: objective.valueAt(theta) }];
      });
    })
    .filter(([{ value }]) => value < Number.POSITIVE_INFINITY);
}

/** The best of each family, the best families first; then the second of each, and so on. */
function chosen(families: readonly Family[], most: number): Valued[] {
  const sorted = [...families].sort((a, b) => byValue(a[0]!, b[0]!));
  const out: Valued[] = [];
  for (let rank = 0; out.length < most && sorted.some((family) => rank < family.length); rank++) {
    for (const family of sorted) if (rank < family.length && out.length < most) out.push(family[rank]!);
  }
  return out;
}

function byValue(a: Valued, b: Valued): number {
  return a.value - b.value;
}

interface SteepDesign {
  readonly part: Part;
  readonly design: DesignPart;
  /** coordinates of a predictor of 1 in all members */
  readonly level: Float64Array;
  /** the predictor of those that stay */
  readonly top: number;
}

/** The parts of the designs of SDs in which predictors can fall. */
function steepDesigns(model: StandardModel): SteepDesign[] {
  return model.parts.flatMap((part) => {
    const { kind, columns } = part;
    if (isTwoSided(part) || columns === 1 || (kind !== "sigma" && !canVanish(model, part))) return [];
    const values = distinctRows(blockOf(model, kind), part, MOST_VALUES);
    if (values === null) return [];
    return partsOf(values.rows, columns).flatMap((design) => {
      const level = levelOf(design);
      return design.q === 1 || level === null
        ? []
        : [{ part, design, level, top: TOP - typicalLogSd(model, kind) }];
    });
  });
}

/** Coordinates at which all members of a part have a predictor of 1, as with an intercept; null where there are none. */
function levelOf({ rows, q }: DesignPart): Float64Array | null {
  const chosen = independent(rows, q);
  const inverse = chosen.length === q ? inverseOf(chosen.map((at) => rows[at]!)) : null;
  if (inverse === null) return null;
  const level = Float64Array.from({ length: q }, (_, k) => {
    let sum = 0;
    for (let j = 0; j < q; j++) sum += inverse[k * q + j]!;
    return sum;
  });
  return rows.every((row) => Math.abs(dot(row, level) - 1) < 1e-6) ? level : null;
}

interface Steep {
  readonly direction: Float64Array;
  /** how far a unit of the direction takes those that go, the nearest first */
  readonly heights: readonly number[];
}

function steepFaces({ rows, q }: DesignPart): Steep[] {
  return facesOf(rows, q).flatMap(({ stays, direction }) => {
    if (!stays.includes(1)) return [];
    const heights = rows.filter((_, i) => stays[i] === 0).map((row) => -dot(row, direction));
    return [{ direction, heights: heights.sort((a, b) => a - b) }];
  });
}

/** Coefficients without what they give the members of a part of the design. */
function without(coefficients: Float64Array, { rows, q, lift, full }: DesignPart): Float64Array {
  const own = lift(coordinatesOf());
  return coefficients.map((one, k) => one - own[k]!);
  function coordinatesOf(): Float64Array {
    const chosen = independent(rows, q);
    const inverse = inverseOf(chosen.map((at) => rows[at]!))!;
    const predictors = chosen.map((at) => dot(full[at]!, coefficients));
    return Float64Array.from({ length: q }, (_, k) =>
      predictors.reduce((sum, predictor, j) => sum + inverse[k * q + j]! * predictor, 0),
    );
  }
}
