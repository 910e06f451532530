import { dot } from "../linalg/vector";
import { type Cut, freeAtPredictors, wayTo } from "./cuts";
import { distinctRows, type Edge, MOST_VALUES, placed } from "./edges";
import type { Searchable } from "./engine";
import { isOn } from "./facets";
import type { Optimum } from "./optimum";
import { beyond } from "./recession";
import { blockOf, type Part, type ThetaBlock } from "./theta-blocks";

/** Predictor of a row that a cut sets free: a correlation of tanh(1) = 0.76 at most, from which a search can go both ways. */
const FREED = 1;

/** The moderators of a correlation: its block, and the distinct rows of its design. */
export interface Plane {
  readonly block: ThetaBlock;
  readonly part: Part;
  readonly rows: readonly Float64Array[];
  readonly of: (entity: number) => number;
}

export function planeOf({ model }: Searchable): Plane | null {
  const part = model.parts.find(({ kind, columns }) => kind === "rho" && columns > 1);
  if (part === undefined) return null;
  const block = blockOf(model, "rho");
  const values = distinctRows(block, part, MOST_VALUES);
  return values === null ? null : { block, part, ...values };
}

/** Where the coefficients of the correlation run to, or, inside, where they are. */
export function towards({ part }: Plane, { theta, boundary }: Optimum): Float64Array {
  const edge = boundary?.edges.find(({ block }) => block.kind === "rho");
  return (edge?.direction ?? theta).slice(part.start, part.start + part.columns);
}

export function isAtCut({ boundary }: Optimum): boolean {
  return boundary?.edges.some(({ block }) => block.kind === "rho") ?? false;
}

export function othersOf({ boundary }: Optimum) {
  return boundary?.edges.filter(({ block }) => block.kind !== "rho") ?? [];
}

/** A cut with the objective there, the other parameters as they are. */
export interface Valued {
  /** null for that of a direction alone */
  readonly cut: Cut | null;
  readonly edge: Edge;
  /** theta beside the cut, from which its edge leads there */
  readonly beside: Float64Array;
  readonly value: number;
}

/** Values cuts, and those that directions make, once each; null where rounding hides which side a row is on. */
export interface Valuing {
  readonly cut: (cut: Cut) => Valued | null;
  readonly along: (direction: Float64Array) => Valued | null;
}

export function valuing(
  { objective }: Searchable,
  { block, part, rows, of }: Plane,
  { theta }: Optimum,
  met: Map<string, Valued>,
): Valuing {
  const rho = theta.subarray(part.start, part.start + part.columns);
  const predictors = rows.map((row) => Math.max(-FREED, Math.min(FREED, dot(row, rho))));
  const at = (
    cut: Cut | null,
    direction: Float64Array,
    baseOf: (free: readonly number[]) => Float64Array | null,
  ) => {
    const heights = rows.map((row) => (isOn(row, direction) ? 0 : dot(row, direction)));
    const key = heights.map(Math.sign).join("");
    const known = met.get(key);
    if (known !== undefined) return known;
    const base = baseOf([...heights.keys()].filter((i) => heights[i] === 0));
    if (base === null) return null;
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
  return {
    cut: (cut) => {
      const way = wayTo(cut, rows, predictors);
      return way === null ? null : at(cut, way.direction, () => way.base);
    },
    along: (direction) =>
      at(null, direction, (free) =>
        freeAtPredictors(
          free.map((i) => rows[i]!),
          free.map((i) => predictors[i]!),
          part.columns,
        ),
      ),
  };
}

export function firstOf(met: Map<string, Valued>, most: number): Valued[] {
  return [...met.values()].sort((a, b) => a.value - b.value).slice(0, most);
}
