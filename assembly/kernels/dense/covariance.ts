import { Field } from "../../abi";
import { add, copy, read, write } from "../../accumulate";
import { at, get, isProportional } from "../../room";
import { Correlation } from "../correlation";
import { correlationsOf, cursor, rowLevel, rowSlope, termGroup, termStructure } from "./cursor";
import { addGroup } from "./groups";

/** So many numbers of a row are copied faster one by one. */
const FEW = 32;

/** Writes the lower triangle of S of the cluster at the cursor (derivatives.ts has its equation). */
export function fillSigma(problem: usize): void {
  const m = cursor.rows;
  const matrix = cursor.matrix;
  const terms = get(problem, Field.Terms);
  const sigma2 = at(problem, Field.Sigma2) + ((<usize>cursor.row) << 3);
  const omega2 = at(problem, Field.Omega2) + ((<usize>cursor.level) << 3);
  const proportional = isProportional(problem);
  const multiplier = at(problem, Field.Multiplier) + ((<usize>cursor.row) << 3);
  const sloped = cursor.slopes != 0;
  const groups = get(problem, Field.CorGroups);
  const structured = get(problem, Field.Structures) != 0 || groups != 0;
  let packed = cursor.packed;
  for (let i = 0; i < m; i++) {
    const row = matrix + ((<usize>i * <usize>m) << 3);
    const bytes = (<usize>(i + 1)) << 3;
    if (i < FEW) copy(row, packed, i + 1);
    else memory.copy(row, packed, bytes);
    packed += bytes;
    if (proportional) scaleRow(row, multiplier, i);
    add(row, i, read(sigma2, i));
    for (let t = 0; t < terms; t++) {
      const u = rowLevel(i, t, terms);
      if (u < 0 || (structured && isCorrelated(problem, t))) continue;
      const o2 = read(omega2, u);
      if (sloped) addSloped(row, o2 * rowSlope(i, t, terms), u, i, t, terms);
      else for (let j = 0; j <= i; j++) if (rowLevel(j, t, terms) == u) add(row, j, o2);
    }
  }
  for (let t = 0; structured && t < terms; t++)
    if (termStructure(problem, t) >= 0) addCorrelated(problem, omega2, t, terms);
  for (let g = 0; g < groups; g++) addGroup(problem, omega2, g, terms);
  for (let s = 0; s < cursor.pairs; s++) {
    const a = load<i32>(cursor.pairFirst + ((<usize>s) << 3));
    const b = load<i32>(cursor.pairFirst + ((<usize>s) << 3), 4);
    const c = Correlation.at(problem, cursor.pair + s).rho * Math.sqrt(read(sigma2, a) * read(sigma2, b));
    add(matrix, max(a, b) * m + min(a, b), c);
  }
}

function isCorrelated(problem: usize, t: i32): bool {
  return termStructure(problem, t) >= 0 || termGroup(problem, t) >= 0;
}

/** Row i of D V D, from V's. */
function scaleRow(row: usize, multiplier: usize, i: i32): void {
  const mi = read(multiplier, i);
  for (let j = 0; j <= i; j++) write(row, j, mi * read(multiplier, j) * read(row, j));
}

/** row[j] += scale z_jt, j <= i in level u of term t. */
function addSloped(row: usize, scale: f64, u: i32, i: i32, t: i32, terms: i32): void {
  for (let j = 0; j <= i; j++) if (rowLevel(j, t, terms) == u) add(row, j, scale * rowSlope(j, t, terms));
}

/** S_ij += omega_i z_i omega_j z_j K_ij of term t, which has a structure. */
function addCorrelated(problem: usize, omega2: usize, t: i32, terms: i32): void {
  const m = cursor.rows;
  const scale = at(problem, Field.Vectors);
  for (let i = 0; i < m; i++) {
    const u = rowLevel(i, t, terms);
    write(scale, i, u < 0 ? 0 : Math.sqrt(read(omega2, u)) * rowSlope(i, t, terms));
  }
  let K = correlationsOf(termStructure(problem, t));
  for (let i = 0; i < m; i++) {
    const row = cursor.matrix + ((<usize>i * <usize>m) << 3);
    const own = read(scale, i);
    for (let j = 0; j <= i; j++) add(row, j, own * read(scale, j) * read(K, j));
    K += (<usize>(i + 1)) << 3;
  }
}
