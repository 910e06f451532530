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
  const total = fit.nobs + fit.dropped.count;
  if (labels.length !== fit.nobs && labels.length !== total) {
    const wanted = total === fit.nobs ? `${total}` : `${total} (all data rows) or ${fit.nobs} (those used)`;
    throw new DrmError("bad_option", `by has ${labels.length} labels: one a row is needed, ${wanted}`);
  }
  const members = new Map<string, number[]>();
  for (let i = 0; i < fit.nobs; i++) {
    const label = String(labels[labels.length === fit.nobs ? i : fit.rows[i]]);
    const known = members.get(label);
    if (known === undefined) members.set(label, [i]);
    else known.push(i);
  }
  return Array.from(members, ([label, rows]) => ({ label, members: rows }));
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
