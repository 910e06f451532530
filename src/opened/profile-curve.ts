import type { HeldPoint, HeldProblem } from "./held-coefficient";
import { type ProfileCurve, zetaAt } from "./profile-crossing";

export interface BranchingCurve extends ProfileCurve {
  /** Tries all starting points at x; zeta of the best point there, null above the fit's log-likelihood. */
  branch(x: number): number | null;
}

/** Gain in log-likelihood from another start that counts as another branch of the profile. */
const BRANCH = 1e-9;
/** Steps longer than this many units are taken in parts: an optimum that runs along a ridge is lost by a jump. */
const LONG_STEP = 2;
const PARTS = 4;

/**
 * The profile of a coefficient. Each value starts from those solved before: from the nearest, and on the line through
 * the nearest two. Near an edge such a point may sit on it while the optimum has left it, so that an interior start is
 * tried as well.
 *
 * @param best the fit's optimum, where the coefficient is `estimate` (perhaps infinite)
 * @param thorough false: the first start that arrives is taken, for large problems
 */
export function branchingCurve(
  problem: HeldProblem,
  best: HeldPoint,
  estimate: number,
  thorough: boolean,
): BranchingCurve {
  const solved: { x: number; point: HeldPoint }[] = [];
  if (Number.isFinite(estimate)) solved.push({ x: estimate, point: best });
  const others: Float64Array[] = [];

  function solve(x: number, starts: readonly Float64Array[], from: HeldPoint | null): HeldPoint | null {
    let found = from;
    for (const start of starts) found = better(problem.solve(x, start), found);
    if (found !== null) solved.push({ x, point: found });
    return found;
  }

  function take(x: number, point: HeldPoint | null, from: HeldPoint | null): HeldPoint | null {
    const found = better(point, from);
    if (found !== null) solved.push({ x, point: found });
    return found;
  }

  /** The points nearest to x, later ones first where several are at one place. */
  function nearest(x: number): { x: number; point: HeldPoint }[] {
    return [...solved].reverse().sort((a, b) => Math.abs(x - a.x) - Math.abs(x - b.x));
  }

  function warmStarts(x: number): Float64Array[] {
    const [first, ...rest] = nearest(x);
    if (first === undefined) return [best.theta];
    const a = first.point.theta;
    const second = rest.find((one) => one.x !== first.x);
    if (second === undefined) return [a];
    const ratio = (x - first.x) / (first.x - second.x);
    return [a.map((part, k) => part + ratio * (part - second.point.theta[k]!)), a];
  }

  function near(x: number): HeldPoint | null {
    const starts = warmStarts(x);
    if (thorough) return solve(x, starts, null);
    return solve(x, starts.slice(0, 1), null) ?? solve(x, starts.slice(1), null);
  }

  return {
    top: best.logLik,
    at(x) {
      const from = nearest(x)[0]?.x;
      if (thorough && from !== undefined && Math.abs(x - from) > LONG_STEP * problem.unit) {
        for (let part = 1; part < PARTS; part++) near(from + ((x - from) * part) / PARTS);
      }
      let found = solve(x, others, near(x));
      if (found === null) found = take(x, problem.fit(x), null);
      else if (problem.nearEdge(found.theta)) found = solve(x, [problem.start], found);
      return found === null ? Number.NaN : found.logLik;
    },
    branch(x) {
      const before = near(x);
      const found = take(x, problem.fit(x), before);
      const isOther = found !== null && before !== null && found.logLik > before.logLik + BRANCH;
      if (isOther) others.push(found.theta);
      return zetaAt({ top: best.logLik, at: () => found?.logLik ?? Number.NaN }, x);
    },
  };
}

function better(a: HeldPoint | null, b: HeldPoint | null): HeldPoint | null {
  return a !== null && (b === null || a.logLik > b.logLik) ? a : b;
}
