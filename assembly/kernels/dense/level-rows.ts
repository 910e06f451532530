import { Field } from "../../abi";
import { add, read, write } from "../../accumulate";
import { at, get } from "../../room";
import { axpy } from "../../simd/axpy";
import { cursor, rowUnit } from "./cursor";
import { work } from "./work";

/** Sums B, q and, if asked, B X over the rows of each level. */
export function gatherUnits(problem: usize, withX: bool): void {
  const p = get(problem, Field.P);
  const terms = get(problem, Field.Terms);
  const m = cursor.rows;
  const units = cursor.units;
  const B = work.B;
  const t = work.t;
  const solved = work.solved;
  const unitRows = work.unitRows;
  const unitUnits = work.unitUnits;
  const unitX = work.unitX;
  const rowBytes = (<usize>m) << 3;
  memory.fill(t + rowBytes, 0, (<usize>(units + cursor.pairs)) << 3);
  memory.fill(unitRows, 0, <usize>units * rowBytes);
  memory.fill(unitUnits, 0, (<usize>units * <usize>units) << 3);
  memory.fill(unitX, 0, (<usize>units * <usize>p) << 3);
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < terms; k++) {
      const u = rowUnit(i, k, terms);
      if (u < 0) continue;
      add(t, m + u, read(t, i));
      axpy(unitRows + <usize>u * rowBytes, 1, B + <usize>i * rowBytes, m);
      if (!withX) continue;
      for (let j = 0; j < p; j++) add(unitX, u * p + j, read(solved, j * m + i));
    }
  }
  for (let u = 0; u < units; u++) {
    for (let i = 0; i < m; i++) {
      const b = read(unitRows, u * m + i);
      for (let k = 0; k < terms; k++) {
        const v = rowUnit(i, k, terms);
        if (v >= 0) add(unitUnits, u * units + v, b);
      }
    }
    write(at(problem, Field.UnitScore), cursor.unit + u, read(t, m + u));
    write(at(problem, Field.UnitInverse), cursor.unit + u, read(unitUnits, u * units + u));
    for (let j = 0; j < p; j++)
      write(at(problem, Field.UnitSolved), (cursor.unit + u) * p + j, read(unitX, u * p + j));
  }
}
