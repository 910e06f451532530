import { Field } from "../../abi";
import { add, clear, read, write } from "../../accumulate";
import { at, get } from "../../room";
import { axpy } from "../../simd/axpy";
import { cursor, rowLevel } from "./cursor";
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
  const slopes = cursor.slopes;
  const rowBytes = (<usize>m) << 3;
  clear(t + rowBytes, levels + cursor.pairs);
  // the three matrices of levels are one after the other
  memory.fill(levelRows, 0, work.K - levelRows);
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < terms; k++) {
      const u = rowLevel(i, k, terms);
      if (u < 0) continue;
      const z = slopes == 0 ? 1 : read(slopes, i * terms + k);
      add(t, m + u, z * read(t, i));
      axpy(levelRows + <usize>u * rowBytes, z, B + <usize>i * rowBytes, m);
      if (!withX) continue;
      for (let j = 0; j < p; j++) add(levelX, u * p + j, z * read(solved, j * m + i));
    }
  }
  for (let u = 0; u < levels; u++) {
    sumRows(levelRows + <usize>u * rowBytes, levelLevels + ((<usize>u * <usize>levels) << 3), m, terms);
    write(at(problem, Field.LevelScore), cursor.level + u, read(t, m + u));
    write(at(problem, Field.LevelInverse), cursor.level + u, read(levelLevels, u * levels + u));
    for (let j = 0; j < p; j++)
      write(at(problem, Field.LevelSolved), (cursor.level + u) * p + j, read(levelX, u * p + j));
  }
}

/** sums[v] += z_iv x_i over the rows i of each level v. */
function sumRows(x: usize, sums: usize, m: i32, terms: i32): void {
  let levels = cursor.rowLevels;
  let slopes = cursor.slopes;
  for (let i = 0; i < m; i++) {
    const xi = read(x, i);
    const end = levels + ((<usize>terms) << 2);
    if (slopes == 0) {
      for (; levels < end; levels += 4) {
        const v = load<i32>(levels);
        if (v >= 0) add(sums, v, xi);
      }
      continue;
    }
    for (; levels < end; levels += 4, slopes += 8) {
      const v = load<i32>(levels);
      if (v >= 0) add(sums, v, xi * load<f64>(slopes));
    }
  }
}
