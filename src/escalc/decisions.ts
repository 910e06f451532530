import { DrmError } from "../errors";

/** What escalc() did with a row, or with all of them, that its formulas do not say. */
export interface Decision {
  /** row of the data, counted from 1; null for all rows */
  readonly row: number | null;
  /** its label, where `study` names them */
  readonly study: string | null;
  /**
   * "added": something was added to counts of 0; "missing": the row has no effect size; "note": a number to look at; "unused": an
   * argument or an option that this measure has no use for; "replaced": a column of the data that was there before
   */
  readonly kind: "added" | "missing" | "note" | "unused" | "replaced";
  /** in words, with the row and the study */
  readonly message: string;
}

/** Gathers decisions, and errors that name the row and its study. */
export function journal(labels: readonly (string | null)[] | null) {
  const decisions: Decision[] = [];
  const at = (i: number) => {
    const label = labels?.[i] ?? null;
    return label === null ? `row ${i + 1}` : `row ${i + 1} (${label})`;
  };
  return {
    /** those about all rows first, then row by row */
    decisions: (): readonly Decision[] => [...decisions].sort((a, b) => (a.row ?? 0) - (b.row ?? 0)),
    of(i: number, kind: Decision["kind"], what: string): void {
      decisions.push({ row: i + 1, study: labels?.[i] ?? null, kind, message: `${at(i)}: ${what}` });
    },
    ofAll(kind: Decision["kind"], message: string): void {
      decisions.push({ row: null, study: null, kind, message });
    },
    error(i: number, what: string): DrmError {
      return new DrmError("bad_data", `${at(i)}: ${what}`);
    },
  };
}

export type Journal = ReturnType<typeof journal>;
