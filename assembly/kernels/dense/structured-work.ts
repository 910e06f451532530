import { Field } from "../../abi";
import { read, write } from "../../accumulate";
import { at, firstSd, get } from "../../room";
import { correlationsOf, cursor, rowLevel, termStructure } from "./cursor";
import { work } from "./work";

/**
 * The correlated levels of the cluster at the cursor (structured-entries.ts has the notation), and where numbers of them are while
 * derivatives are formed. Such a level has a *place*: those of one structure are one after the other. A coefficient of theta that
 * moves their SDs has a number among such, too.
 */
class Structured {
  /** places; 0 in a cluster without */
  count: i32 = 0;
  /** how many coefficients move SDs of these levels */
  coefficients: i32 = 0;
  /** omega, by place */
  sd: usize = 0;
  /** U, coefficients x places */
  U: usize = 0;
  /** z_a' q and z_a' Gamma, scores x places */
  scores: usize = 0;
  /** omega_a omega_b K_ab, places x places; between structures nothing is written, nor in A */
  C: usize = 0;
  /** sums over b of C_ab M_ab, and of C_ab M_ab U_bk, coefficients x places */
  sums: usize = 0;
  sumsU: usize = 0;
  /** A of one coefficient, places x places */
  A: usize = 0;
  /** A times the scores, coefficients x scores x places */
  moved: usize = 0;
  /** Z' B Z times that of one coefficient, scores x places */
  solvedMoved: usize = 0;
  /** Q = B Z and F = Q A, rows x places */
  Q: usize = 0;
  F: usize = 0;
  /** Z' F, coefficients x places x places */
  H: usize = 0;
  /** x_j' B N [q Gamma] of the rows, rows x scores */
  W: usize = 0;
  /** one number a place, or a column of Gamma */
  column: usize = 0;
  /** place of each level, -1 for none, 32-bit words */
  placeOf: usize = 0;

  // 32-bit words, too
  private levels: usize = 0;
  private rows: usize = 0;
  private structures: usize = 0;
  private firsts: usize = 0;
  private ends: usize = 0;
  private thetas: usize = 0;

  /** Finds them, and lays out what structuredVectors() makes room for. */
  find(problem: usize): void {
    this.count = 0;
    this.coefficients = 0;
    if (get(problem, Field.Structures) == 0 || cursor.levels == 0) return;
    const most = <usize>get(problem, Field.LargestStructured);
    this.placeOf = work.structured;
    this.levels = this.placeOf + ((<usize>cursor.levels) << 2);
    this.rows = this.levels + (most << 2);
    this.structures = this.rows + (most << 2);
    this.firsts = this.structures + (most << 2);
    this.ends = this.firsts + (most << 2);
    this.thetas = this.ends + (most << 2);
    memory.fill(this.placeOf, 0xff, (<usize>cursor.levels) << 2);
    const terms = get(problem, Field.Terms);
    for (let t = 0; t < terms; t++) {
      const structure = termStructure(problem, t);
      if (structure >= 0) this.addPlaces(structure, t, terms);
    }
    const afterWords = this.thetas + ((<usize>get(problem, Field.StructuredColumns)) << 2);
    this.sd = (afterWords + 7) & ~7;
    const omega2 = at(problem, Field.Omega2) + ((<usize>cursor.level) << 3);
    for (let a = 0; a < this.count; a++) write(this.sd, a, Math.sqrt(read(omega2, this.levelOf(a))));
    this.U = after(this.sd, this.count, 1);
    this.takeDesign(problem);

    const columns = work.scores;
    this.scores = after(this.U, this.coefficients, this.count);
    this.C = after(this.scores, columns, this.count);
    this.fillCovariances();
    this.sums = after(this.C, this.count, this.count);
    this.sumsU = after(this.sums, this.count, 1);
    this.A = after(this.sumsU, this.coefficients, this.count);
    this.moved = after(this.A, this.count, this.count);
    this.solvedMoved = after(this.moved, this.coefficients * columns, this.count);
    this.Q = after(this.solvedMoved, columns, this.count);
    this.F = after(this.Q, cursor.rows, this.count);
    this.H = after(this.F, cursor.rows, this.count);
    this.W = after(this.H, this.coefficients * this.count, this.count);
    this.column = after(this.W, cursor.rows, columns);
  }

