import { scratch } from "../data/doubles";
import type { Design } from "../design/design";
import type { GroupDesign } from "../design/group-design";
import { dparOf, isOfLevels } from "../fit/dpars";
import type { Response } from "../fit/fit";
import { keptV, requireCovariance } from "../fit/known-covariance";
import type { FitInputs } from "./model-of-fit";

/**
 * The inputs of a fit without some of its rows (studies, with two outcomes). Design columns keep their values, so that
 * what poly() or scale() learned from all rows stands; levels of random intercepts that lose their last row go, and so
 * do their rows in the design of sd(group). `leftOut` has a 1 for each row to leave out. Cost O(rows x coefficients),
 * and the cells of V.
 */
export function withoutRows(inputs: FitInputs, leftOut: Uint8Array): FitInputs {
  const kept: number[] = [];
  for (let i = 0; i < leftOut.length; i++) if (leftOut[i] === 0) kept.push(i);
  const take = (values: Float64Array) => takeFromColumns(values, leftOut.length, 1, kept);
  const takeResponse = ({ label, values, offset }: Response): Response => ({
    label,
    values: take(values),
    offset: offset === null ? null : take(offset),
  });
  const designs = mapValues(inputs.designs, (design): Design => {
    const isGrouped = isOfLevels(dparOf(inputs, design.key));
    return isGrouped ? takeGroups(design as GroupDesign, kept) : takeRows(design, kept);
  });
  return {
    family: inputs.family,
    method: inputs.method,
    fixed: inputs.fixed,
    dpars: inputs.dpars,
    nobs: kept.length,
    designs,
    response: mapValues(inputs.response, takeResponse),
    weights: inputs.weights === null ? null : take(inputs.weights),
    knownV: takeV(inputs, kept),
  };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, f: (value: T) => U): Record<string, U> {
  const out: Record<string, U> = {};
  for (const key of Object.keys(record)) out[key] = f(record[key]!);
  return out;
}

/** Not { ...design, ... }: of all that is done for a deletion, copies of objects would be the dearest part. */
function takeRows(
  { key, names, nrow, values, assign, termLabels, present, recipe }: Design,
  kept: readonly number[],
): Design {
  return {
    key,
    names,
    nrow: kept.length,
    values: takeFromColumns(values, nrow, names.length, kept),
    assign,
    termLabels,
    present: present === null ? null : Uint8Array.from(kept, (row) => present[row]!),
    recipe,
  };
}

function takeFromColumns(values: Float64Array, nrow: number, columns: number, kept: readonly number[]) {
  const count = kept.length;
  const out = scratch(count * columns);
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < count; i++) out[j * count + i] = values[j * nrow + kept[i]!]!;
  }
  return out;
}

/** Over the levels that a kept row has. */
function takeGroups(design: GroupDesign, kept: readonly number[]): GroupDesign {
  const { index, nrow, names } = design;
  const counts = new Int32Array(nrow);
  for (const row of kept) if (index[row]! >= 0) counts[index[row]!]!++;
  const numberOf = new Int32Array(nrow).fill(-1);
  const from: number[] = [];
  for (let level = 0; level < nrow; level++) if (counts[level]! > 0) numberOf[level] = from.push(level) - 1;
  return {
    ...design,
    nrow: from.length,
    values: takeFromColumns(design.values, nrow, names.length, from),
    levels: from.map((level) => design.levels[level]!),
    index: Int32Array.from(kept, (row) => (index[row]! < 0 ? -1 : numberOf[index[row]!]!)),
    counts: Int32Array.from(from, (level) => counts[level]!),
  };
}

/** Entries of V are rows, or y1[1], y2[1], y1[2], ... with two outcomes. */
function takeV({ knownV, family }: FitInputs, kept: readonly number[]): FitInputs["knownV"] {
  const entries = family === "gaussian" ? kept : kept.flatMap((row) => [2 * row, 2 * row + 1]);
  return keptV(requireCovariance(knownV, "this").subset(entries));
}
