// SDs whose levels are independent and all eliminated in fronts with nothing below them, as the few large groups of crossed data
// are. There all of G is known, and with D = diag(delta), N = M - P, P D = D the change of M is D N + N D, so that with G N = I - G P
//
//   -dG_uu = 2 delta_u G_uu (1 - G_uu) - 2 sum over v != u of delta_v G_uv^2,   1 - G_uu = beta_u
//
// takes a few operations an entry, and no walk over the nodes. Between such an SD and another element of theta the change in the
// direction of the latter says it all.

import { Field } from "../../abi";
import { add, read } from "../../accumulate";
import { at, get } from "../../room";
import { node } from "../../sparse/nodes";
import { diagonalOf } from "./levels";
import { deltaOf } from "./rates";
import { firstPlace, levelAt, secondPlace, work } from "./work";

/** Whether element k of theta is such an SD. */
export function isOfRoots(problem: usize, k: i32): bool {
  if (k < work.ofRows) return false;
  for (let index = 0; index < work.nodes; index++) {
    node.moveTo(index);
    const end = node.first + node.columns;
    for (let u = node.first; u < end; u++) {
      if ((node.below > 0 || diagonalOf(u) != 1) && deltaOf(problem, u, k) != 0) return false;
    }
    for (let e = node.firstEdge; e < node.endEdge; e++) {
      if (deltaOf(problem, levelAt(firstPlace(e)), k) != 0) return false;
      if (deltaOf(problem, levelAt(secondPlace(e)), k) != 0) return false;
    }
  }
  return true;
}

/** What the change of beta_u in direction l is to row k of the Hessian, for two of them. */
export function addRootChanges(problem: usize, k: i32, l: i32): void {
  let sum: f64 = 0;
  for (let index = 0; index < work.nodes; index++) {
    node.moveTo(index);
    if (node.below > 0) continue;
    let G = work.selected + node.panel;
    for (let j = 0; j < node.columns; j++) {
      const u = node.first + j;
      let row = deltaOf(problem, u, l) * read(G, j) * read(work.beta, u);
      for (let i = 0; i < node.columns; i++) {
        if (i != j) row -= deltaOf(problem, node.first + i, l) * read(G, i) * read(G, i);
      }
      sum += 2 * deltaOf(problem, u, k) * row;
      G += (<usize>node.columns) << 3;
    }
  }
  add(at(problem, Field.ThetaHessian), k * get(problem, Field.Q) + l, sum);
}
