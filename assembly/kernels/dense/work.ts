import { Field } from "../../abi";
import { read } from "../../accumulate";
import { scoreColumns } from "../../restricted";
import { at, get } from "../../room";
import { cursor } from "./cursor";

/**
 * Where the numbers of the cluster at the cursor are while its derivatives are formed (derivatives.ts has the notation).
 * Its entries are numbered rows first, then levels, then pairs.
 */
class Work {
  entries: i32 = 0;
  /** how many columns t has: q's, and with the restricted likelihood Gamma's after it */
  scores: i32 = 1;
  /** B = S^-1, rows x rows, full */
  B: usize = 0;
  /** B X, rows x p, column-major */
  solved: usize = 0;
  residual: usize = 0;
  /** x_e' q and x_e' Gamma of rows and levels, entries x scores, column-major */
  t: usize = 0;
  /** z_u' B, levels x rows */
  levelRows: usize = 0;
  /** z_u' B z_v, levels x levels */
  levelLevels: usize = 0;
  /** z_u' B X, levels x p, row-major */
  levelX: usize = 0;
  /** one row of K */
  K: usize = 0;
  /** entries x q, column-major */
  D: usize = 0;
  /** x_e' Gamma once more, (rows + levels) x p, row-major */
  gamma: usize = 0;

  /** The layout that denseVectors() makes room for. */
  layOut(problem: usize): void {
    const p = get(problem, Field.P);
    const m = cursor.rows;
    const levels = cursor.levels;
    const count = m + levels + cursor.pairs;
    this.entries = count;
    this.scores = scoreColumns(problem);
    this.B = cursor.matrix;
    this.solved = at(problem, Field.Vectors);
    this.residual = after(this.solved, m, p);
    this.t = after(this.residual, m, 1);
    this.levelRows = after(this.t, count, this.scores);
    this.levelLevels = after(this.levelRows, levels, m);
    this.levelX = after(this.levelLevels, levels, levels);
    this.K = after(this.levelX, levels, p);
    this.D = after(this.K, count, 1);
    this.gamma = after(this.D, count, get(problem, Field.Q));
  }

  /** x_e' (q q' + Gamma Gamma') x_f for rows and levels e and f */
  product(e: i32, f: i32): f64 {
    let sum = read(this.t, e) * read(this.t, f);
    if (this.scores == 1) return sum;
    const columns = this.scores - 1;
    const ge = this.gamma + ((<usize>(e * columns)) << 3);
    const gf = this.gamma + ((<usize>(f * columns)) << 3);
    for (let j = 0; j < columns; j++) sum += read(ge, j) * read(gf, j);
    return sum;
  }
}

function after(address: usize, rows: i32, columns: i32): usize {
  return address + ((<usize>rows * <usize>columns) << 3);
}

export const work = new Work();

/** Doubles at Field.Vectors for a cluster of m rows: gamma has fewer than entries x (scores - 1). */
export function denseVectors(p: u64, q: u64, scores: u64, m: u64, levels: u64, pairs: u64): u64 {
  const entries = m + levels + pairs;
  return m * (p + 1) + entries * (q + 2 * scores) + levels * (m + levels + p);
}
