/** How p-values of several contrasts are adjusted; Holm's is never worse than Bonferroni's. */
export type Adjustment = "holm" | "bonferroni" | "none";

/**
 * P-values adjusted for looking at m of them, as R's p.adjust(): Bonferroni m p, Holm (1979, Scandinavian Journal of
 * Statistics 6, 65-70) the running maximum of (m - i + 1) p_(i); at most 1. NaN stay so and do not count towards m.
 */
export function adjustPValues(pValues: readonly number[], method: Adjustment): number[] {
  const order = [...pValues.keys()].filter((i) => !Number.isNaN(pValues[i]!));
  order.sort((i, j) => pValues[i]! - pValues[j]!);
  const m = order.length;
  const adjusted = pValues.slice();
  if (method === "none") return adjusted;
  let largest = 0;
  order.forEach((i, rank) => {
    const factor = method === "holm" ? m - rank : m;
    largest = Math.max(largest, Math.min(1, factor * pValues[i]!));
    adjusted[i] = largest;
  });
  return adjusted;
}
