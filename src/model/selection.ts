import { unfilled } from "../data/doubles";

/** Which of some entities stay when others are left out. */
export interface Selection {
  /** ascending; a plain array, since a typed one has memory of its own to be made and freed */
  readonly kept: readonly number[];
  /** a 1 for each of the others */
  readonly leftOut: Uint8Array;
  /** where each stretch of the kept starts and ends: few are left out, and loops over stretches take half the time */
  readonly stretches: readonly number[];
}

export function selection(leftOut: Uint8Array): Selection {
  let count = 0;
  for (let i = 0; i < leftOut.length; i++) if (leftOut[i] === 0) count++;
  const kept = new Array<number>(count);
  let next = 0;
  for (let i = 0; i < leftOut.length; i++) if (leftOut[i] === 0) kept[next++] = i;
  return { kept, leftOut, stretches: stretchesOf(leftOut) };
}

function stretchesOf(leftOut: Uint8Array): number[] {
  const stretches: number[] = [];
  let isKept = false;
  for (let i = 0; i <= leftOut.length; i++) {
    if (isKept === (leftOut[i] === 0)) continue;
    isKept = !isKept;
    stretches.push(i);
  }
  return stretches;
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
  { kept, stretches }: Selection,
): Float64Array {
  const out = unfilled(kept.length * columns);
  let to = 0;
  for (let j = 0; j < columns; j++) {
    for (let s = 0; s < stretches.length; s += 2) {
      const end = j * nrow + stretches[s + 1]!;
      for (let i = j * nrow + stretches[s]!; i < end; i++) out[to++] = values[i]!;
    }
  }
  return out;
}
