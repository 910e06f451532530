// What a coefficient k of sigma does to row i's variance d_i = v_i + sigma_i^2, d_i / weight with likelihood weights:
//
//   rho_ik = d log a_i / dtheta_k = -2 alpha_i W_ik,   alpha_i = sigma_i^2 / d_i
//   (d2 d_i / dtheta_k dtheta_l) / d_i = 4 alpha_i W_ik W_il

import { Field } from "../../abi";
import { read } from "../../accumulate";
import { at, get } from "../../room";
import { work } from "./work";

/** rho_ik, row i of the section; k below work.ofRows. */
export function rowRate(problem: usize, i: i32, k: i32): f64 {
  return -2 * share(problem, i) * design(problem, i, k);
}

/** The second derivative of row i's variance beside it, in elements k and l of theta, both below work.ofRows. */
export function rowCurvature(problem: usize, i: i32, k: i32, l: i32): f64 {
  return 4 * share(problem, i) * design(problem, i, k) * design(problem, i, l);
}

/** delta_uk, k from work.ofRows on. */
export function deltaOf(problem: usize, u: i32, k: i32): f64 {
  const column = (k - work.ofRows) * get(problem, Field.Levels);
  return read(at(problem, Field.U) + work.levelOffset, column + u);
}

/** alpha_i */
function share(problem: usize, i: i32): f64 {
  return (
    read(at(problem, Field.Sigma2) + work.rowOffset, i) * read(at(problem, Field.Inverse) + work.rowOffset, i)
  );
}

function design(problem: usize, i: i32, k: i32): f64 {
  return read(at(problem, Field.W) + work.rowOffset, k * get(problem, Field.Rows) + i);
}
