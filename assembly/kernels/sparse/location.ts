// What beta needs from the sparse section (levels.ts): log|S|, X' B X and X' B y.

import { Field, Status } from "../../abi";
import { add, addScaled, read } from "../../accumulate";
import { at, get, set, sparseStart } from "../../room";
import { solve } from "../../sparse/solve";
import { CHUNK, rowPrecisions } from "../precisions";
import { factor, precisions } from "./elimination";
import { levelSds } from "./levels";
import { levelOf, work } from "./work";

/** Adds them; leaves E and C of [X y]. */
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
  add(at(problem, Field.Sums), 0, logDet);
  solveColumns(problem);
  addSquares(problem);
  return Status.Ok;
}

/** C = M^-1 Lambda Z'A [X y],  E = [X y] - Z Lambda C. */
function solveColumns(problem: usize): void {
  const width = get(problem, Field.P) + 1;
  const terms = work.terms;
  const rows = work.rows;
  const omega = work.omega;
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
      if (u >= 0) addScaled(C + <usize>u * bytes, ai * read(omega, u), e, width);
    }
    e += bytes;
  }
  solve(C, width, work.factors, work.nodes);
  e = work.E;
  for (let i = 0; i < rows; i++) {
    for (let t = 0; t < terms; t++) {
      const u = levelOf(i, t);
      if (u >= 0) addScaled(e, -read(omega, u), C + <usize>u * bytes, width);
    }
    e += bytes;
  }
}

/** [X y], row-major, to E. */
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

/** [X y]' B [X y] = E'A E + C'C. */
function addSquares(problem: usize): void {
  const p = get(problem, Field.P);
  const a = precisions(problem);
  const bytes = (<usize>(p + 1)) << 3;
  const gram = at(problem, Field.LocationHessian);
  const right = at(problem, Field.LocationRight);
  for (let i = 0; i < work.rows; i++) addSquare(gram, right, work.E + <usize>i * bytes, read(a, i), p);
  for (let u = 0; u < work.levels; u++) addSquare(gram, right, work.C + <usize>u * bytes, 1, p);
}

function addSquare(gram: usize, right: usize, z: usize, scale: f64, p: i32): void {
  const y = read(z, p);
  for (let j = 0; j < p; j++) {
    const x = scale * read(z, j);
    add(right, j, x * y);
    for (let k = 0; k <= j; k++) add(gram, j * p + k, x * read(z, k));
  }
}
