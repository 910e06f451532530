/**
 * `did you mean 'habitat'?` for the nearest known name, or the empty string. Near is: the same but for case and the signs
 * between words, or with at most a third of its letters (one of three) changed, added, left out or swapped with the next.
 * Of one or two letters hardly anything is left after a change: there the first must be the same.
 */
export function didYouMean(name: string, known: Iterable<string>): string {
  let best = "";
  let bestDistance = Number.POSITIVE_INFINITY;
  const wanted = plain(name);
  for (const candidate of known) {
    const other = plain(candidate);
    // that many letters differ at least, and long texts take time
    if (!isNear(wanted, other, Math.abs(wanted.length - other.length))) continue;
    const distance = wanted === other ? 0 : editDistance(wanted, other);
    if (distance < bestDistance && isNear(wanted, other, distance)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best === "" ? "" : `; did you mean '${best}'?`;
}

function isNear(a: string, b: string, distance: number): boolean {
  if (distance === 1 && a[0] === b[0]) return true;
  return 3 * distance <= Math.max(a.length, 3) && 2 * distance < Math.max(a.length, b.length);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s._-]+/g, "");
}

/** Letters changed, added, left out, or swapped with the next (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(substitution, previous[j]! + 1, current[j - 1]! + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, before[j - 2]! + 1);
      current.push(least);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length]!;
}
