import type { ColumnInput } from "../data/column-from";
import type { Column, FactorColumn } from "../data/table";
import { tableFrom } from "../data/table-from";
import { DrmError } from "../errors";
import type { BatchJob, ModelOptions } from "./job";
import { namedColumns } from "./named-columns";

/**
 * Data that can be sent to a worker: tables that consist of functions become columns. One that cannot be read is an
 * error only where the model names it, as in drm().
 */
export function cloneable(job: BatchJob, defaults: ModelOptions): BatchJob["data"] {
  const { data } = job;
  if (
    typeof data !== "object" ||
    data === null ||
    Array.isArray(data) ||
    !("column" in data || "getChild" in data)
  )
    return data;
  const table = tableFrom(data as Parameters<typeof tableFrom>[0]);
  const isNamed = namedColumns({ ...defaults, ...job });
  const out: Record<string, ColumnInput> = {};
  for (const name of table.names) {
    try {
      const column = table.column(name)!;
      // of names that are numbers a worker needs both
      out[name] = column.kind !== "factor" && column.written !== undefined ? column : columnInput(column);
    } catch (error) {
      if (!(error instanceof DrmError) || isNamed(name)) throw error;
    }
  }
  return out;
}

/** A column as a user may hold it, for JSON or for a worker. */
export function columnInput(column: Column): FactorColumn | Float64Array | (boolean | null)[] {
  if (column.kind === "factor") return column;
  if (column.kind === "numeric") return column.values;
  return Array.from(column.values, (value) => (Number.isNaN(value) ? null : value === 1));
}
