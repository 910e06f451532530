import type { ColumnInput } from "../data/column-from";
import type { Column } from "../data/table";
import { tableFrom } from "../data/table-from";
import { DrmError } from "../errors";
import type { BatchJob, ModelOptions } from "./job";

/**
 * Data that can be sent to a worker: tables that consist of functions become columns. One that cannot be read is an
 * error only where the model names it, as in drm().
 */
export function cloneable(job: BatchJob, defaults: ModelOptions): BatchJob["data"] {
  const { data } = job;
  if (Array.isArray(data) || !("column" in data || "getChild" in data)) return data;
  const table = tableFrom(data as Parameters<typeof tableFrom>[0]);
  const { formulas = "", weights } = { ...defaults, ...job };
  const named = [formulas, weights].flat().join("\n");
  const out: Record<string, ColumnInput> = {};
  for (const name of table.names) {
    try {
      out[name] = columnInput(table.column(name)!);
    } catch (error) {
      if (!(error instanceof DrmError) || named.includes(name)) throw error;
    }
  }
  return out;
}

function columnInput(column: Column): ColumnInput {
  if (column.kind === "factor") return column;
  if (column.kind === "numeric") return column.values;
  return Array.from(column.values, (value) => (Number.isNaN(value) ? null : value === 1));
}
