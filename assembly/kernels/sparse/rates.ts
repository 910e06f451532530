// What a coefficient k of phi or sigma does to row i's variance d_i = phi_i v_i + sigma_i^2, d_i / weight with likelihood weights,
// with x_ik the half of phi's design or sigma's, and alpha_ik the share of d_i that phi_i v_i or sigma_i^2 has:
//
//   rho_ik = d log a_i / dtheta_k = -2 alpha_ik x_ik
//   (d2 d_i / dtheta_k dtheta_l) / d_i = 4 alpha_ik x_ik x_il for two of the same kind, otherwise 0

import { Field } from "../../abi";
import { read } from "../../accumulate";
import { at, firstSigma, get } from "../../room";
import { work } from "./work";

/** rho_ik, row i of the section; k below work.ofRows. */
export function rowRate(problem: usize, i: i32, k: i32): f64 {
  return -2 * share(problem, i, k) * design(problem, i, k);
}

/** The likelihood weight of row i. */
export function rowWeight(problem: usize, i: i32): f64 {
  return get(problem, Field.Weighted) != 0 ? read(at(problem, Field.Weights) + work.rowOffset, i) : 1;
}

/** The second derivative of row i's variance beside it, in elements k and l of theta, both below work.ofRows. */
export function rowCurvature(problem: usize, i: i32, k: i32, l: i32): f64 {
  const first = firstSigma(problem);
  if (k < first != l < first) return 0;
  return 4 * share(problem, i, k) * design(problem, i, k) * design(problem, i, l);
}

/** delta_uk, k from work.ofRows on. */
export function deltaOf(problem: usize, u: i32, k: i32): f64 {
  const column = (k - work.ofRows) * get(problem, Field.Levels);
  return read(at(problem, Field.U) + work.levelOffset, column + u);
}

/** alpha_ik */
function share(problem: usize, i: i32, k: i32): f64 {
  const part = k < firstSigma(problem) ? Field.ScaledV : Field.Sigma2;
  return read(at(problem, part) + work.rowOffset, i) * read(at(problem, Field.Inverse) + work.rowOffset, i);
}

function design(problem: usize, i: i32, k: i32): f64 {
  const first = firstSigma(problem);
  const rows = get(problem, Field.Rows);
  if (k < first) return read(at(problem, Field.M) + work.rowOffset, k * rows + i);
  return read(at(problem, Field.W) + work.rowOffset, (k - first) * rows + i);
}
