/**
 * Where a profile log-likelihood has dropped to a given depth. In x its signed square root
 *
 *   zeta(x) = sqrt(2 (top - profile(x)))
 *
 * is nearly a straight line, exactly one for a quadratic log-likelihood, so that secant steps on it converge at once
 * (Bates and Watts 1988, Nonlinear Regression Analysis, section 6.1). The limit is where zeta = depth.
 */
export interface ProfileCurve {
  /** log-likelihood with the coefficient at x and all else optimised; NaN where no optimum was reached */
  at(x: number): number;
  /** the largest log-likelihood, that of the fit */
  readonly top: number;
}

export interface Crossing {
  /** infinite when the profile levels off before the depth is reached; NaN when no limit was found */
  readonly x: number;
  readonly status: "ok" | "boundary" | "not found" | "better optimum";
}

/** On 2 (top - profile), relative to its target. */
const DEPTH_TOLERANCE = 1e-10;
/** Log-likelihood above the fit's that counts as another, better optimum. */
const BETTER = 1e-6;
/** Change of 2 (top - profile) over a step that counts as level, ... */
const LEVEL = 1e-9;
/** ... from this many units away from the start, over steps that double the distance. */
const FAR = 16;
const FARTHEST = 1e4;
const MOST_STEPS = 80;
const MOST_FAILURES = 12;

/**
 * Walks from `from` in the direction +1 or -1. `step` is the first guess of the distance, `unit` a distance after which
 * a levelled profile stays level.
 *
 * @param from x with zeta(x) < depth: the estimate; its zeta is taken as `zetaFrom`
 */
export function findCrossing(
  curve: ProfileCurve,
  from: number,
  zetaFrom: number,
  direction: 1 | -1,
  depth: number,
  step: number,
  unit: number,
): Crossing {
  let near = from;
  let zetaNear = zetaFrom;
  let levels = 0;
  let failures = 0;
  let next = from + direction * step;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const zeta = zetaAt(curve, next);
    if (zeta === null) return { x: Number.NaN, status: "better optimum" };
    if (Number.isNaN(zeta)) {
      if (++failures > MOST_FAILURES) break;
      next = near + 0.5 * (next - near);
      continue;
    }
    if (zeta >= depth) return refine(curve, near, zetaNear, next, zeta, depth);
    const distance = Math.abs(next - from);
    const level = distance >= FAR * unit && zeta * zeta - zetaNear * zetaNear <= LEVEL;
    levels = level ? levels + 1 : 0;
    if (levels >= 2 || distance > FARTHEST * unit) {
      return { x: direction * Number.POSITIVE_INFINITY, status: "boundary" };
    }
    // on the line through the last two points, a little beyond the depth; at most twice as far as so far
    const slope = (zeta - zetaNear) / Math.abs(next - near);
    const wanted = slope > 0 ? (1.05 * (depth - zeta)) / slope : Number.POSITIVE_INFINITY;
    near = next;
    zetaNear = zeta;
    next += direction * Math.min(wanted, Math.max(distance, step));
  }
  return { x: Number.NaN, status: "not found" };
}

/** null where the profile is above the fit's log-likelihood. */
export function zetaAt(curve: ProfileCurve, x: number): number | null {
  const drop = curve.top - curve.at(x);
  if (drop < -BETTER) return null;
  return Math.sqrt(2 * Math.max(0, drop));
}

/**
 * Secant steps on zeta inside a bracket, with the Illinois rule (an end that stays halves its weight) and now and then
 * a bisection.
 *
 * @param inside x with zeta < depth, `outside` one with zeta >= depth
 */
export function refine(
  curve: ProfileCurve,
  inside: number,
  zetaInside: number,
  outside: number,
  zetaOutside: number,
  depth: number,
): Crossing {
  let [a, weightA] = [inside, zetaInside - depth];
  let [b, weightB] = [outside, zetaOutside - depth];
  if (weightB <= tolerance(depth)) return { x: b, status: "ok" };
  let before: "a" | "b" | null = null;
  for (let steps = 1; steps <= MOST_STEPS; steps++) {
    const secant = b - (weightB * (b - a)) / (weightB - weightA);
    const x = steps % 5 === 0 || !Number.isFinite(secant) ? 0.5 * (a + b) : secant;
    const zeta = zetaAt(curve, x);
    if (zeta === null) return { x: Number.NaN, status: "better optimum" };
    if (Number.isNaN(zeta)) break;
    const g = zeta - depth;
    const width = Math.abs(b - a);
    const narrow = width <= 4 * Number.EPSILON * Math.max(Math.abs(a), Math.abs(b));
    if (Math.abs(g) <= tolerance(depth) || narrow) return { x, status: "ok" };
    if (g < 0) {
      [a, weightA] = [x, g];
      if (before === "a") weightB /= 2;
      before = "a";
    } else {
      [b, weightB] = [x, g];
      if (before === "b") weightA /= 2;
      before = "b";
    }
  }
  return { x: Number.NaN, status: "not found" };
}

/** zeta^2 within DEPTH_TOLERANCE of depth^2 */
function tolerance(depth: number): number {
  return 0.5 * DEPTH_TOLERANCE * depth;
}
