import type { Table } from "../data/table";
import { DrmError } from "../errors";
import { ungroup } from "../formula/expr";
import type { DrmFormula } from "../formula/formula";

/** Rounded to two digits, a square differs from the column of squares by less than this. */
const ROUNDING = 0.05;
const FEW = 5;
/** vi, var_d, sampling.variance, lnRR.v: other columns are not read, which costs more than the comparison. */
const VARIANCE = /^v|var|[^a-z]v.?$/i;
/** More rows cost more than the question is worth, and large data come from programs. */
const MOST_ROWS = 5000;

/**
 * The column of variances, by its name, that holds the squares of what meta_V() was given, if there is one: then that is
 * standard errors. Null where V is not a plain column.
 */
export function squaresOfV(table: Table, formula: DrmFormula): string | null {
  const known = formula.dpars[0]!.knownV;
  const inner = known === null || known.inverse ? undefined : ungroup(known.argument);
  if (inner?.type !== "name" || table.nrow > MOST_ROWS) return null;
  const candidates = table.names.filter((name) => name !== inner.name && VARIANCE.test(name));
  if (candidates.length === 0) return null;
  const v = numbers(table, inner.name);
  if (v === null) return null;
  const rows = [...v.keys()].filter((i) => v[i]! > 0);
  // near 1 a number and its square are alike
  const telling = rows.filter((i) => Math.abs(v[i]! - 1) > 4 * ROUNDING);
  if (rows.length < FEW || 2 * telling.length < rows.length || new Set(rows.map((i) => v[i])).size < FEW)
    return null;
  const found = candidates.find((name) => {
    const squares = numbers(table, name);
    return squares !== null && rows.every((i) => Math.abs(squares[i]! - v[i]! ** 2) <= ROUNDING * v[i]! ** 2);
  });
  return found ?? null;
}

function numbers(table: Table, name: string): Float64Array | null {
  try {
    const column = table.column(name);
    return column?.kind === "numeric" ? column.values : null;
  } catch (error) {
    // a column that no formula uses may hold anything
    if (error instanceof DrmError) return null;
    throw error;
  }
}
