import type { Fit } from "../../fit/fit";
import { type Printable, printableTable } from "../printable";

/** "note": worth knowing; "warning": do not report without a look; "error": unusable. */
export type CheckStatus = "ok" | "note" | "warning" | "error";

/** One finding. `value` is what was measured; `message` says what it means and, unless all is well, what to do. */
export interface CheckRow {
  /** name of the question, stable */
  readonly check: string;
  /** the verdict */
  readonly status: CheckStatus;
  /** what was measured */
  readonly value: string;
  /** what it means and, unless all is well, what to do */
  readonly message: string;
}

/** Bounds of the checks. */
export interface CheckOptions {
  /** largest acceptable |gradient|, in standardised design columns; default 1e-6 */
  readonly gradientTolerance: number;
}

/** A check looks at a fit and reports, or returns null when it does not apply or only exists to raise a flag. */
export type Check = (fit: Fit, options: CheckOptions) => CheckRow | null;

export function row(check: string, status: CheckStatus, value: string, message: string): CheckRow {
  return { check, status, value, message };
}

/** Findings that know their table. */
export function checkTable(rows: readonly CheckRow[], caption: string): Printable<readonly CheckRow[]> {
  return printableTable<readonly CheckRow[]>(rows, (own) => {
    const column = (header: keyof CheckRow) =>
      ({ header, cells: own.map((one) => one[header]), align: "left" }) as const;
    return {
      caption,
      columns: [column("check"), column("status"), column("value"), column("message")],
      notes: [],
    };
  });
}
