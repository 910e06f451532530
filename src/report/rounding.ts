/** Relative to the standard error: an estimate that is closer to 0 is what rounding leaves of it. */
const ROUNDING = 1e-13;

/**
 * Which estimates print as 0: those that are rounding beside their own standard error, whatever the units of the others, or
 * where that is 0 beside the largest of the estimates that are as certain. Data and JSON keep them.
 */
export function printAsZero(
  rows: readonly { readonly estimate: number; readonly stdError: number }[],
): boolean[] {
  let largest = 0;
  for (const { estimate, stdError } of rows) {
    if (stdError === 0 && Number.isFinite(estimate)) largest = Math.max(largest, Math.abs(estimate));
  }
  return rows.map(({ estimate, stdError }) => {
    return Math.abs(estimate) < ROUNDING * (stdError === 0 ? largest : stdError);
  });
}
