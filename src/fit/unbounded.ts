import { dot } from "../linalg/vector";
import type { ParameterKind } from "../model/terms/parameters";
import { along } from "./boundary";
import { allEdges, distinctRows, type Edge, MOST_VALUES, placed } from "./edges";
import type { Searchable } from "./engine";
import { isUnboundedAlong } from "./exact-rows";
import { hyperplanes } from "./faces";
import { isOn } from "./facets";
import { recessionOf } from "./recession";
import type { StandardModel } from "./standard-model";
import { blockOf, linearPredictor, type ThetaBlock } from "./theta-blocks";
import { PERFECT_FIT } from "./vanishing";

/** Directions tried of a formula of sigma with several moderators. */
const MOST_DIRECTIONS = 4000;

/**
 * Whether the likelihood has no bound somewhere: rows without a known variance that the mean can meet as their sigma goes
 * to 0, random intercepts keeping their variances or losing them. The rise can begin far below an optimum inside, so that no
 * search goes there. Of a V known up to phi: rows whose phi goes to 0 with their sigma, or beside a sigma held there.
 *
 * Where there is a direction of sigma's coefficients that rises (exact-rows.ts), there is one in which q - 1 rows of its
 * design keep their sigma: the rate is linear wherever no row changes sides, and such places are cones that these directions
 * span. (By REML it also bends where two rows fall alike; there the edges and these directions are what is looked at.)
 */
export function risesAtEdge(model: StandardModel, plain: readonly Edge[]): boolean {
  const { zeroV, exactRows, random, parts } = model;
  const isProportional = blockOf(model, "phi").dpars.length > 0;
  if (!(zeroV || isProportional) || exactRows.length > 0) return false;
  const block = blockOf(model, "sigma");
  if (block.basis.columns === 0 && !isProportional) return false;
  const edges = [...plain, ...allEdges(model)];
  // intercepts that have lost their variances, too, give a row nothing
  const gone = new Set(
    edges.filter(({ part, whole }) => part.kind === "sd" && whole).map(({ part }) => part),
  );
  const cases = gone.size === random.length ? [[], random] : [random];
  const rises = (direction: Float64Array) => {
    const changes = changesAlong(block, direction);
    return cases.some((left) => isUnboundedAlong(model, changes, left));
  };
  if (
    isProportional &&
    bareRows(model, edges).some((met) => cases.some((left) => isMetWithout(model, met, left)))
  )
    return true;
  if (!zeroV) return false;
  if (edges.some(({ part, direction }) => part.kind === "sigma" && rises(direction))) return true;
  return parts.some((part) => {
    const values = part.kind === "sigma" ? distinctRows(block, part, MOST_VALUES) : null;
    if (values === null) return false;
    for (const normal of hyperplanes(values.rows, part.columns, MOST_DIRECTIONS)) {
      const direction = placed(block, part, normal);
      if (rises(direction) || rises(direction.map((slope) => -slope))) return true;
    }
    return false;
  });
}

/** By edges of phi, and of sigma with them: 1 for the rows that have neither sampling variance nor sigma left. */
function bareRows(model: StandardModel, edges: readonly Edge[]): Float64Array[] {
  const of = (kind: ParameterKind) => edges.filter(({ part }) => part.kind === kind);
  const { v } = model;
  const { offset } = blockOf(model, "sigma");
  const isHeld = (row: number) => offset[row] === Number.NEGATIVE_INFINITY;
  return of("phi").flatMap((phi) =>
    [
      isHeld,
      ...of("sigma").map(
        ({ vanishes }) =>
          (row: number) =>
            isHeld(row) || vanishes(row),
      ),
    ].map((isGone) => v.map((variance, i) => ((variance === 0 || phi.vanishes(i)) && isGone(i) ? 1 : 0))),
  );
}

/** Whether the likelihood has no bound as the variances of these rows go to 0 together. */
function isMetWithout(model: StandardModel, bare: Float64Array, random: StandardModel["random"]): boolean {
  const v = model.v.map((variance, i) => (bare[i] === 1 ? 0 : variance));
  const changes = bare.map((flag) => -flag);
  return isUnboundedAlong({ ...model, v }, changes, random);
}

/** Of log sigma by row, along a direction of its coefficients: exactly 0 where rounding says so, or where sigma is held at 0. */
function changesAlong(
  { basis: { values, rows, columns }, offset }: ThetaBlock,
  direction: Float64Array,
): Float64Array {
  const row = new Float64Array(columns);
  return Float64Array.from({ length: rows }, (_, i) => {
    for (let k = 0; k < columns; k++) row[k] = values[k * rows + i]!;
    return offset[i] === Number.NEGATIVE_INFINITY || isOn(row, direction) ? 0 : dot(row, direction);
  });
}

/** log sigma is compared with what it was twice so much before, ... */
const STRETCH = 3;
/** ... over which the second stretch gains at least this share of the first, and more than rounding. */
const AS_STEEP = 0.9;
const RISE = 1e-3;
/** How far the rise is followed on. */
const BEYOND = 10;

/**
 * Whether the likelihood rises without limit here: some sigma, or sqrt(phi v), is tiny where nothing else gives a row, or in a singular V a
 * combination of rows, a variance. Where what is left over is zero, each unit of log sigma has gained the same and will go
 * on to; where it is not, or where other rows' sigma goes along, the point is an overshoot and the likelihood falls towards
 * it. SDs of random intercepts that are as tiny go along. Returns a point farther up, or null.
 */
export function farUp({ model, objective }: Searchable, theta: Float64Array): Float64Array | null {
  const rows = [tinyTogether(model, "phi", theta), tinyTogether(model, "sigma", theta)];
  if (rows.every((direction) => direction === null)) return null;
  const down = new Float64Array(theta.length);
  for (const direction of [...rows, tinyTogether(model, "sd", theta)])
    direction?.forEach((part, k) => {
      down[k]! += part;
    });
  const valueAfter = (logSd: number) => objective.valueAt(along(theta, down, logSd));
  const here = valueAfter(0);
  const before = valueAfter(-STRETCH);
  const first = valueAfter(-2 * STRETCH) - before;
  if (!(first > RISE && before - here > AS_STEEP * first)) return null;
  return valueAfter(BEYOND) < here ? along(theta, down, BEYOND) : theta;
}

/** The direction of theta in which just the tiny SDs of a block fall, the slowest by 1 on the log scale; null without one. */
function tinyTogether(model: StandardModel, kind: ParameterKind, theta: Float64Array): Float64Array | null {
  const block = blockOf(model, kind);
  const logs = linearPredictor(block, theta);
  const u = kind === "phi" ? logs.map((log, i) => log + 0.5 * Math.log(model.v[i]!)) : logs;
  // rows held at 0 have no sigma that could run anywhere
  const tiny = u.map((value) => (value < PERFECT_FIT && value > Number.NEGATIVE_INFINITY ? 1 : 0));
  const nowhere = new Float64Array(u.length).fill(Number.POSITIVE_INFINITY);
  const recession = recessionOf(block, theta.length, nowhere, () => 1, Uint8Array.from(tiny));
  return recession === null ? null : recession.direction.map((part) => part / recession.slowest);
}
