import { DrmError } from "../errors";
import { shown } from "../options";
import { cellName, entryName, type Selection } from "./selection";

/**
 * Two cells that mirror each other may differ by this much relative to the largest entry, and a covariance may
 * exceed the product of its SDs by this factor. Never absolute: effects in tiny units have tiny covariances.
 */
export const RELATIVE_TOLERANCE = 1.5e-8;

/** What is wrong with a sampling variance; `name` is its cell, as in `vi[17]`. */
export function badVariance(name: string, value: unknown): DrmError {
  return new DrmError(
    "bad_known_v",
    badCell(name, value) ?? `${name} = ${value}: sampling variances must be >= 0`,
  );
}

/** What is wrong with the pair of cells (k, l) and (l, k) of a matrix; `a` and `b` are what stands there. */
export function badPair(
  selection: Selection,
  k: number,
  l: number,
  a: unknown,
  b: unknown,
  variances: Float64Array,
): DrmError {
  const [ab, ba] = [cellName(selection, k, l), cellName(selection, l, k)];
  return new DrmError("bad_known_v", badCell(ab, a) ?? badCell(ba, b) ?? badNumbers());

  function badNumbers(): string {
    const [x, y] = [a as number, b as number];
    const largest = Math.max(Math.abs(x), Math.abs(y), largestOf(variances));
    if (Math.abs(x - y) > RELATIVE_TOLERANCE * largest) {
      return `${selection.label} is not symmetric: ${ab} = ${x} but ${ba} = ${y}`;
    }
    const zero = variances[k] === 0 ? k : l;
    if (variances[zero] === 0) {
      const owner = entryName(selection, zero);
      return `${ab} = ${x}, but the variance of ${owner} is 0: its covariances must be 0`;
    }
    const limit = Math.sqrt(variances[k]!) * Math.sqrt(variances[l]!);
    const rule = `with variances ${variances[k]} and ${variances[l]} it cannot exceed ${Number(limit.toPrecision(6))}`;
    return `${ab} = ${x} is not a covariance: ${rule} (a correlation beyond 1)`;
  }
}

/** Cells that are no numbers at all; null for the others. */
function badCell(name: string, value: unknown): string | null {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return `${name} is missing: V must be complete for the rows that are used`;
  }
  if (typeof value !== "number") return `${name} is not a number: ${shown(value)}`;
  if (Number.isFinite(value)) return null;
  return `${name} is ${value}: to leave its row out, set the effect size or its variance to missing`;
}

/** The largest variance, absent outcomes (NaN) left out. */
export function largestOf(variances: Float64Array): number {
  let largest = 0;
  for (let k = 0; k < variances.length; k++) if (variances[k]! > largest) largest = variances[k]!;
  return largest;
}
