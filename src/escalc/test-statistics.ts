import { studentTCritical } from "../stats/student-t";

/** The t of a two-sided p-value, whose sign is taken for that of the effect. */
export function twoSidedT(p: number, df: number): number {
  return Math.sign(p) * studentTCritical(1 - Math.abs(p), df);
}
