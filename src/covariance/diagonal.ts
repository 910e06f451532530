import { BlockCovariance } from "./block-covariance";
import type { Cells } from "./cells";
import { badVariance } from "./refuse";
import type { Selection } from "./selection";

/**
 * A vector of variances, one for each data row. One pass; its memory is shared when every row is kept, the model is
 * univariate and it is a Float64Array.
 */
export function fromVector(values: Cells, selection: Selection): BlockCovariance {
  const { source, total, bivariate } = selection;
  if (!(values instanceof Float64Array) || source.length !== total || bivariate) {
    return new BlockCovariance(takeVariances(values, selection));
  }
  for (let k = 0; k < values.length; k++) {
    if (!isVariance(values[k])) throw badVariance(entry(selection, k), values[k]);
  }
  return new BlockCovariance(values);
}

/** The variances of the kept entries, absent outcomes NaN. `name` is what errors call the vector. */
export function takeVariances(values: Cells, selection: Selection, name = selection.label): Float64Array {
  const { source } = selection;
  const variances = new Float64Array(source.length);
  for (let k = 0; k < source.length; k++) {
    if (source[k]! < 0) {
      variances[k] = Number.NaN;
      continue;
    }
    const value = values[source[k]!];
    if (!isVariance(value)) throw badVariance(entry(selection, k, name), value);
    variances[k] = value;
  }
  return variances;
}

/** False for NaN, too. */
export function isVariance(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY;
}

function entry({ label, numbers }: Selection, k: number, name = label): string {
  return `${name}[${numbers[k]! + 1}]`;
}