  private addPlaces(structure: i32, t: i32, terms: i32): void {
    const first = this.count;
    for (let i = 0; i < cursor.rows; i++) {
      const u = rowLevel(i, t, terms);
      if (u < 0 || this.placeOfLevel(u) >= 0) continue;
      const a = this.count++;
      setWord(this.placeOf, u, a);
      setWord(this.levels, a, u);
      setWord(this.rows, a, i);
      setWord(this.structures, a, structure);
      setWord(this.firsts, a, first);
    }
    for (let a = first; a < this.count; a++) setWord(this.ends, a, this.count);
  }

  /** C, from the correlations between the levels' first rows: packed lower triangles. */
  private fillCovariances(): void {
    const n = this.count;
    const C = this.C;
    const rows = this.rows;
    for (let a = 0; a < n; a++) {
      const K = correlationsOf(word(this.structures, a));
      const sd = read(this.sd, a);
      // places are in the order of these rows
      const i = word(rows, a);
      const Ki = K + ((<usize>i * <usize>(i + 1)) << 2);
      for (let b = this.firstOf(a); b <= a; b++) {
        const covariance = sd * read(this.sd, b) * read(Ki, word(rows, b));
        write(C, a * n + b, covariance);
        write(C, b * n + a, covariance);
      }
    }
  }

  /** Columns of U that are zero in all these levels move nothing here. */
  private takeDesign(problem: usize): void {
    const columns = get(problem, Field.QSd);
    const all = get(problem, Field.Levels);
    const U = at(problem, Field.U) + ((<usize>cursor.level) << 3);
    for (let k = 0; k < columns; k++) {
      // a row that is not taken is written over, the last one by the scores
      const row = rowOf(this.U, this.coefficients);
      for (let a = 0; a < this.count; a++) write(row, a, read(U, k * all + this.levelOf(a)));
      if (hasNonzero(row, this.count)) setWord(this.thetas, this.coefficients++, firstSd(problem) + k);
    }
  }

  /** Of a level within the cluster, -1 where it is independent of the others. */
  placeOfLevel(u: i32): i32 {
    return this.count == 0 ? -1 : word(this.placeOf, u);
  }

  levelOf(a: i32): i32 {
    return word(this.levels, a);
  }

  /** The first place of the same structure, and the one after its last. */
  firstOf(a: i32): i32 {
    return word(this.firsts, a);
  }

  endOf(a: i32): i32 {
    return word(this.ends, a);
  }

  /** A times the scores c, of coefficient k. */
  movedOf(k: i32, c: i32): usize {
    return rowOf(this.moved, k * work.scores + c);
  }

  /** Where coefficient k is in theta. */
  thetaOf(k: i32): i32 {
    return word(this.thetas, k);
  }
}

function word(address: usize, i: i32): i32 {
  return load<i32>(address + ((<usize>i) << 2));
}

function setWord(address: usize, i: i32, value: i32): void {
  store<i32>(address + ((<usize>i) << 2), value);
}

function after(address: usize, rows: i32, columns: i32): usize {
  return address + ((<usize>rows * <usize>columns) << 3);
}

export function hasNonzero(x: usize, n: i32): bool {
  for (let i = 0; i < n; i++) if (read(x, i) != 0) return true;
  return false;
}

export const structured = new Structured();

/** Row i of a matrix with a column a place. */
export function rowOf(matrix: usize, i: i32): usize {
  return matrix + ((<usize>i * <usize>structured.count) << 3);
}

/** Doubles beside denseVectors() for so many correlated levels of a cluster, and coefficients that move their SDs. */
export function structuredVectors(m: u64, levels: u64, places: u64, coefficients: u64, scores: u64): u64 {
  const words = levels + 5 * places + coefficients;
  const ofPlaces = 3 + 2 * scores + 2 * places + 2 * m;
  const ofCoefficients = places * (2 + scores + places);
  return ((words + 1) >> 1) + places * ofPlaces + coefficients * ofCoefficients + (m + 1) * scores;
}
