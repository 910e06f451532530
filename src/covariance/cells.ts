import { DrmError } from "../errors";
import { shown } from "../options";

/** Numbers in an array or a typed array; null and NaN are missing. */
export type Cells = ArrayLike<number | null>;

/** The numbers of a user's array, missing ones as NaN. A Float64Array is used as it is: what keeps the numbers copies them. */
export function readCells(name: string, cells: Cells): Float64Array {
  if (cells instanceof Float64Array) return cells;
  if (typeof cells !== "object" || cells === null || typeof cells.length !== "number") {
    throw new DrmError("bad_known_v", `${name} must be an array of numbers, not ${shown(cells)}`);
  }
  const values = new Float64Array(cells.length);
  for (let i = 0; i < values.length; i++) {
    const cell: unknown = cells[i];
    if (typeof cell === "number") values[i] = cell;
    else if (cell === null || cell === undefined) values[i] = Number.NaN;
    else throw new DrmError("bad_known_v", `${name}[${i + 1}] is not a number: ${shown(cell)}`);
  }
  return values;
}
