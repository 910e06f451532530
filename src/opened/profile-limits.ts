import type { HeldPoint, HeldProblem } from "./held-coefficient";
import { type Crossing, findCrossing, type ProfileCurve, refine, zetaAt } from "./profile-crossing";
import { branchingCurve } from "./profile-curve";

/**
 * "... at boundary": the likelihood never drops enough on that side, so the limit is infinite (an SD of 0 or without
 * bound, a correlation of +-1). "not found": a search failed. "better optimum found": a point on the way has a higher
 * likelihood than the fit, which is then not the maximum.
 */
export type ProfileStatus =
  | "ok"
  | "lower limit at boundary"
  | "upper limit at boundary"
  | "both limits at boundary"
  | "not found"
  | "better optimum found";

/** Link scale; a limit that was not found is NaN. */
export interface ProfileInterval {
  readonly lower: number;
  readonly upper: number;
  readonly status: ProfileStatus;
}

/** A problem with what is profiled held, and where its profile has its maximum. */
export interface Profiled {
  readonly problem: HeldProblem;
  /** of what is profiled; infinite at a boundary */
  readonly estimate: number;
  readonly stdError: number;
  /** the fit's optimum */
  readonly best: HeldPoint;
  /** every point is checked from all starts: small data are where profiles have several branches */
  readonly thorough: boolean;
}

const MOST_BRANCHES = 4;
/** A standard error near an edge can be anything: the first step is at most this many units. */
const LONGEST_FIRST_STEP = 8;
/** So many units beyond a limit is the edge for all purposes. */
const FAR_OUT = 20;

/**
 * Where zeta = depth on either side of the estimate. A limit is infinite ("at boundary") too where the profile has dropped
 * to the depth on the way but is above it again at the edge, as beside an SD with two humps and 0 among the values that the
 * likelihood-ratio test keeps: the interval is the hull of that set.
 */
export function profileLimits(
  { problem, estimate, stdError, best, thorough }: Profiled,
  depth: number,
): ProfileInterval {
  if (Number.isNaN(estimate)) return { lower: Number.NaN, upper: Number.NaN, status: "not found" };
  const [lower, upper] = ([-1, 1] as const).map((direction): Crossing => {
    if (estimate === direction * Number.POSITIVE_INFINITY) return { x: estimate, status: "boundary" };
    const curve = branchingCurve(problem, best, estimate, thorough);
    let crossing: Crossing;
    if (Number.isFinite(estimate)) {
      const wald = Number.isNaN(stdError) ? problem.unit : depth * stdError;
      const step = Math.min(wald, LONGEST_FIRST_STEP * problem.unit);
      crossing = findCrossing(curve, estimate, 0, direction, depth, step, problem.unit);
    } else {
      crossing = fromInfinity(problem, curve, direction, depth);
    }
    for (let branches = 0; thorough && crossing.status === "ok" && branches < MOST_BRANCHES; branches++) {
      const zeta = curve.branch(crossing.x);
      if (zeta === null) return { x: Number.NaN, status: "better optimum" };
      if (!(zeta < depth * (1 - 1e-9))) break;
      crossing = findCrossing(curve, crossing.x, zeta, direction, depth, problem.unit / 8, problem.unit);
    }
    const isScale = problem.valueAt(problem.start) !== null;
    if (thorough && isScale && crossing.status === "ok") {
      // the set of values that are not rejected may go on beyond a gap: an SD of 0 belongs to it or does not
      const far = problem.fit(crossing.x + direction * FAR_OUT * problem.unit);
      const isKept = far !== null && 2 * (best.logLik - far.logLik) < depth * depth;
      if (isKept) return { x: direction * Number.POSITIVE_INFINITY, status: "boundary" };
    }
    return crossing;
  }) as [Crossing, Crossing];
  return { lower: lower.x, upper: upper.x, status: statusOf(lower, upper) };
}

/** The finite limit of a coefficient whose estimate is infinite, `direction` leading away from the estimate. */
function fromInfinity(problem: HeldProblem, curve: ProfileCurve, direction: 1 | -1, depth: number): Crossing {
  let x = problem.valueAt(problem.start) ?? 0;
  let zeta = zetaAt(curve, x);
  let step = problem.unit;
  for (let tries = 0; tries < 16; tries++, step *= 2) {
    if (zeta === null) return { x: Number.NaN, status: "better optimum" };
    if (zeta < depth) return findCrossing(curve, x, zeta, direction, depth, problem.unit, problem.unit);
    const nearer = x - direction * step;
    const zetaNearer = zetaAt(curve, nearer);
    if (zetaNearer !== null && zetaNearer < depth) {
      return refine(curve, nearer, zetaNearer, x, zeta, depth);
    }
    if (!Number.isNaN(zetaNearer)) [x, zeta] = [nearer, zetaNearer];
  }
  return { x: Number.NaN, status: "not found" };
}

function statusOf(lower: Crossing, upper: Crossing): ProfileStatus {
  const statuses = [lower.status, upper.status];
  if (statuses.includes("better optimum")) return "better optimum found";
  if (statuses.includes("not found")) return "not found";
  if (lower.status === "boundary") {
    return upper.status === "boundary" ? "both limits at boundary" : "lower limit at boundary";
  }
  return upper.status === "boundary" ? "upper limit at boundary" : "ok";
}
