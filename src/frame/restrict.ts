import type { Column } from "../data/table";
import type { DparFormula } from "../formula/dpar-formula";
import type { Frame } from "./frame";
import { takeRows } from "./levels";

/** The kept rows that a parameter of a bivariate model is about; null when that is all of them. */
export function presentRows(dpar: DparFormula, { outcomePresent, nrow }: Frame): Uint8Array | null {
  if (outcomePresent === null) return null;
  const [first, second] = outcomePresent;
  const present =
    dpar.outcome === 1
      ? first
      : dpar.outcome === 2
        ? second
        : Uint8Array.from({ length: nrow }, (_, i) => first[i]! & second[i]!);
  return present.includes(0) ? present : null;
}

/** The frame of the marked rows alone, levels that only the other rows have left out. */
export function restrictFrame(frame: Frame, present: Uint8Array): Frame {
  const kept: number[] = [];
  for (let i = 0; i < present.length; i++) if (present[i] === 1) kept.push(i);
  const within = Int32Array.from(kept);
  const columns = new Map<string, Column>();
  return {
    ...frame,
    nrow: within.length,
    rows: within.map((row) => frame.rows[row]!),
    weights: frame.weights === null ? null : Float64Array.from(within, (row) => frame.weights![row]!),
    outcomePresent: null,
    column(name) {
      let column = columns.get(name);
      if (column === undefined) {
        column = takeRows(frame.column(name), within);
        columns.set(name, column);
      }
      return column;
    },
  };
}
