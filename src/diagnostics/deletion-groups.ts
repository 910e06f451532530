import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import type { DeletionStatus, RefitsOptions, RowsToDelete } from "../inference/deletions";
import type { OptionKinds } from "../options";
import { groupRows } from "../report/row-groups";

/** What is left out at a time, and how it is refitted. */
export interface DeletionOptions extends RefitsOptions {
  /**
   * What is left out at a time: absent or "row" each row (each study, with two outcomes); the name of a column that a
   * formula uses, or one label per data row (dropped rows included) or per row used, all rows that share it.
   */
  readonly by?: string | ArrayLike<string | number>;
}

export const DELETION_OPTIONS: OptionKinds<DeletionOptions> = {
  by: "cells",
  starts: "number",
  onProgress: "function",
  signal: "signal",
};

/** What is left out at a time, in the order of the data or of the column's levels. */
export function deletionGroups(fit: Fit, by: DeletionOptions["by"]): readonly RowsToDelete[] {
  if (by === undefined || (by === "row" && !Object.hasOwn(fit.data, "row"))) {
    return Array.from(fit.rows, (row, i) => ({ label: String(row + 1), members: [i] }));
  }
  return typeof by === "string" ? groupRows(fit, by) : labelledRows(fit, by);
}

function labelledRows(fit: Fit, labels: ArrayLike<string | number>): readonly RowsToDelete[] {
  const labelOf = byRowUsed(fit, "by", "labels", labels);
  const members = new Map<string, number[]>();
  for (let i = 0; i < fit.nobs; i++) {
    const label = String(labelOf(i));
    const known = members.get(label);
    if (known === undefined) members.set(label, [i]);
    else known.push(i);
  }
  return Array.from(members, ([label, rows]) => ({ label, members: rows }));
}

/**
 * An option that has something for each data row (dropped rows included) or each row used, by row used.
 * Throws DrmError("bad_option") where it is of another length.
 */
export function byRowUsed<T>(
  fit: Fit,
  option: string,
  noun: string,
  values: ArrayLike<T>,
): (row: number) => T {
  const total = fit.nobs + fit.dropped.count;
  if (values.length === fit.nobs) return (row) => values[row]!;
  if (values.length === total) return (row) => values[fit.rows[row]!]!;
  const wanted = total === fit.nobs ? `${total}` : `${total} (all data rows) or ${fit.nobs} (those used)`;
  throw new DrmError("bad_option", `${option} has ${values.length} ${noun}: one a row is needed, ${wanted}`);
}

/** What `by` is called in a table: "row", the column, or "label". */
export function deletionUnit(by: DeletionOptions["by"]): string {
  if (by === undefined) return "row";
  return typeof by === "string" ? by : "label";
}

/** The 1-based data rows of rows used. */
export function dataRows(fit: Fit, members: readonly number[]): number[] {
  return members.map((row) => fit.rows[row] + 1);
}

/** A line for each deletion that is not "ok". */
export function explainDeletions(
  by: string,
  rows: readonly { readonly label: string; readonly status: DeletionStatus; readonly reason: string }[],
): string[] {
  return rows
    .filter(({ status }) => status !== "ok")
    .map(({ label, status, reason }) => `without ${by} ${label}: ${status}: ${reason}`);
}
