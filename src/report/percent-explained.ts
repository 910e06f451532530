/** 100 (before - after) / before, at least 0, as metafor's R^2; NaN when there was nothing to explain. */
export function percentExplained(before: number, after: number): number {
  return before > 0 ? Math.max(0, (100 * (before - after)) / before) : Number.NaN;
}
