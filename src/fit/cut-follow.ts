import { dot } from "../linalg/vector";
import { along } from "./boundary";
import { othersOf, type Plane, towards } from "./cut-plane";
import { type Climb, climbed, followToBetter, inwards, leave } from "./edge-search";
import type { Edge } from "./edges";
import type { Searchable } from "./engine";
import type { Optimum } from "./optimum";
import { recessionsTo } from "./recession";

/** Root mean square of a correlation's linear predictor near, not at, its ends: tanh(3) is 0.995. */
const STEEP = 3;

/** The supremum along a cut, the other formulas' edges kept, or what is better inside from there; null unless it is better. */
export function followed(
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
  return reached.stays ? reached.optimum : leave(engine, reached, edges, top, climb);
}

/** Rows far from the plane may gain by leaving their end too, which the slope towards the cut does not tell. */
export function leaving(plane: Plane, top: Optimum, climb: Climb): Optimum | null {
  const cut = top.boundary?.edges.find(({ block }) => block.kind === "rho");
  if (cut === undefined) return null;
  const back = along(top.theta, cut.direction, -cut.toEdge);
  return climbed(softened(plane, top, towards(plane, top), back), top, climb);
}

/** A point from which a search moves the cut: correlations near their ends, not at them. */
export function softened(
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
