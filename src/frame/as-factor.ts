import { numberLabel, refuseInexactId } from "../data/number-label";
import type { Column, FactorColumn, NumericColumn } from "../data/table";

/** How a cell of a numeric or logical column reads as a level. */
export function valueLabel(kind: NumericColumn["kind"], value: number): string {
  if (kind === "logical") return value === 0 ? "FALSE" : "TRUE";
  return numberLabel(value);
}

/**
 * The cells as names of studies or clusters: as they were written, where that is known, or as asFactor() has them.
 *
 * @param rows of the data, where the column is about some of them
 * @throws DrmError "bad_data" on numbers that may stand for several names
 */
export function asLabels(name: string, column: Column, rows?: Int32Array): FactorColumn {
  if (column.kind === "factor") return column;
  if (column.written !== undefined) return column.written;
  const { values } = column;
  for (let i = 0; i < values.length; i++) refuseInexactId(name, values[i]!, rows?.[i] ?? i);
  return asFactor(column);
}

/** A factor whose levels are the column's own values, ascending; a factor stays as it is, but for `ordered` when given. */
export function asFactor(column: Column, asOrdered?: boolean): FactorColumn {
  const ordered = asOrdered ?? (column.kind === "factor" && column.ordered);
  if (column.kind === "factor") return column.ordered === ordered ? column : { ...column, ordered };
  const { kind, values } = column;
  // both levels of a logical even when only one occurs: R's rule, and the column is then called xTRUE
  if (kind === "logical")
    return { kind: "factor", codes: integerCodes(values, 0, 1).codes, levels: ["FALSE", "TRUE"], ordered };
  const range = integerRange(values);
  if (range !== null) {
    const { codes, used } = integerCodes(values, range.low, range.high);
    const levels: string[] = [];
    const recode = new Int32Array(used.length);
    for (let k = 0; k < used.length; k++) {
      recode[k] = levels.length;
      if (used[k] === 1) levels.push(numberLabel(range.low + k));
    }
    for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) codes[i] = recode[codes[i]!]!;
    return { kind: "factor", codes, levels, ordered };
  }
  return fromDistinct(values, ordered);
}

/** Identifiers are mostly small integers, which a table lookup codes without hashing or sorting. */
function integerRange(values: Float64Array): { low: number; high: number } | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (value !== Math.floor(value)) return null;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  // low > high: nothing but missing cells
  return low <= high && high - low <= 4 * values.length + 1000 ? { low, high } : null;
}

function integerCodes(values: Float64Array, low: number, high: number) {
  const codes = new Int32Array(values.length);
  const used = new Uint8Array(high - low + 1);
  for (let i = 0; i < codes.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) codes[i] = -1;
    else {
      codes[i] = value - low;
      used[value - low] = 1;
    }
  }
  return { codes, used };
}

function fromDistinct(values: Float64Array, ordered: boolean): FactorColumn {
  const distinct = Float64Array.from(new Set(values)).sort();
  const levels: string[] = [];
  const codeOf = new Map<number, number>();
  for (const value of distinct) {
    if (Number.isNaN(value)) {
      codeOf.set(value, -1);
      continue;
    }
    const label = numberLabel(value);
    // neighbours that agree to 15 digits are one level
    if (label !== levels[levels.length - 1]) levels.push(label);
    codeOf.set(value, levels.length - 1);
  }
  const codes = new Int32Array(values.length);
  for (let i = 0; i < codes.length; i++) codes[i] = codeOf.get(values[i]!)!;
  return { kind: "factor", codes, levels, ordered };
}
