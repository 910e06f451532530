// A Hessian for searches, without the change of G that the exact one takes a factorization an element for (after Gilmour, Thompson &
// Cullis 1995). With S_k, S_kl the derivatives of S, q = B r and F = q' S_k B S_l q, summed over the scores, it is
//
//   tr(B S_kl) / 2 - tr(B S_k B S_l) / 2 + Q,   Q = F - q' S_kl q / 2    (products.ts)
//
// Over data of the model F has the mean tr(B S_k B S_l), as q' S_k q has the mean tr(B S_k). Away from where they are the same the
// latter say by how much F is too large or too small for its mean:  s_k s_l F in its place, with s_k^2 = tr(B S_k) / q' S_k q.
// Of the S_kl there are rho's curvature in each row, with w - a h in tr(B S_kl) and a e^2 in q' S_kl q, and 4 delta_k delta_l in each
// level, with beta_u and b_u c_u: where SDs differ among levels that covary, this is near to it.

import { Field } from "../../abi";
import { add, read, write } from "../../accumulate";
import { at, get } from "../../room";
import { precisions } from "./elimination";
import { addProducts, productOf } from "./products";
import { deltaOf, rowCurvature, rowRate, rowWeight } from "./rates";
import { work } from "./work";

export function addAverage(problem: usize): void {
  const q = get(problem, Field.Q);
  const hessian = at(problem, Field.ThetaHessian);
  // the profiled Hessian is made last of all: until then its place has Q
  const Q = at(problem, Field.Hessian);
  memory.fill(Q, 0, (<usize>q * <usize>q) << 3);
  addProducts(problem, Q);
  const scaling = work.averages;
  takeScaling(problem, scaling);
  for (let k = 0; k < work.scales; k++) {
    for (let l = 0; l <= k; l++) {
      const share = 1 - 0.5 * read(scaling, k) * read(scaling, l);
      add(hessian, k * q + l, share * read(Q, k * q + l));
    }
  }
  addRowCurvatures(problem, scaling);
  addLevelCurvatures(problem, scaling);
}

/** s_k; with moderators, whose delta or rho has either sign, of their sizes. */
function takeScaling(problem: usize, scaling: usize): void {
  const a = precisions(problem);
  const shared = at(problem, Field.RowShared);
  for (let k = 0; k < work.scales; k++) {
    let trace: f64 = 0;
    let quadratic: f64 = 0;
    if (k < work.ofRows) {
      for (let i = 0; i < work.rows; i++) {
        const size = Math.abs(rowRate(problem, i, k));
        const ai = read(a, i);
        trace += size * (rowWeight(problem, i) - ai * read(shared, i));
        quadratic += size * ai * productOf(work.scoresE, work.scoresE, i);
      }
    } else {
      for (let u = 0; u < work.levels; u++) {
        const size = Math.abs(deltaOf(problem, u, k));
        trace += size * read(work.beta, u);
        quadratic += size * productOf(work.scoresPC, work.scoresC, u);
      }
    }
    write(scaling, k, trace > 0 && quadratic > 0 ? Math.sqrt(trace / quadratic) : 1);
  }
}

function addRowCurvatures(problem: usize, scaling: usize): void {
  const q = get(problem, Field.Q);
  const a = precisions(problem);
  const shared = at(problem, Field.RowShared);
  const hessian = at(problem, Field.ThetaHessian);
  for (let i = 0; i < work.rows; i++) {
    const ai = read(a, i);
    const left = rowWeight(problem, i) - ai * read(shared, i);
    const square = 0.5 * ai * productOf(work.scoresE, work.scoresE, i);
    for (let k = 0; k < work.ofRows; k++) {
      for (let l = 0; l <= k; l++) {
        const scaled = left - read(scaling, k) * read(scaling, l) * square;
        add(hessian, k * q + l, 0.5 * rowCurvature(problem, i, k, l) * scaled);
      }
    }
  }
}

function addLevelCurvatures(problem: usize, scaling: usize): void {
  const q = get(problem, Field.Q);
  const hessian = at(problem, Field.ThetaHessian);
  for (let u = 0; u < work.levels; u++) {
    const left = 2 * read(work.beta, u);
    const product = productOf(work.scoresPC, work.scoresC, u);
    for (let k = work.ofRows; k < work.scales; k++) {
      const delta = deltaOf(problem, u, k);
      if (delta == 0) continue;
      for (let l = work.ofRows; l <= k; l++) {
        const scaled = left - read(scaling, k) * read(scaling, l) * product;
        add(hessian, k * q + l, delta * deltaOf(problem, u, l) * scaled);
      }
    }
  }
}
