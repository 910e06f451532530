// Any random intercepts and slopes, crossed or not, with effects that may covary as a tree or a matrix says, over rows with diagonal V:
//
//   S = D + X K X',   D = diag(phi v + sigma^2) (/ weight),   A = D^-1,   K = P^-1
//
// A row is in one level u of each term t at most, and X has x_t = omega_u z_t there: the level's SD, and the row's slope or 1. P is
// the precision of the effects in units of their SDs, known and sparse: 1 on the diagonal for levels that are independent. It is
// on the levels' side and omega on the rows', so that an SD of 0 is an ordinary point, and of levels without rows (inner nodes of
// a tree) nothing is special. With N = X'A X and
//
//   M = P + N
//   log|S| = log|D| + log|M| + log|K|,   B = S^-1 = A - A X M^-1 X'A                               (Henderson 1975)
//
// M is sparse: a row adds a_i x_t x_s for each two of its levels. It is eliminated once an evaluation, in the order
// and by the nodes that the caller has found (sparse/). Of a level that few others meet, and of the rows in it, the numbers are
// worked out together and go straight into its parent's front (leaves.ts). With C = M^-1 X'A [X_d r], X_d the design of the mean,
//
//   E = [X_d r] - X C,   B [X_d r] = A E,   C = K X'B [X_d r],   X'B [X_d r] = P C
//   [X_d r]' B [X_d r] = E'A E + C'P C,                     a sum of squares: no omega is too large for it
//
// C's last column is the prediction of the effects, of all levels. Of the inverse G = M^-1 only entries between levels that share a
// row, or an entry of P, are needed. With
//
//   H_i[t, s] = x_t x_s G[t, s],   h_i = sum of H_i
//   B_ii = a_i - a_i^2 h_i,   beta_u = (G N)_uu = sum over rows of u: a_i sum_s H_i[t, s] = 1 - (G P)_uu
//
// beta_u as 1 - (G P)_uu would cancel where omega is small. Its change is -(dG P)_uu. An omega of 0 is taken as SMALLEST, so that
// z_u'B r = (P c)_u / omega_u is there, too, and z_u'B z_u = beta_u / omega_u^2 where P is the identity; elsewhere it
// is not among what the needed entries tell. What is not exact: with the two largest x of a row both so large that
// x^2 / (v + sigma^2) is y, log|M| loses y 1e-15; and entries of P of size y lose that of the log-likelihood, too.

import { Field } from "../../abi";
import { addScaled, read, write } from "../../accumulate";
import { at } from "../../room";
import { node } from "../../sparse/nodes";
import { edgeValue, firstPlace, levelAt, levelOf, secondPlace, work } from "./work";

/** Its square is a normal number, with room for rows that weigh little. */
const SMALLEST: f64 = 1e-140;

/** omega_u of the section's levels, and x_t of its rows. */
export function levelSds(problem: usize): void {
  const omega2 = at(problem, Field.Omega2) + work.levelOffset;
  const omega = work.omega;
  for (let u = 0; u < work.levels; u++) write(omega, u, max(Math.sqrt(read(omega2, u)), SMALLEST));
  const slopes = work.slopes;
  const terms = work.terms;
  let place = 0;
  for (let i = 0; i < work.rows; i++) {
    for (let t = 0; t < terms; t++) {
      const u = levelOf(i, t);
      const x = u < 0 ? 0 : read(omega, u);
      write(work.x, place, slopes != 0 ? x * read(slopes, place) : x);
      place++;
    }
  }
}

/** P_uu */
export function diagonalOf(u: i32): f64 {
  return work.diagonal != 0 ? read(work.diagonal, u) : 1;
}

/** to := P from, a row of `width` numbers a level. */
export function timesPrecision(to: usize, from: usize, width: i32): void {
  const bytes = (<usize>width) << 3;
  let place: i32 = 0;
  for (let u = 0; u < work.levels; u++) {
    const scale = diagonalOf(u);
    for (let j = 0; j < width; j++) {
      write(to, place, scale * read(from, place));
      place++;
    }
  }
  for (let index = 0; index < work.nodes; index++) {
    node.moveTo(index);
    for (let e = node.firstEdge; e < node.endEdge; e++) {
      const value = edgeValue(e);
      const u = <usize>levelAt(firstPlace(e)) * bytes;
      const v = <usize>levelAt(secondPlace(e)) * bytes;
      addScaled(to + u, value, from + v, width);
      addScaled(to + v, value, from + u, width);
    }
  }
}
