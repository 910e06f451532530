/**
 * The order of factor levels when none is given: R's `sort()` in an English locale. Punctuation, then digits, then
 * letters regardless of case; between words that differ only in case, lower before upper ("a" < "A" < "b"). Digits are
 * characters, not numbers: "10" < "2".
 */

let collator: Intl.Collator | undefined;

/** Sorts levels in place as R does, and returns them. The order is total: it never depends on the order of the rows. */
export function sortLevels(levels: string[]): string[] {
  if (levels.length < 2) return levels;
  // the locale is named, so that the reference level is the same on every machine; made late, because it takes a while
  collator ??= new Intl.Collator("en");
  const collate = collator.compare;
  return levels.sort((a, b) => collate(a, b) || (a < b ? -1 : a > b ? 1 : 0));
}
