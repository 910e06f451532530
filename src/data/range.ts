// As Math.max() and Math.min(), which take their numbers as arguments, of which there is room for some 100,000.

/** The largest number, at least `least`; NaN where one of them is. */
export function largest(values: Iterable<number>, least = Number.NEGATIVE_INFINITY): number {
  let found = least;
  for (const value of values) found = Math.max(found, value);
  return found;
}

/** The smallest number, at most `most`; NaN where one of them is. */
export function smallest(values: Iterable<number>, most = Number.POSITIVE_INFINITY): number {
  let found = most;
  for (const value of values) found = Math.min(found, value);
  return found;
}
