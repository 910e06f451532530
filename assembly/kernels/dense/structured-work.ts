import { Field } from "../../abi";
import { read, write } from "../../accumulate";
import { at, firstCor, firstSd, get } from "../../room";
import { correlationsOf, cursor, rowLevel, termGroup, termStructure } from "./cursor";
import { Group } from "./groups";
import { work } from "./work";

/**
 * The correlated levels of the cluster at the cursor (structured-entries.ts has the notation), and where numbers of them are while
 * derivatives are formed. Such a level has a *place*: those of one structure, or of one group (groups.ts), are one after the other. A
 * coefficient of theta that moves their SDs has a number among such, too; those of the groups' correlations come after these.
 */
class Structured {
  /** places; 0 in a cluster without */
  count: i32 = 0;
  /** how many coefficients move SDs of these levels, and with those of their correlations */
  sds: i32 = 0;
  coefficients: i32 = 0;
  /** omega, by place */
  sd: usize = 0;
  /** U, coefficients x places; 0 of correlations */
  U: usize = 0;
  /** z_a' q and z_a' Gamma, scores x places */
  scores: usize = 0;
  /** omega_a omega_b K_ab, places x places; between structures nothing is written, nor in A */
  C: usize = 0;
  /** sums over b of C_ab M_ab, and of C_ab M_ab U_bk, coefficients x places */
  sums: usize = 0;
  sumsU: usize = 0;
  /** of correlations: sums over b of dC_ab/dkappa_k M_ab, coefficients x places */
  sumsK: usize = 0;
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
  /** by coefficient: its group, -1 of an SD, and its number among the group's */
  private groups: usize = 0;
  private numbers: usize = 0;

  /** Finds them, and lays out what structuredVectors() makes room for. */
  find(problem: usize): void {
    this.count = 0;
    this.coefficients = 0;
    const groups = get(problem, Field.CorGroups);
    if ((get(problem, Field.Structures) == 0 && groups == 0) || cursor.levels == 0) return;
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
      if (structure >= 0) this.closePlaces(this.addPlaces(structure, t, terms, this.count));
    }
    for (let g = 0; g < groups; g++) {
      const first = this.count;
      for (let t = 0; t < terms; t++) if (termGroup(problem, t) == g) this.addPlaces(-1 - g, t, terms, first);
      this.closePlaces(first);
    }
    const coefficients = <usize>(get(problem, Field.StructuredColumns) + get(problem, Field.QCor));
    this.groups = this.thetas + (coefficients << 2);
    this.numbers = this.groups + (coefficients << 2);
    const afterWords = this.numbers + (coefficients << 2);
    this.sd = (afterWords + 7) & ~7;
    const omega2 = at(problem, Field.Omega2) + ((<usize>cursor.level) << 3);
    for (let a = 0; a < this.count; a++) write(this.sd, a, Math.sqrt(read(omega2, this.levelOf(a))));
    this.U = after(this.sd, this.count, 1);
    this.takeDesign(problem);
    this.takeCorrelations(problem);

    const columns = work.scores;
    this.scores = after(this.U, this.coefficients, this.count);
    this.C = after(this.scores, columns, this.count);
    this.fillCovariances(problem);
    this.sums = after(this.C, this.count, this.count);
    this.sumsU = after(this.sums, this.count, 1);
    this.sumsK = after(this.sumsU, this.coefficients, this.count);
    this.A = after(this.sumsK, this.coefficients, this.count);
    this.moved = after(this.A, this.count, this.count);
    this.solvedMoved = after(this.moved, this.coefficients * columns, this.count);
    this.Q = after(this.solvedMoved, columns, this.count);
    this.F = after(this.Q, cursor.rows, this.count);
    this.H = after(this.F, cursor.rows, this.count);
    this.W = after(this.H, this.coefficients * this.count, this.count);
    this.column = after(this.W, cursor.rows, columns);
  }

  /** Those of term t, in the structure whose places begin at `first`, which it returns. */
  private addPlaces(structure: i32, t: i32, terms: i32, first: i32): i32 {
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
    return first;
  }

  private closePlaces(first: i32): void {
    for (let a = first; a < this.count; a++) setWord(this.ends, a, this.count);
  }

  /** C, from the correlations between the levels' first rows: packed lower triangles. Of a group, from its roles. */
  private fillCovariances(problem: usize): void {
    const n = this.count;
    const C = this.C;
    const rows = this.rows;
    for (let a = 0; a < n; a++) {
      const g = this.groupOf(a);
      if (g >= 0) {
        const group = Group.at(problem, g);
        const row = rowOf(C, a);
        this.fillRoles(group, group.C, a, row);
        for (let b = this.firstOf(a); b < this.endOf(a); b++) write(row, b, read(row, b) * read(this.sd, a));
        continue;
      }
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
      if (!hasNonzero(row, this.count)) continue;
      setWord(this.groups, this.coefficients, -1);
      setWord(this.thetas, this.coefficients++, firstSd(problem) + k);
    }
    this.sds = this.coefficients;
  }

  /** The coefficients of the groups that have levels here. */
  private takeCorrelations(problem: usize): void {
    let a = 0;
    while (a < this.count) {
      const g = this.groupOf(a);
      a = this.endOf(a);
      if (g < 0) continue;
      const group = Group.at(problem, g);
      for (let k = 0; k < group.coefficients; k++) {
        memory.fill(rowOf(this.U, this.coefficients), 0, (<usize>this.count) << 3);
        setWord(this.groups, this.coefficients, g);
        setWord(this.numbers, this.coefficients, k);
        setWord(this.thetas, this.coefficients++, firstCor(problem) + group.first + k);
      }
    }
  }

  /** out[b] = omega_b K(r_a, r_b), b in the group of place a, 0 where the two are of different owners. K is R x R. */
  fillRoles(group: Group, K: usize, a: i32, out: usize): void {
    const u = this.levelOf(a);
    const owner = group.ownerOf(u);
    const row = K + ((<usize>(group.roleOf(u) * group.roles)) << 3);
    const end = this.endOf(a);
    for (let b = this.firstOf(a); b < end; b++) {
      const v = this.levelOf(b);
      write(out, b, group.ownerOf(v) == owner ? read(this.sd, b) * read(row, group.roleOf(v)) : 0);
    }
  }

  /** Group of place a, -1 where its correlations are known. */
  groupOf(a: i32): i32 {
    const structure = word(this.structures, a);
    return structure < 0 ? -1 - structure : -1;
  }

  /** Group whose correlations coefficient k moves, -1 for one of SDs. */
  groupOfCoefficient(k: i32): i32 {
    return word(this.groups, k);
  }

  /** Its number among the group's. */
  numberInGroup(k: i32): i32 {
    return word(this.numbers, k);
  }

  /** Whether coefficient k moves the structure or group that begins at place `first`. */
  moves(k: i32, first: i32): bool {
    const g = this.groupOfCoefficient(k);
    if (g >= 0) return this.groupOf(first) == g;
    return hasNonzero(rowOf(this.U, k) + ((<usize>first) << 3), this.endOf(first) - first);
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
  const words = levels + 5 * places + 3 * coefficients;
  const ofPlaces = 3 + 2 * scores + 2 * places + 2 * m;
  const ofCoefficients = places * (3 + scores + places);
  return ((words + 1) >> 1) + places * ofPlaces + coefficients * ofCoefficients + (m + 1) * scores;
}
