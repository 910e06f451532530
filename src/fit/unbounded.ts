import { along } from "./boundary";
import type { Edge } from "./edges";
import type { Searchable } from "./engine";
import { recessionOf } from "./recession";
import { linearPredictor, thetaBlocks } from "./theta-blocks";
import { PERFECT_FIT } from "./vanishing";

/** log sigma, in units of the data's spread, at which a rise shows beside other rows' variances. */
const DEEP = -20;

/**
 * Whether the likelihood has no bound at some edge of `edges` though `best` is an optimum inside: a row without a known
 * variance that the mean can meet. The rise begins below the optimum, so that no search goes there.
 */
export function risesElsewhere(engine: Searchable, best: Float64Array, edges: readonly Edge[]): boolean {
  const { model } = engine;
  if (model.reml || !model.zeroV || !(model.largestV > 0)) return false;
  return edges.some(({ block, part, whole, direction, slowest }) => {
    if (part.kind !== "sigma" || !whole) return false;
    let highest = Number.NEGATIVE_INFINITY;
    for (const value of linearPredictor(model, block, best)) highest = Math.max(highest, value);
    const full = new Float64Array(best.length);
    full.set(direction, block.start);
    return farUp(engine, along(best, full, (highest - DEEP) / slowest)) !== null;
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
 * Whether the likelihood rises without limit here: some sigma is tiny where nothing else gives a row, or in a singular V a
 * combination of rows, a variance. Where what is left over is zero, each unit of log sigma has gained the same and will go
 * on to; where it is not, or where other rows' sigma goes along, the point is an overshoot and the likelihood falls towards
 * it. Returns a point farther up, or null.
 */
export function farUp({ model, objective }: Searchable, theta: Float64Array): Float64Array | null {
  const block = thetaBlocks(model).find(({ kind }) => kind === "sigma")!;
  const u = linearPredictor(model, block, theta);
  // rows held at 0 have no sigma that could run anywhere
  const tiny = u.map((value) => (value < PERFECT_FIT && value > Number.NEGATIVE_INFINITY ? 1 : 0));
  const nowhere = new Float64Array(u.length).fill(Number.POSITIVE_INFINITY);
  const recession = recessionOf(block, theta.length, nowhere, () => 1, Uint8Array.from(tiny));
  if (recession === null) return null;
  const { direction, slowest } = recession;
  const valueAfter = (logSigma: number) => objective.valueAt(along(theta, direction, logSigma / slowest));
  const here = valueAfter(0);
  const before = valueAfter(-STRETCH);
  const first = valueAfter(-2 * STRETCH) - before;
  if (!(first > RISE && before - here > AS_STEEP * first)) return null;
  return valueAfter(BEYOND) < here ? along(theta, direction, BEYOND / slowest) : theta;
}
