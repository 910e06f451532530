/** Words that depend on what is counted or named: every message takes them from here. */

/** "1 row", "2 rows"; "1 study", "3 studies". */
export function count(n: number, noun: string): string {
  return `${n} ${n === 1 ? noun : plural(noun)}`;
}

/** "rows", "studies", "degrees of freedom". */
export function plural(noun: string): string {
  const [first, ...rest] = noun.split(" of ");
  const many = /[^aeiou]y$/.test(first!) ? `${first!.slice(0, -1)}ies` : `${first}s`;
  return [many, ...rest].join(" of ");
}

/** "a number", "an object". */
export function article(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? "an" : "a"} ${noun}`;
}

const MOST_LISTED = 20;

/** " (a, b)", or nothing where there is nothing to list; of very many names the first. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > MOST_LISTED ? `, ... ${names.length} in all` : "";
  return ` (${names.slice(0, MOST_LISTED).join(", ")}${more})`;
}
