import { scratch } from "../data/doubles";

/** Which of some entities stay when others are left out. */
export interface Selection {
  /** ascending */
  readonly kept: Int32Array;
  /** a 1 for each of the others */
  readonly leftOut: Uint8Array;
}

export function selection(leftOut: Uint8Array): Selection {
  let count = 0;
  for (let i = 0; i < leftOut.length; i++) if (leftOut[i] === 0) count++;
  const kept = new Int32Array(count);
  let next = 0;
  for (let i = 0; i < leftOut.length; i++) if (leftOut[i] === 0) kept[next++] = i;
  return { kept, leftOut };
}

/** The number that each of the kept has among them, -1 for the others. */
export function numbersAmong({ kept, leftOut }: Selection): Int32Array {
  const out = new Int32Array(leftOut.length).fill(-1);
  for (let k = 0; k < kept.length; k++) out[kept[k]!] = k;
  return out;
}

/** Columns (column-major) over those that are kept. May be scratch. */
export function takeFromColumns(
  values: Float64Array,
  nrow: number,
  columns: number,
  kept: Int32Array,
): Float64Array {
  const count = kept.length;
  const out = scratch(count * columns);
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < count; i++) out[j * count + i] = values[j * nrow + kept[i]!]!;
  }
  return out;
}
