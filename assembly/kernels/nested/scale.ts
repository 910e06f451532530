// What theta needs from the nested section (levels.ts has the notation). With S_k = dS/dtheta_k = sum over rows and levels e
// of D_ek x_e x_e' (D_ek = 2 sigma_i^2 W_ik, 2 phi_i v_i M_ik or 2 omega_u^2 U_uk), q = B r and t_u = z_u' q:
//
//   tr(B S_k B S_l) = sum_i D_ik D_il a_i^2 (1 - 2 lambda a_i)
//                   + sum_u lambda_u^2 (F_uk F_ul - sum over children levels c of G_ck G_cl)
//                   + sum_u beta_u^2 (D_uk F_ul + D_ul F_uk + D_uk D_ul tau_u^2)
//   G_ck = rho_c^2 (F_ck + D_ck tau_c^2),   F_uk = sum over children: D_ik a_i^2 of rows, G_ck of levels
//   q' S_k B S_l q  = y_k' B y_l,           y_k = S_k q,  on row i of level u  D_ik q_i + Y_uk,  Y_uk = D_uk t_u + Y_parent,k
//
// With the restricted likelihood (restricted.ts) every column of X L^-T has its scores and its y_k, as r has.

import { Field, Order } from "../../abi";
import { get } from "../../room";
import { descend, descendProducts } from "./descent";
import { levelSums } from "./level-sums";
import { rowSums } from "./row-sums";

/** Adds r' B r and, by order, the derivatives in theta. Beta has been solved for. */
export function nestedScale(problem: usize, order: i32): void {
  if (get(problem, Field.NestedLevels) == 0) return;
  descend(problem);
  if (order == Order.Hessian) descendProducts(problem);
  rowSums(problem, order);
  if (order > Order.Value) levelSums(problem, order);
}
