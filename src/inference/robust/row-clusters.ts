import { refuseInexactId } from "../../data/number-label";
import { type Column, labelColumn } from "../../data/table";
import { type DataInput, tableFrom } from "../../data/table-from";
import { DrmError, didYouMean } from "../../errors";
import { dparOf } from "../../fit/dpars";
import type { Fit } from "../../fit/fit";
import { groupingsOf } from "../../fit/groupings";
import { randomTermOf } from "../../formula/dpar";
import { asLabels } from "../../frame/as-factor";
import type { Model } from "../../model/model";
import { count, listed } from "../../words";

/** The cluster of each row used. */
export interface RowClusters {
  /** the column; "" for an array */
  readonly label: string;
  /** from 0, in order of appearance */
  readonly codes: Int32Array;
  /** what each cluster is called */
  readonly names: readonly string[];
}

/** A cluster of rows by its cells: a column's, or those of an array over the rows used or over all rows of the data. */
export type ClusterInput = string | ArrayLike<string | number | null>;

/** @throws DrmError "unknown_column"; "bad_data" for an array of another length or a row without a cluster */
export function rowClusters(fit: Fit, cluster: ClusterInput, data: DataInput | undefined): RowClusters {
  const label = typeof cluster === "string" ? cluster : "";
  const cells = typeof cluster === "string" ? columnCells(fit, cluster, data) : arrayCells(fit, cluster);
  const codeOf = new Map<string, number>();
  const codes = new Int32Array(fit.nobs);
  for (let i = 0; i < codes.length; i++) {
    const cell = cells(i);
    if (cell === null) {
      const where = `row ${fit.rows[i]! + 1} has no value of ${label === "" ? "the clusters" : `'${label}'`}`;
      throw new DrmError("bad_data", `${where}: every row that the fit used needs a cluster`);
    }
    let code = codeOf.get(cell);
    if (code === undefined) {
      code = codeOf.size;
      codeOf.set(cell, code);
    }
    codes[i] = code;
  }
  return { label, codes, names: [...codeOf.keys()] };
}

type Cells = (row: number) => string | null;

function columnCells(fit: Fit, name: string, data: DataInput | undefined): Cells {
  if (data !== undefined) {
    const table = tableFrom(data);
    const column = labelColumn(table, name);
    if (column === undefined) {
      const hint = didYouMean(name, table.names);
      throw new DrmError("unknown_column", `cluster: column '${name}' not in data${hint}`);
    }
    requireLength(fit, table.nrow, "data");
    const cell = columnCell(name, column);
    return (row) => cell(table.nrow === fit.nobs ? row : fit.rows[row]!);
  }
  if (Object.hasOwn(fit.data, name)) return columnCell(name, fit.data[name]!);
  const grouping = groupingsOf(fit).find(({ group }) => group === name);
  if (grouping !== undefined) {
    return (row) => (grouping.codes[row]! < 0 ? null : grouping.levels[grouping.codes[row]!]!);
  }
  const known = Object.keys(fit.data);
  const what = `cluster: '${name}' is not among the columns that the formulas use${listed(known)}`;
  throw new DrmError("unknown_column", `${what}: pass the data too${didYouMean(name, known)}`);
}

function columnCell(name: string, column: Column): Cells {
  const { codes, levels } = asLabels(name, column);
  return (row) => (codes[row]! < 0 ? null : levels[codes[row]!]!);
}

function arrayCells(fit: Fit, given: ArrayLike<string | number | null>): Cells {
  requireLength(fit, given.length, "cluster");
  return (row) => {
    const at = given.length === fit.nobs ? row : fit.rows[row]!;
    const cell = given[at];
    if (typeof cell === "number") refuseInexactId("cluster", cell, at);
    return cell === null || cell === undefined || Number.isNaN(cell) ? null : String(cell);
  };
}

function requireLength({ nobs, dropped }: Fit, length: number, what: string): void {
  if (length === nobs || length === nobs + dropped.count) return;
  const all = dropped.count === 0 ? "" : `, or ${nobs + dropped.count} with the rows that were dropped`;
  throw new DrmError("bad_data", `${what}: ${count(length, "row")}; the fit used ${nobs}${all}`);
}

/**
 * Refuses clusters that cut through what the model says is dependent: rows that covary in V, and levels of a random
 * intercept. @throws DrmError "bad_option"
 */
export function requireNested(
  fit: Fit,
  { V, outcomes, random }: Model,
  { label, codes, names }: RowClusters,
): void {
  const name = label === "" ? "the clusters" : `'${label}'`;
  const fail = (first: number, second: number, why: string) => {
    const rows = `rows ${fit.rows[first]! + 1} and ${fit.rows[second]! + 1}`;
    const apart = `are in clusters '${names[codes[first]!]}' and '${names[codes[second]!]}'`;
    const advice = `${name} must contain what depends on each other: cluster by a coarser column`;
    return new DrmError("bad_option", `${rows} ${why}, but ${apart}; ${advice}`);
  };
  const rowOf = (observation: number) => (outcomes === null ? observation : outcomes.frameRow[observation]!);
  V.eachTie((first, other) => {
    const [one, row] = [rowOf(first), rowOf(other)];
    if (codes[row] !== codes[one]) throw fail(one, row, "are correlated through V");
  });
  for (const { dpar, codes: levels, levels: labels } of groupingsOf(fit)) {
    const firstOf = new Int32Array(labels.length).fill(-1);
    for (let i = 0; i < levels.length; i++) {
      const level = levels[i]!;
      if (level < 0) continue;
      if (firstOf[level] === -1) firstOf[level] = i;
      const first = firstOf[level]!;
      if (codes[i] !== codes[first])
        throw fail(first, i, `share level '${labels[level]}' of ${randomTermOf(dparOf(fit, dpar))}`);
    }
  }
  for (const term of random) {
    if (term.structure === null) continue;
    term.tie((first, other) => {
      const [one, row] = [rowOf(first), rowOf(other)];
      if (codes[row] !== codes[one]) throw fail(one, row, `are related through ${randomTermOf(term.dpar)}`);
    });
  }
}
