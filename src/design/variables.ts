import type { FactorColumn } from "../data/table";
import { DrmError } from "../errors";
import type { Factor } from "../formula/terms";
import { asFactor } from "../frame/as-factor";
import { evaluate, type Source } from "../frame/evaluate";
import { basisColumns, isBasis, type Memory } from "./learned";

/** A variable of the formula evaluated on rows: one or several numeric columns, or a factor. */
export type Variable =
  | { readonly kind: "numeric"; readonly label: string; readonly columns: readonly Float64Array[] }
  | { readonly kind: "factor"; readonly label: string; readonly factor: FactorColumn };

export function evaluateVariable({ label, expr }: Factor, source: Source, memory: Memory): Variable {
  if (expr.type === "call" && isBasis(expr.fn)) {
    return { kind: "numeric", label, columns: basisColumns(expr, source, memory) };
  }
  const column = evaluate(expr, source);
  if (column.kind === "numeric") return { kind: "numeric", label, columns: [column.values] };
  // a logical is a factor with levels FALSE and TRUE, so its column is called `xTRUE`
  return { kind: "factor", label, factor: asFactor(column) };
}

/** A factor needs two levels to say anything; the message tells whether dropped rows are to blame. */
export function requireTwoLevels(label: string, levels: readonly string[], droppedRows: number): void {
  if (levels.length >= 2) return;
  const seen = levels.length === 0 ? "no level" : `one level ('${levels[0]}')`;
  const after =
    droppedRows === 0 ? "" : ` after ${droppedRows} row${droppedRows === 1 ? " was" : "s were"} dropped`;
  throw new DrmError("bad_factor", `'${label}' has ${seen}${after}: remove it from the formula`);
}
