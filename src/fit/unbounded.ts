import type { ParameterKind } from "../model/terms/parameters";
import { along } from "./boundary";
import { allEdges, type Edge } from "./edges";
import type { Searchable } from "./engine";
import { isUnboundedAt, rowsWithoutV } from "./exact-rows";
import { recessionOf } from "./recession";
import type { StandardModel } from "./standard-model";
import { blockOf, linearPredictor } from "./theta-blocks";
import { PERFECT_FIT } from "./vanishing";

/**
 * Whether the likelihood has no bound at some edge, a plain one or any other: rows without a known variance that the mean can meet as their
 * sigma goes to 0 (exact-rows.ts), random intercepts keeping their variances or losing them; of a V known up to phi, rows whose phi
 * goes to 0 with their sigma, or beside a sigma held there. The rise begins far below an optimum inside, so that no search goes
 * there.
 */
export function risesAtEdge(model: StandardModel, plain: readonly Edge[]): boolean {
  const { zeroV, largestV, exactRows, random } = model;
  const isProportional = blockOf(model, "phi").dpars.length > 0;
  if (!(zeroV || isProportional) || !(largestV > 0) || exactRows.length > 0) return false;
  const edges = [...plain, ...allEdges(model)];
  // intercepts that have lost their variances, too, give a row nothing
  const gone = new Set(
    edges.filter(({ part, whole }) => part.kind === "sd" && whole).map(({ part }) => part),
  );
  const cases = gone.size === random.length ? [[], random] : [random];
  return bareRows(model, edges).some(
    (met) => met.length > 0 && cases.some((left) => isUnboundedAt(model, met, left)),
  );
}

/** The rows that have neither sampling variance nor sigma left at an edge of sigma, of phi, or of both. */
function bareRows(model: StandardModel, edges: readonly Edge[]): number[][] {
  const of = (kind: ParameterKind) => edges.filter(({ part }) => part.kind === kind);
  const alone = of("sigma").map(({ vanishes }) => rowsWithoutV(model).filter(vanishes));
  const { v, weights } = model;
  const { offset } = blockOf(model, "sigma");
  const isHeld = (row: number) => offset[row] === Number.NEGATIVE_INFINITY;
  const withPhi = of("phi").flatMap((phi) => {
    const rows: number[] = [];
    for (let i = 0; i < v.length; i++)
      if (weights?.[i] !== 0 && (v[i] === 0 || phi.vanishes(i))) rows.push(i);
    const vanishing = of("sigma").map((sigma) => rows.filter((row) => isHeld(row) || sigma.vanishes(row)));
    return [rows.filter(isHeld), ...vanishing];
  });
  return [...alone, ...withPhi];
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
