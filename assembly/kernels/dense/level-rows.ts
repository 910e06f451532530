import { Field } from "../../abi";
import { add, read, write } from "../../accumulate";
import { at, get } from "../../room";
import { axpy } from "../../simd/axpy";
import { cursor, rowLevel, rowSlope } from "./cursor";
import { work } from "./work";

/** Sums B, q and, if asked, B X over the rows of each level, times the slopes of the rows. */
export function gatherLevels(problem: usize, withX: bool): void {
  const p = get(problem, Field.P);
  const terms = get(problem, Field.Terms);
  const m = cursor.rows;
  const levels = cursor.levels;
  const B = work.B;
  const t = work.t;
  const solved = work.solved;
  const levelRows = work.levelRows;
  const levelLevels = work.levelLevels;
  const levelX = work.levelX;
  const rowBytes = (<usize>m) << 3;
  const sloped = cursor.slopes != 0;
  memory.fill(t + rowBytes, 0, (<usize>(levels + cursor.pairs)) << 3);
  memory.fill(levelRows, 0, <usize>levels * rowBytes);
  memory.fill(levelLevels, 0, (<usize>levels * <usize>levels) << 3);
  memory.fill(levelX, 0, (<usize>levels * <usize>p) << 3);
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < terms; k++) {
      const u = rowLevel(i, k, terms);
      if (u < 0) continue;
      const z = rowSlope(i, k, terms);
      add(t, m + u, z * read(t, i));
      axpy(levelRows + <usize>u * rowBytes, z, B + <usize>i * rowBytes, m);
      if (!withX) continue;
      for (let j = 0; j < p; j++) add(levelX, u * p + j, z * read(solved, j * m + i));
    }
  }
  for (let u = 0; u < levels; u++) {
    for (let i = 0; i < m; i++) {
      const b = read(levelRows, u * m + i);
      for (let k = 0; k < terms; k++) {
        const v = rowLevel(i, k, terms);
        if (v >= 0) add(levelLevels, u * levels + v, sloped ? b * rowSlope(i, k, terms) : b);
      }
    }
    write(at(problem, Field.LevelScore), cursor.level + u, read(t, m + u));
    write(at(problem, Field.LevelInverse), cursor.level + u, read(levelLevels, u * levels + u));
    for (let j = 0; j < p; j++)
      write(at(problem, Field.LevelSolved), (cursor.level + u) * p + j, read(levelX, u * p + j));
  }
}
