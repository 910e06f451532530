// Any random intercepts, crossed or not, over rows with diagonal V:
//
//   S = D + Z Lambda^2 Z',   D = diag(phi v + sigma^2) (/ weight),   A = D^-1,   Lambda = diag(omega_u)
//
// Z says which levels a row is in: one of each intercept at most. In Lambda an SD of 0 is an ordinary point, and
//
//   M = I + Lambda Z'A Z Lambda
//   log|S| = log|D| + log|M|,   B = S^-1 = A - A Z Lambda M^-1 Lambda Z' A                      (Henderson 1975)
//
// M is sparse: a row adds a_i omega_u omega_v for each two of its levels. It is eliminated once an evaluation, in the order
// and by the nodes that the caller has found (sparse/). Of a level that few others meet, and of the rows in it, the numbers are
// worked out together and go straight into its parent's front (leaves.ts). With C = M^-1 Lambda Z'A [X r],
//
//   E = [X r] - Z Lambda C,   B [X r] = A E,   Z' B [X r] = Lambda^-1 C
//   [X r]' B [X r] = E'A E + C'C,                           a sum of squares: no omega is too large for it
//
// Of the inverse G = M^-1 only entries between levels that share a row are needed. With x_t = omega_t(i) of a row's levels,
//
//   H_i[t, s] = x_t x_s G[t, s],   h_i = sum of H_i
//   B_ii = a_i - a_i^2 h_i,   omega_u^2 z_u'B z_u = beta_u = sum over rows of u: a_i sum_s H_i[t, s]
//
// beta_u as 1 - G_uu would cancel where omega is small. An omega of 0 is taken as SMALLEST, so that z_u'B z_u = beta_u / omega_u^2
// and z_u'B r = c_u / omega_u are there, too. What is not exact: with the two largest omegas of a row both so large that
// omega^2 / (v + sigma^2) is x, log|M| loses x 1e-15.

import { Field } from "../../abi";
import { read, write } from "../../accumulate";
import { at } from "../../room";
import { work } from "./work";

/** Its square is a normal number, with room for rows that weigh little. */
const SMALLEST: f64 = 1e-140;

/** omega_u of the section's levels. */
export function levelSds(problem: usize): void {
  const omega2 = at(problem, Field.Omega2) + work.levelOffset;
  for (let u = 0; u < work.levels; u++) write(work.omega, u, max(Math.sqrt(read(omega2, u)), SMALLEST));
}
