/** The number, or null where it does not exist: JSON has no NaN, and neither has a table that leaves JavaScript. */
export function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
