import type { NumericColumn } from "../data/table";
import { DrmError, didYouMean } from "../errors";
import type { Fit } from "../fit/fit";
import { listed } from "../words";

/** Rows used that share a level (or value) of a column. */
export interface RowGroup {
  readonly label: string;
  readonly members: readonly number[];
}

/**
 * The rows used by the levels of a column, in the levels' order; without a column one group, "all".
 * Throws DrmError("unknown_column") when `by` is not a column of the fit.
 */
export function groupRows(fit: Fit, by: string | undefined): readonly RowGroup[] {
  return by === undefined ? [{ label: "all", members: allRows(fit) }] : groupsOf(fit, by);
}

function allRows(fit: Fit): readonly number[] {
  return Array.from({ length: fit.nobs }, (_, i) => i);
}

function groupsOf(fit: Fit, by: string): readonly RowGroup[] {
  const column = Object.hasOwn(fit.data, by) ? fit.data[by] : undefined;
  if (column === undefined) {
    const known = Object.keys(fit.data);
    throw new DrmError(
      "unknown_column",
      `by '${by}' is not a column that the formulas use${listed(known)}${didYouMean(by, known)}`,
    );
  }
  const labels = column.kind === "factor" ? column : column.written;
  if (labels !== undefined) {
    const members: number[][] = labels.levels.map(() => []);
    labels.codes.forEach((code, i) => {
      if (code >= 0) members[code].push(i);
    });
    return labels.levels
      .map((label, code) => ({ label, members: members[code] }))
      .filter((group) => group.members.length > 0);
  }
  const { kind, values } = column as NumericColumn;
  const byValue = new Map<number, number[]>();
  values.forEach((value, i) => {
    const members = byValue.get(value);
    if (members === undefined) byValue.set(value, [i]);
    else members.push(i);
  });
  return [...byValue.keys()]
    .sort((a, b) => a - b)
    .map((value) => ({
      label: kind === "logical" ? String(value === 1) : String(value),
      members: byValue.get(value)!,
    }));
}
