import { Field } from "../../abi";
import { read } from "../../accumulate";
import { scoreColumns } from "../../restricted";
import { at, get, isProportional } from "../../room";
import { cursor } from "./cursor";

/**
 * Where the numbers of the cluster at the cursor are while its derivatives are formed (derivatives.ts has the notation).
 * Its entries are numbered rows first, then levels, then pairs, then where V is known up to multipliers those of the rows.
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
  // with multipliers only (multiplier-entries.ts has the notation):
  /** G = D V D and C = B G, rows x rows, full, column-major */
  G: usize = 0;
  C: usize = 0;
  /** G q */
  s: usize = 0;
  /** G B X, rows x p, column-major */
  scaledX: usize = 0;
  /** G Gamma, rows x p, row-major */
  scaledGamma: usize = 0;
  /** one row of G B G */
  T: usize = 0;
  /** what follows is of correlated levels: structured-work.ts */
  structured: usize = 0;

  /** The layout that denseVectors() makes room for. */
  layOut(problem: usize): void {
    const p = get(problem, Field.P);
    const m = cursor.rows;
    const levels = cursor.levels;
    const proportional = isProportional(problem);
    const count = m + levels + cursor.pairs + (proportional ? m : 0);
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
    this.structured = after(this.gamma, m + levels, this.scores - 1);
    if (!proportional) return;
    // the layout that multiplierVectors() makes room for
    this.G = this.structured;
    this.C = after(this.G, m, m);
    this.s = after(this.C, m, m);
    this.scaledX = after(this.s, m, 1);
    this.scaledGamma = after(this.scaledX, m, p);
    this.T = after(this.scaledGamma, m, this.scores - 1);
    this.structured = after(this.T, m, 1);
  }

  /** x_e' (q q' + Gamma Gamma') x_f for rows and levels e and f */
  product(e: i32, f: i32): f64 {
    const sum = read(this.t, e) * read(this.t, f);
    if (this.scores == 1) return sum;
    return sum + this.inner(this.gammaOf(e), this.gammaOf(f));
  }

  /** The same with G e_i in the place of x_f. */
  mixedProduct(e: i32, i: i32): f64 {
    const sum = read(this.t, e) * read(this.s, i);
    return this.scores == 1 ? sum : sum + this.inner(this.gammaOf(e), this.scaledGammaOf(i));
  }

  /** The same with G e_i and G e_j. */
  scaledProduct(i: i32, j: i32): f64 {
    const sum = read(this.s, i) * read(this.s, j);
    return this.scores == 1 ? sum : sum + this.inner(this.scaledGammaOf(i), this.scaledGammaOf(j));
  }

  /** x_e' Gamma */
  gammaOf(e: i32): usize {
    return this.gamma + ((<usize>(e * (this.scores - 1))) << 3);
  }

  /** e_i' G Gamma */
  scaledGammaOf(i: i32): usize {
    return this.scaledGamma + ((<usize>(i * (this.scores - 1))) << 3);
  }

  private inner(a: usize, b: usize): f64 {
    const columns = this.scores - 1;
    let sum: f64 = 0;
    for (let j = 0; j < columns; j++) sum += read(a, j) * read(b, j);
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

/** Doubles beside these for multipliers of the m rows: their entries', and what they are made of. */
export function multiplierVectors(p: u64, q: u64, scores: u64, m: u64): u64 {
  return m * (q + 2 * scores) + m * (2 * m + p + scores + 1);
}
