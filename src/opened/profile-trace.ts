import { branchingCurve } from "./profile-curve";
import { type Profiled, type ProfileStatus, profileLimits } from "./profile-limits";

/** A profile as data. Arrays are one per value, ascending; the estimate is one of the values when it is finite. */
export interface ProfileTrace {
  /** whether both limits were found, and which is at a boundary */
  readonly status: ProfileStatus;
  /** link scale */
  readonly value: Float64Array;
  /** log-likelihood with the coefficient held there and all else optimised; NaN where no optimum was reached */
  readonly logLik: Float64Array;
  /** 2 (maximum - logLik) */
  readonly deviance: Float64Array;
  /** square root of the deviance with the sign of value - estimate: a straight line when the log-likelihood is quadratic */
  readonly signedRoot: Float64Array;
}

const NONE = new Float64Array(0);
/** Units shown on a side where the profile has no limit and the other side gives no measure. */
const OPEN_SIDE = 6;

/** The profile at equally spaced values between its limits at `depth`, and at the estimate. */
export function traceProfile(profiled: Profiled, depth: number, points: number): ProfileTrace {
  const { problem, estimate, best, thorough } = profiled;
  const { lower, upper, status } = profileLimits(profiled, depth);
  // a difference between two SDs that are both zero is nothing that could be held
  if (Number.isNaN(estimate)) return { status, value: NONE, logLik: NONE, deviance: NONE, signedRoot: NONE };
  const [from, to] = shownRange(profiled, lower, upper);
  const grid = Array.from({ length: points }, (_, k) => from + ((to - from) * k) / (points - 1));
  if (Number.isFinite(estimate) && !grid.includes(estimate)) grid.push(estimate);
  const value = Float64Array.from(grid).sort();
  const logLik = new Float64Array(value.length).fill(Number.NaN);
  // outwards from the maximum, each side by itself: neighbours are the best starts
  const centre = Math.min(Math.max(estimate, from), to);
  for (const direction of [-1, 1]) {
    const curve = branchingCurve(problem, best, estimate, thorough);
    const side = Array.from(value.keys()).filter((k) => direction * (value[k]! - centre) >= 0);
    if (direction < 0) side.reverse();
    for (const k of side) {
      if (value[k] === estimate) logLik[k] = best.logLik;
      else if (Number.isNaN(logLik[k]!)) {
        if (thorough) curve.branch(value[k]!);
        logLik[k] = curve.at(value[k]!);
      }
    }
  }
  const deviance = logLik.map((height) => 2 * (best.logLik - height));
  const signedRoot = deviance.map((drop, k) =>
    value[k] === estimate ? 0 : Math.sign(value[k]! - estimate) * Math.sqrt(drop),
  );
  return { status, value, logLik, deviance, signedRoot };
}

/** The limits; on a side without one, twice as far as on the other. */
function shownRange({ problem, estimate }: Profiled, lower: number, upper: number): [number, number] {
  const open = OPEN_SIDE * problem.unit;
  const anchors = [estimate, lower, upper, problem.valueAt(problem.start) ?? 0].filter(Number.isFinite);
  const anchor = anchors[0] ?? 0;
  const hasLower = Number.isFinite(lower);
  const hasUpper = Number.isFinite(upper);
  const reach = (known: boolean, limit: number) =>
    known && limit !== anchor ? 2 * Math.abs(limit - anchor) : open;
  return [
    hasLower ? lower : anchor - reach(hasUpper, upper),
    hasUpper ? upper : anchor + reach(hasLower, lower),
  ];
}
