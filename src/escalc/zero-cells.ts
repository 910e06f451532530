import { count } from "../words";
import type { Journal } from "./decisions";
import type { ZeroRule } from "./measure";
import type { Studies } from "./studies";

/** When something is added to counts: in rows with a 0, in all rows, in all rows if any has a 0, or never. */
export type AddTo = "only0" | "all" | "if0all" | "none";

export interface ZeroOptions {
  readonly add: number;
  readonly to: AddTo;
  readonly drop00: boolean;
}

/** Drops rows that say nothing of a difference, if so wanted, then adds to counts; in place, and in the journal. */
export function adjustZeros(
  studies: Studies,
  rule: ZeroRule<unknown>,
  { add, to, drop00 }: ZeroOptions,
  journal: Journal,
): void {
  if (drop00 && rule.isEmpty !== undefined) {
    for (const [i, study] of studies.entries()) {
      if (study === null || !rule.isEmpty(study)) continue;
      journal.of(i, "missing", "no events, or only events, in both groups; no effect size, as drop00 says");
      studies[i] = null;
    }
  }
  if (add === 0 || to === "none") return;
  const hasZero = (study: unknown) => study !== null && rule.counts(study).includes(0);
  if (to === "if0all" && !studies.some(hasZero)) return;
  let changed = 0;
  for (const [i, study] of studies.entries()) {
    if (study === null || (to === "only0" && !hasZero(study))) continue;
    studies[i] = rule.add(study, add);
    changed++;
    if (to === "only0") journal.of(i, "added", `a count is 0; ${add} was added to each count of the row`);
  }
  if (to !== "only0" && changed > 0) {
    journal.ofAll("added", `${add} was added to each count of ${count(changed, "row")}`);
  }
}
