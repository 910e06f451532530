import type { Engine } from "./engine";
import type { Optimum } from "./optimum";

/** Beside the size of the log-likelihood, or 1. */
const SAME_VALUE = 1e-6;

/**
 * Takes the engine to an optimum. Where SDs are so far apart that the user's columns have no digits left, the likelihood at what
 * they give is another than the one that was searched, and the optimum has not been reached.
 */
export function settle(
  engine: Engine,
  optimum: Optimum,
): { readonly best: Optimum; readonly isThere: boolean } {
  const isThere = engine.settleAt(optimum.theta);
  const { value, converged, unbounded } = optimum;
  const differs = !(Math.abs(engine.problem.value - value) <= SAME_VALUE * Math.max(1, Math.abs(value)));
  const isLost = converged && !unbounded && (!isThere || differs);
  return { best: isLost ? { ...optimum, converged: false } : optimum, isThere };
}
