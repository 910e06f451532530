// What beta needs from the sparse section (levels.ts): log|S|, X' B X and X' B y.

import { Field, Status } from "../../abi";
import { add, read, write } from "../../accumulate";
import { at, get, set, sparseStart } from "../../room";
import { axpy } from "../../simd/axpy";
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
  const a = precisions(problem);
  const bytes = (<usize>width) << 3;
  memory.fill(work.C, 0, <usize>work.levels * bytes);
  let e = work.E;
  for (let i = 0; i < work.rows; i++) {
    gatherRow(problem, i, e);
    const ai = read(a, i);
    for (let t = 0; t < work.terms; t++) {
      const u = levelOf(i, t);
      if (u >= 0) axpy(work.C + <usize>u * bytes, ai * read(work.omega, u), e, width);
    }
    e += bytes;
  }
  solve(work.C, width, work.factors, work.nodes);
  e = work.E;
  for (let i = 0; i < work.rows; i++) {
    for (let t = 0; t < work.terms; t++) {
      const u = levelOf(i, t);
      if (u >= 0) axpy(e, -read(work.omega, u), work.C + <usize>u * bytes, width);
    }
    e += bytes;
  }
}

/** Row i of [X y] to `e`. */
function gatherRow(problem: usize, i: i32, e: usize): void {
  const p = get(problem, Field.P);
  const rows = get(problem, Field.Rows);
  const x = at(problem, Field.X) + work.rowOffset;
  for (let j = 0; j < p; j++) write(e, j, read(x, j * rows + i));
  write(e, p, read(at(problem, Field.Y) + work.rowOffset, i));
}

/** [X y]' B [X y] = E'A E + C'C. */
function addSquares(problem: usize): void {
  const p = get(problem, Field.P);
  const a = precisions(problem);
  const bytes = (<usize>(p + 1)) << 3;
  for (let i = 0; i < work.rows; i++) addSquare(problem, work.E + <usize>i * bytes, read(a, i), p);
  for (let u = 0; u < work.levels; u++) addSquare(problem, work.C + <usize>u * bytes, 1, p);
}

function addSquare(problem: usize, z: usize, scale: f64, p: i32): void {
  const gram = at(problem, Field.LocationHessian);
  const right = at(problem, Field.LocationRight);
  const y = read(z, p);
  for (let j = 0; j < p; j++) {
    const x = scale * read(z, j);
    add(right, j, x * y);
    for (let k = 0; k <= j; k++) add(gram, j * p + k, x * read(z, k));
  }
}
