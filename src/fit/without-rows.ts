import type { Design } from "../design/design";
import type { GroupDesign } from "../design/group-design";
import type { Response } from "./fit";
import { keptV, requireCovariance } from "./known-covariance";
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
  const take = (values: Float64Array) => Float64Array.from(kept, (row) => values[row]!);
  const takeResponse = ({ label, values, offset }: Response): Response => ({
    label,
    values: take(values),
    offset: offset === null ? null : take(offset),
  });
  const random = (inputs.random ?? []).map((effect) => {
    return { ...effect, ...takeLevels(effect.codes, effect.levels, kept) };
  });
  const designs = mapValues(inputs.designs, (design): Design => {
    const effect = random.find(({ dpar }) => dpar === design.key);
    return effect === undefined ? takeRows(design, kept) : takeGroups(design as GroupDesign, effect);
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
    random,
  };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, f: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
}

function takeRows(design: Design, kept: readonly number[]): Design {
  const { nrow, names, present } = design;
  return {
    ...design,
    nrow: kept.length,
    values: takeFromColumns(design.values, nrow, names.length, kept),
    present: present === null ? null : Uint8Array.from(kept, (row) => present[row]!),
  };
}

function takeFromColumns(values: Float64Array, nrow: number, columns: number, kept: readonly number[]) {
  const out = new Float64Array(kept.length * columns);
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < kept.length; i++) out[j * kept.length + i] = values[j * nrow + kept[i]!]!;
  }
  return out;
}

interface Levels {
  readonly codes: Int32Array;
  readonly levels: readonly string[];
  /** the number that each level had before */
  readonly from: readonly number[];
}

function takeLevels(codes: Int32Array, levels: readonly string[], kept: readonly number[]): Levels {
  const numberOf = new Int32Array(levels.length).fill(-1);
  for (const row of kept) if (codes[row]! >= 0) numberOf[codes[row]!] = 0;
  const from: number[] = [];
  for (let level = 0; level < levels.length; level++) {
    if (numberOf[level] === 0) numberOf[level] = from.push(level) - 1;
  }
  return {
    codes: Int32Array.from(kept, (row) => (codes[row]! < 0 ? -1 : numberOf[codes[row]!]!)),
    levels: from.map((level) => levels[level]!),
    from,
  };
}

function takeGroups(design: GroupDesign, { codes, levels, from }: Levels): GroupDesign {
  const counts = new Int32Array(levels.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const values = takeFromColumns(design.values, design.nrow, design.names.length, from);
  return { ...design, nrow: levels.length, values, levels, index: codes, counts };
}

/** Entries of V are rows, or y1[1], y2[1], y1[2], ... with two outcomes. */
function takeV({ knownV, family }: FitInputs, kept: readonly number[]): FitInputs["knownV"] {
  const entries = family === "gaussian" ? kept : kept.flatMap((row) => [2 * row, 2 * row + 1]);
  return keptV(requireCovariance(knownV, "this").subset(entries));
}
