// What beta needs from the sparse section (levels.ts): log|S|, X' B X and X' B y.

import { Field, Status } from "../../abi";
import { add, addScaled, read } from "../../accumulate";
import { at, get, set, sparseStart } from "../../room";
import { solve } from "../../sparse/solve";
import { CHUNK, rowPrecisions } from "../precisions";
import { factor, precisions } from "./elimination";
import { levelSds, timesPrecision } from "./levels";
import { levelOf, slopeOf, work } from "./work";

/** Adds them; leaves E, C and P C of [X_d y]. */
export function sparseLocation(problem: usize): i32 {
  if (get(problem, Field.SparseLevels) == 0) return Status.Ok;
  work.layOut(problem);
  const first = sparseStart(problem);
  const last = first + work.rows;
  let logDet: f64 = 0;
  for (let start = first; start < last; start += CHUNK)
    logDet += rowPrecisions(problem, start, min(CHUNK, last - start));
  if (isNaN(logDet)) return Status.NotPositiveDefinite;
  levelSds(problem);
  logDet += factor(problem);
  if (isNaN(logDet)) {
    set(problem, Field.BadRow, first);
    return Status.NotPositiveDefinite;
  }
  add(at(problem, Field.Sums), 0, logDet + read(at(problem, Field.SparseLogDet), 0));
  solveColumns(problem);
  addSquares(problem);
  return Status.Ok;
}

/** C = M^-1 X'A [X_d y],  E = [X_d y] - X C. */
function solveColumns(problem: usize): void {
  const width = get(problem, Field.P) + 1;
  const terms = work.terms;
  const rows = work.rows;
  const C = work.C;
  const a = precisions(problem);
  const bytes = (<usize>width) << 3;
  memory.fill(C, 0, <usize>work.levels * bytes);
  gatherRows(problem);
  let e = work.E;
  for (let i = 0; i < rows; i++) {
    const ai = read(a, i);
    for (let t = 0; t < terms; t++) {
      const u = levelOf(i, t);
      if (u >= 0) addScaled(C + <usize>u * bytes, ai * slopeOf(i, t), e, width);
    }
    e += bytes;
  }
  solve(C, width, work.factors, work.nodes);
  e = work.E;
  for (let i = 0; i < rows; i++) {
    for (let t = 0; t < terms; t++) {
      const u = levelOf(i, t);
      if (u >= 0) addScaled(e, -slopeOf(i, t), C + <usize>u * bytes, width);
    }
    e += bytes;
  }
  if (work.PC != C) timesPrecision(work.PC, C, width);
}

/** [X_d y], row-major, to E. */
function gatherRows(problem: usize): void {
  const p = get(problem, Field.P);
  const bytes = (<usize>(p + 1)) << 3;
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  for (let j = 0; j <= p; j++) {
    let from = j < p ? at(problem, Field.X) + <usize>j * stride : at(problem, Field.Y);
    from += work.rowOffset;
    let to = work.E + ((<usize>j) << 3);
    for (let i = 0; i < work.rows; i++) {
      store<f64>(to, load<f64>(from));
      from += 8;
      to += bytes;
    }
  }
}

/** [X_d y]' B [X_d y] = E'A E + C'P C. */
function addSquares(problem: usize): void {
  const p = get(problem, Field.P);
  const a = precisions(problem);
  const bytes = (<usize>(p + 1)) << 3;
  const gram = at(problem, Field.LocationHessian);
  const right = at(problem, Field.LocationRight);
  let e = work.E;
  for (let i = 0; i < work.rows; i++) {
    addProducts(gram, right, e, e, read(a, i), p);
    e += bytes;
  }
  for (let u: usize = 0; u < <usize>work.levels * bytes; u += bytes)
    addProducts(gram, right, work.C + u, work.PC + u, 1, p);
}

/** scale [x1 y1]' [x2 y2], which summed over the levels is symmetric. */
function addProducts(gram: usize, right: usize, first: usize, second: usize, scale: f64, p: i32): void {
  const y = read(second, p);
  for (let j = 0; j < p; j++) {
    const x = scale * read(first, j);
    add(right, j, x * y);
    for (let k = 0; k <= j; k++) add(gram, j * p + k, x * read(second, k));
  }
}
